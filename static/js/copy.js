// Copy buttons, password reveal and toasts.
import { all, on, say } from "./dom.js";

const COPIED_MS = 1500;
const TOAST_MS = 6000;
const MOST_TOASTS = 3;

export function startCopying() {
  on("click", "[data-copy], [data-copy-from], [data-copy-near]", copy);
  on("click", "[data-reveal]", reveal);
  on("click", "[data-close-toast]", (button) => button.closest("[data-toast]").remove());
  all("[data-toast]").forEach(expire);
  document.addEventListener("htmx:afterSwap", () => all("[data-toast]:not([data-timed])").forEach(expire));
  all("[data-toast]").slice(0, -MOST_TOASTS).forEach((toast) => toast.remove());
}

async function copy(button) {
  const near = button.closest(".code, .card, .copy-box")?.querySelector("[data-copy-source], pre, code");
  const from = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : near;
  const text = button.dataset.copy ?? from?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyTheOldWay(text)) return say("Copying is not allowed here");
  }
  button.classList.add("copied");
  say("Copied");
  setTimeout(() => button.classList.remove("copied"), COPIED_MS);
}

/** Over plain HTTP browsers have no clipboard object. */
function copyTheOldWay(text) {
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  (document.querySelector("dialog[open]") ?? document.body).append(box);
  box.select();
  const isDone = document.execCommand("copy");
  box.remove();
  return isDone;
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const isShown = input.type === "text";
  input.type = isShown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!isShown));
}

/** Six seconds, stopped by hover or focus; errors stay until closed. */
function expire(toast) {
  toast.dataset.timed = "";
  if (toast.dataset.toast === "error") return;
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), TOAST_MS));
  const stop = () => clearTimeout(timer);
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, stop);
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, start);
  start();
}
