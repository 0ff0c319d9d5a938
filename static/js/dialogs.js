// Menus that close, questions shown as dialogs (each is a page of its own without script), and names that must be typed.
import { alike, all, on, sign } from "./dom.js";

export function startDialogs() {
  document.addEventListener("click", (e) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(e.target)) menu.open = false;
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    for (const menu of all("details.menu[open]")) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });
  on("keydown", ".menu-list", walkMenu);
  on("click", "a[data-dialog]", ask);
  on("click", "[data-open-dialog]", (button) => document.getElementById(button.dataset.openDialog)?.showModal());
  on("click", "dialog [data-close-dialog]", (element, e) => {
    e.preventDefault();
    element.closest("dialog").close();
  });
  on("click", "dialog", (dialog, e) => e.target === dialog && dialog.close());
  on("input", "[data-type-name] input[name=confirm_name]", checkName);
  all("[data-type-name] input[name=confirm_name]").forEach(checkName);
  all("[data-focus]").at(0)?.focus();
}

function walkMenu(menu, e) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step) return;
  e.preventDefault();
  const items = all("a, button", menu);
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
}

/** Open the question behind a link here; with a modifier key or on any trouble, the link is just followed. */
async function ask(link, e) {
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
  e.preventDefault();
  const menu = link.closest("details.menu");
  menu?.removeAttribute("open");
  await askAbout(link.href, menu?.querySelector("summary") ?? link);
}

/** Show the question of an address; on any trouble go there. */
export async function askAbout(url, opener = document.activeElement) {
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Target": "dialog-body" }, credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    showQuestion(await answer.text(), opener);
  } catch {
    location.assign(url);
  }
}

/** Show a question; focus goes to the safe way out or the name to type, at the end back to the opener. */
export function showQuestion(html, opener = document.activeElement) {
  const dialog = document.getElementById("dialog");
  const body = document.getElementById("dialog-body");
  body.innerHTML = html;
  const title = body.querySelector("#dialog-title");
  if (title) dialog.setAttribute("aria-labelledby", "dialog-title");
  window.htmx?.process(body);
  all("[data-type-name] input[name=confirm_name]", body).forEach(checkName);
  dialog.showModal();
  const known = sign(opener);
  dialog.addEventListener("close", () => (opener.isConnected ? opener : alike(known))?.focus({ preventScroll: true }), { once: true });
  (body.querySelector("[data-type-name] input[name=confirm_name]") ?? body.querySelector("[data-close-dialog]"))?.focus();
}

function checkName(input) {
  const form = input.closest("form");
  form.querySelector(".confirm-foot button").disabled = input.value.trim() !== form.dataset.typeName;
}
