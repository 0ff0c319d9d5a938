// Shortcuts. Single keys are off while typing, and for those who turned them off (data-keys="off" on the root).
import { askAbout } from "./dialogs.js";
import { all, isTyping, on } from "./dom.js";

const PLACES = { o: "/", j: "/jobs/", i: "/instances/", c: "/catalogue/", s: "/costs/" };
const CHORD_MS = 1200;
let chordUntil = 0;
let palette;

export function startKeys() {
  document.addEventListener("keydown", press);
  on("click", "tr[data-href]", (row, e) => {
    if (e.target.closest("a, button, input, label, summary, details, .pick") || getSelection()?.toString()) return;
    if (e.ctrlKey || e.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  });
  on("click", "#search", () => open());
  on("input", "#search", (field) => open(field.value));
  on("click", "[data-palette]", (link, e) => (e.preventDefault(), open()));
}

/** The palette takes keys at once; what it does with them is loaded with its first use. */
function open(text = "") {
  const dialog = document.getElementById("palette");
  if (!dialog || dialog.open) return false;
  const field = dialog.querySelector("input");
  field.value = text;
  dialog.showModal();
  field.focus();
  palette ??= import("./palette.js").then((module) => (module.startPalette(), module));
  if (!document.getElementById("palette-css")) document.head.append(Object.assign(document.createElement("link"), { id: "palette-css", rel: "stylesheet", href: dialog.dataset.css }));
  palette.then((module) => module.ask());
}

function press(e) {
  if (e.defaultPrevented || e.altKey) return;
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") return take(e, open);
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
const current = () => document.activeElement?.closest("tr[data-href]");

/** The button of the workload in view; in a list, what its row allows. */
function button(verb) {
  const row = current();
  if (row) return ofRow(row, verb);
  const target = document.querySelector(`main [data-act=${verb}]`);
  return target ? target.click() : false;
}

function ofRow(row, verb) {
  const { href, provider, verbs } = row.dataset;
  if (verb === "log") return location.assign(`${href}logs/`);
  if (!verbs?.split(" ").includes(verb)) return false;
  const [, kinds, id] = href.split("/");
  if (verb === "clone") return location.assign(`/launch/${provider}/${kinds.slice(0, -1)}/?clone=${id}`);
  askAbout(`${href}${verb}/`);
}

function move(step) {
  const rows = all("tr[data-href]");
  if (!rows.length) return false;
  const at = rows.indexOf(current());
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  next.querySelector("a.name, a")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

const ACTIONS = {
  "/": () => (document.querySelector("[data-filter]") ?? document.getElementById("search"))?.focus(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
  n: () => location.assign("/launch/"),
  j: () => move(1),
  k: () => move(-1),
  arrowdown: () => (current() ? move(1) : false),
  arrowup: () => (current() ? move(-1) : false),
  x: () => current()?.querySelector(".pick input")?.click() ?? false,
  c: () => button("clone"),
  l: () => button("log"),
  s: () => button("stop"),
  f: () => document.querySelector("[data-log-follow]")?.click() ?? false,
};
