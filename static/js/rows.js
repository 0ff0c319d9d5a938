// Repeated rows without a reload. Markup: <div data-rows="path"><div data-rows-list>rows</div><template>row with __index__</template>
// <button name="add:path">…</div>; each row has <button name="remove:path:0">, which also works without script.
import { all, on } from "./dom.js";

const PAIR = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/;

export function startRows() {
  on("click", "button[name^='add:']", (button, e) => {
    const rows = button.closest("[data-rows]");
    if (!rows?.querySelector("template")) return;
    e.preventDefault();
    add(rows)?.querySelector("input, select, textarea")?.focus();
  });
  on("click", "button[name^='remove:']", (button, e) => {
    const row = button.closest(".rows-row");
    if (!row) return;
    e.preventDefault();
    remove(row);
  });
  on("keydown", "[data-rows] .rows-row input", enter);
  on("paste", "[data-rows][data-paste] .rows-row input", paste);
}

function add(rows) {
  const list = rows.querySelector("[data-rows-list]");
  const most = Number(rows.dataset.rowsMost ?? Infinity);
  if (list.children.length >= most) return null;
  const index = Math.max(Number(rows.dataset.next ?? 0), list.children.length);
  rows.dataset.next = String(index + 1);
  const copy = document.createElement("template");
  copy.innerHTML = rows.querySelector("template").innerHTML.replaceAll("__index__", String(index));
  const row = copy.content.firstElementChild;
  list.append(row);
  window.htmx?.process(row);
  counted(rows);
  return row;
}

function remove(row) {
  const rows = row.closest("[data-rows]");
  rows.dataset.next = String(Math.max(Number(rows.dataset.next ?? 0), row.parentElement.children.length));
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  (next?.querySelector("input, select") ?? rows.querySelector("button[name^='add:']"))?.focus();
  counted(rows);
}

/** Tell the form that it changed, and the server how many rows to read where it counts them. */
function counted(rows) {
  const total = rows.querySelector("[data-rows-total]");
  if (total) total.value = rows.dataset.next;
  const text = rows.querySelector("[data-rows-count]");
  const of = rows.dataset.rowsMost ? `of ${rows.dataset.rowsMost}` : "set";
  if (text) text.textContent = `${rows.querySelector("[data-rows-list]").children.length} ${of}`;
  rows.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Enter in the last cell adds a row instead of sending the form. */
function enter(input, e) {
  if (e.key !== "Enter") return;
  e.preventDefault();
  const row = input.closest(".rows-row");
  const cells = all("input:not([type=hidden]), select", row).filter((cell) => !cell.disabled);
  const at = cells.indexOf(input);
  if (at < cells.length - 1) cells[at + 1].focus();
  else (row.nextElementSibling ?? add(row.closest("[data-rows]")))?.querySelector("input")?.focus();
}

/** Lines of KEY=value become rows; the first one fills the row it is pasted into. */
function paste(input, e) {
  const lines = (e.clipboardData?.getData("text") ?? "").split(/\r?\n/).filter((line) => line.trim() && !line.trim().startsWith("#"));
  const pairs = lines.map((line) => line.match(PAIR));
  if (!pairs.length || pairs.includes(null) || (pairs.length === 1 && !input.matches("[data-cell=key]"))) return;
  e.preventDefault();
  const rows = input.closest("[data-rows]");
  let row = input.closest(".rows-row");
  for (const [, key, value] of pairs) {
    row ??= add(rows);
    if (!row) break;
    fill(row, "key", key);
    fill(row, "value", unquoted(value.trim()));
    row = null;
  }
  counted(rows);
}

function fill(row, cell, value) {
  const input = row.querySelector(`[data-cell=${cell}]`);
  if (input) input.value = value;
}

const unquoted = (text) => text.replace(/^(["'])(.*)\1$/s, "$2");
