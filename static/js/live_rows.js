// Rows that come and go in a polled table. None moves under somebody's pointer or focus: new ones wait behind "3 new jobs" under
// the head, <button data-new-rows="job" hidden> before the table, and what does not belong here any more stays, grey.
import { all, on } from "./dom.js";
import { beforeDrawing, refresh } from "./polling.js";
import { gettext, ngettext } from "./words.js";

const NEWS = {
  job: (count) => ngettext("{number} new job", "{number} new jobs", count),
  instance: (count) => ngettext("{number} new instance", "{number} new instances", count),
  entry: (count) => ngettext("{number} new entry", "{number} new entries", count),
};
const shown = new WeakSet(); // regions whose new rows were asked for

export function startLiveRows() {
  beforeDrawing(keepRows);
  on("click", "[data-new-rows]", (bar) => {
    const region = bar.closest("[data-poll]");
    shown.add(region);
    bar.blur();
    refresh(region);
  });
}

function keepRows(region, answer) {
  const table = region.querySelector("table");
  const bar = answer.querySelector("[data-new-rows]");
  if (!table || !bar) return;
  const isInUse = table.matches(":has(tbody:hover, tbody :focus)") && !shown.has(region);
  const before = rowsOf(table);
  const known = new Set(before.map((row) => row.id));
  const after = rowsOf(answer);
  const there = new Map(after.map((row) => [row.id, row]));
  const added = after.filter((row) => !known.has(row.id));
  const body = answer.querySelector("tbody");
  if (isInUse) {
    for (const row of added) row.remove();
    body.append(...before.map((row) => there.get(row.id)).filter(Boolean));
    if (added.length) announce(bar, added.length);
  }
  greyOut(before, there, body, added.length > 0);
}

function announce(bar, count) {
  bar.hidden = false;
  bar.textContent = NEWS[bar.dataset.newRows](count);
}

/** Rows that went from among the others match no more; those that went from the end may have been pushed off the page. */
function greyOut(before, there, body, isPushed) {
  const lastKept = before.findLastIndex((row) => there.has(row.id));
  before.forEach((row, index) => {
    if (there.has(row.id) || (isPushed && index > lastKept)) return;
    const gone = row.cloneNode(true);
    gone.classList.add("row-gone");
    gone.title = gettext("It does not belong to this list any more");
    const above = before.slice(0, index).reverse().map((other) => body.querySelector(`#${other.id}`)).find(Boolean);
    if (above) above.after(gone);
    else body.querySelector("tr[id]") ? body.querySelector("tr[id]").before(gone) : body.append(gone);
  });
}

const rowsOf = (root) => all("tbody > tr[id]", root);
