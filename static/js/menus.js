// Menus that load when they open what they hold; without script a link leads there.
import { all, on } from "./dom.js";

const placed = new WeakMap(); // menu → where its button was then

export function startMenus() {
  document.addEventListener("toggle", (e) => e.target.matches?.("details[data-menu][open]") && fill(e.target), true);
  document.addEventListener("toggle", (e) => e.target.matches?.(".table-wrap details.menu[open]") && place(e.target), true);
  document.addEventListener("scroll", (e) => e.target.querySelectorAll?.(".table-wrap details.menu[open]").forEach(closeIfMoved), true);
  on("input", "[data-menu-search]", search);
}

/** A table that scrolls would cut the menu off: it stands above the page, under its button or over it. */
function place(menu) {
  const list = menu.querySelector(".menu-list");
  const { top, bottom, right } = menu.getBoundingClientRect();
  placed.set(menu, top + right);
  const isLow = bottom > innerHeight * 0.6;
  Object.assign(list.style, { position: "fixed", right: `${document.documentElement.clientWidth - right}px`, left: "auto", top: isLow ? "auto" : `${bottom + 4}px`, bottom: isLow ? `${innerHeight - top + 4}px` : "auto" });
}

/** Its list would stand where it was; a scroll from before it was opened may be told only now. */
function closeIfMoved(menu) {
  const { top, right } = menu.getBoundingClientRect();
  if (placed.has(menu) && placed.get(menu) !== top + right) menu.open = false;
}

async function fill(menu) {
  if (menu.dataset.filled) return;
  const list = menu.querySelector(".menu-list");
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(menu.dataset.menu, { headers: { "HX-Request": "true", "HX-Target": "menu" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    list.innerHTML = await answer.text();
    menu.dataset.filled = "1";
    if (menu.contains(document.activeElement)) list.querySelector("input, a")?.focus();
  } catch {
    list.querySelector("a")?.focus(); // the link to the page stays
  } finally {
    list.removeAttribute("aria-busy");
  }
}

function search(field) {
  const wanted = field.value.trim().toLowerCase();
  for (const item of all("a", field.parentElement)) item.hidden = !item.textContent.toLowerCase().includes(wanted);
}
