// Copy buttons and password reveal.
import { say } from "./dom.js";
import { gettext } from "./words.js";

const COPIED_MS = 1500;

/** What a button of these is for; loaded when the first of them is pressed. */
export const press = (button) => (button.matches("[data-reveal]") ? reveal(button) : copy(button));

async function copy(button) {
  const near = button.closest(".code, .card, .copy-box")?.querySelector("[data-copy-source], pre, code");
  const text = button.dataset.copy ?? near?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyTheOldWay(text)) return say(gettext("Copying is not allowed here"));
  }
  button.classList.add("copied");
  say(gettext("Copied"));
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
