// Rows of a polled table that comes and goes: <table data-new-rows="job"> in a region. Nobody's row moves under their pointer
// or focus: new ones wait behind "3 new jobs" under the head, and what no longer belongs here stays, grey, until the next load.
import { all, on } from "./dom.js";
import { beforeDrawing, refresh } from "./polling.js";

const shown = new WeakSet(); // regions whose new rows were asked for

export function startLiveRows() {
  beforeDrawing(keepRows);
  on("click", "[data-show-rows]", (button) => {
    const region = button.closest("[data-poll]");
    shown.add(region);
    button.blur();
    refresh(region);
  });
}

function keepRows(region, answer) {
  const table = region.querySelector("table[data-new-rows]");
  const fresh = answer.querySelector("table[data-new-rows]");
  if (!table || !fresh) return;
  const isInUse = table.matches(":has(tbody:hover, tbody :focus)") && !shown.has(region);
  const before = rowsOf(table);
  const known = new Set(before.map((row) => row.id));
  const after = rowsOf(fresh);
  const there = new Map(after.map((row) => [row.id, row]));
  const added = after.filter((row) => !known.has(row.id));
  const body = fresh.tBodies[0];
  const order = isInUse ? before.map((row) => there.get(row.id)).filter(Boolean) : after;
  if (isInUse) {
    for (const row of added) row.remove();
    if (added.length) body.prepend(waiting(added.length, table.dataset));
  }
  body.append(...order);
  greyOut(before, there, body, added.length > 0);
}

/** Rows that went from among the others match no more; those that went from the end may have been pushed off the page. */
function greyOut(before, there, body, isPushed) {
  const lastKept = before.findLastIndex((row) => there.has(row.id));
  before.forEach((row, index) => {
    if (there.has(row.id) || (isPushed && index > lastKept)) return;
    const gone = row.cloneNode(true);
    gone.classList.add("row-gone");
    gone.title = "It does not belong to this list any more";
    const above = before.slice(0, index).reverse().map((other) => body.querySelector(`#${other.id}`)).find(Boolean);
    if (above) above.after(gone);
    else body.querySelector("tr[id]") ? body.querySelector("tr[id]").before(gone) : body.append(gone);
  });
}

const rowsOf = (table) => all("tbody > tr[id]", table);

/** A row without height, so that its button lies over the first one and moves nothing. */
function waiting(count, { newRows }) {
  const [one, many = `${one}s`] = newRows.split(",");
  const row = document.createElement("tr");
  row.className = "rows-waiting";
  const cell = row.insertCell();
  cell.colSpan = 99;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button button-small", textContent: `${count} new ${count === 1 ? one : many}` });
  button.dataset.showRows = "";
  cell.append(button);
  return row;
}
