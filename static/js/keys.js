// Shortcuts. Single keys are off while typing, and for those who turned them off (data-keys="off" on the root).
import { all, isTyping, on } from "./dom.js";

const PLACES = { o: "/", j: "/jobs/", i: "/instances/", c: "/catalogue/", s: "/costs/" };
const CHORD_MS = 1200;
let chordUntil = 0;

export function startKeys() {
  document.addEventListener("keydown", press);
  on("click", "tr[data-href]", (row, e) => {
    if (e.target.closest("a, button, input, label, summary, details") || getSelection()?.toString()) return;
    if (e.ctrlKey || e.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  });
  startSelecting();
}

function press(e) {
  if (e.defaultPrevented || e.altKey) return;
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") return take(e, () => focus("#search"));
  if ((e.ctrlKey || e.metaKey) && e.key === "Enter") return take(e, () => document.querySelector("[data-launch-button]")?.click());
  if (e.ctrlKey || e.metaKey || isTyping(e.target) || document.querySelector("dialog[open]")) return;
  if (document.documentElement.dataset.keys === "off") return;
  const key = e.key.toLowerCase();
  if (Date.now() < chordUntil && PLACES[key]) return take(e, () => location.assign(PLACES[key]));
  chordUntil = key === "g" ? Date.now() + CHORD_MS : 0;
  const act = ACTIONS[e.key === "?" ? "?" : key];
  if (act && act() !== false) e.preventDefault();
}

const take = (e, act) => (e.preventDefault(), act());
const focus = (selector) => document.querySelector(selector)?.focus();
const click = (selector) => {
  const target = (current() ?? document).querySelector(selector) ?? document.querySelector(`main ${selector}`);
  return target ? target.click() : false;
};
const current = () => document.activeElement?.closest("tr[data-href]");

function move(step) {
  const rows = all("tr[data-href]");
  if (!rows.length) return false;
  const at = rows.indexOf(current());
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  next.querySelector("a")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

const ACTIONS = {
  "/": () => focus("[data-filter], #search"),
  "?": () => document.getElementById("shortcuts")?.showModal(),
  n: () => location.assign("/launch/"),
  j: () => move(1),
  k: () => move(-1),
  arrowdown: () => (current() ? move(1) : false),
  arrowup: () => (current() ? move(-1) : false),
  x: () => current()?.querySelector(".pick input")?.click() ?? false,
  c: () => click("[data-act=clone]"),
  l: () => click("[data-act=log]"),
  s: () => click("[data-act=stop]"),
  f: () => click("[data-log-follow]"),
};

// Boxes of a list: Shift takes a range, the head box the page; the bar above says how many.
function startSelecting() {
  let last = null;
  on("click", ".pick input", (box, e) => {
    const table = box.closest("table");
    const boxes = all("tbody .pick input", table);
    if (box.closest("thead")) boxes.forEach((other) => (other.checked = box.checked));
    else if (e.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
    }
    last = box;
    const count = boxes.filter((other) => other.checked).length;
    table.dispatchEvent(new CustomEvent("gpc:selected", { bubbles: true, detail: { count } }));
    const head = table.querySelector("thead .pick input");
    if (head) Object.assign(head, { checked: count === boxes.length && count > 0, indeterminate: count > 0 && count < boxes.length });
  });
}
