// The palette: a dialog with a combobox over the search. What is typed is asked for after 120 ms of quiet; a late answer is dropped.
import { all, on } from "./dom.js";
import { gettext, ngettext } from "./words.js";

const QUIET_MS = 120;
let waiting;
let asking;

const dialog = () => document.getElementById("palette");
const field = () => dialog().querySelector("input");
const rows = () => all("[role=option]", dialog());
const chosen = () => dialog().querySelector("[aria-selected=true]");

export function startPalette() {
  const input = field();
  input.addEventListener("input", () => (clearTimeout(waiting), (waiting = setTimeout(ask, QUIET_MS))));
  input.addEventListener("keydown", press);
  input.form.addEventListener("submit", (e) => {
    e.preventDefault();
    follow();
  });
  dialog().addEventListener("click", (e) => e.target.closest("[role=option]") && dialog().close());
  on("pointermove", "#palette [role=option]", (row) => row.ariaSelected !== "true" && choose(row, false));
}

/** Show what the text in the field finds. */
export async function ask() {
  clearTimeout(waiting);
  waiting = 0;
  asking?.abort();
  const mine = (asking = new AbortController());
  const text = field().value;
  try {
    const answer = await fetch(`${field().form.action}?${new URLSearchParams({ q: text })}`, { headers: { "HX-Request": "true", "HX-Target": "palette-found" }, signal: mine.signal, redirect: "error" });
    if (mine.signal.aborted) return;
    if (!answer.ok) throw new Error(answer.statusText);
    const html = await answer.text();
    if (mine.signal.aborted) return;
    document.getElementById("palette-found").innerHTML = html;
    choose(rows()[0]);
    dialog().querySelector("[data-found]").textContent = ngettext("{number} result", "{number} results", rows().length);
  } catch (error) {
    if (error.name !== "AbortError") document.getElementById("palette-found").textContent = gettext("The search can't be reached just now.");
  }
  if (!mine.signal.aborted) document.getElementById("palette-found").ariaBusy = null;
}

function press(e) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step || e.altKey) return;
  e.preventDefault();
  const found = rows();
  if (found.length) choose(found[(found.indexOf(chosen()) + step + found.length) % found.length]);
}

function choose(row, isSeen = true) {
  chosen()?.setAttribute("aria-selected", "false");
  row?.setAttribute("aria-selected", "true");
  row ? field().setAttribute("aria-activedescendant", row.id) : field().removeAttribute("aria-activedescendant");
  if (isSeen) row?.scrollIntoView({ block: "nearest" });
}

/** Enter: the chosen row; what was typed since the last answer is waited for. */
async function follow() {
  if (waiting) await ask();
  chosen()?.click();
}
