// Repeated rows without a reload. Markup: <div data-rows="path"><div data-rows-list>rows</div><template>row with __index__</template>
// <button name="add:path">…</div>; each row has <button name="remove:path:0">, which also works without script.
import { all, on } from "./dom.js";
import { read } from "./dotenv.js";

const DROP_MS = 300; // so that a press elsewhere lands where it was aimed

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
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const rows = remove(row);
    (next?.querySelector("input, select") ?? rows.querySelector("button[name^='add:']"))?.focus();
  });
  on("keydown", "[data-rows] .rows-row :is(input, select)", enter);
  on("paste", "[data-rows][data-paste] .rows-row input", paste);
  on("focusin", "[data-rows] .rows-row", (row) => !isEmpty(row) && (row.dataset.filled = ""));
  on("focusout", "[data-rows] .rows-row", (row) => setTimeout(() => drop(row), DROP_MS));
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
  row.remove();
  counted(rows);
  return rows;
}

/** A row that was filled, emptied and left is not sent, and goes. */
function drop(row) {
  if (row.isConnected && row.dataset.filled !== undefined && isEmpty(row) && !row.contains(document.activeElement)) remove(row);
}

function isEmpty(row) {
  const cells = all("input:not([type=hidden]), textarea, select:not([name$='.kind'])", row);
  return cells.every((cell) => (cell.type === "checkbox" || cell.type === "radio" ? !cell.checked || !cell.value : !cell.value));
}

/** Tell the form that it changed, and the server how many rows to read where it counts them. */
function counted(rows) {
  const total = rows.querySelector("[data-rows-total]");
  if (total) total.value = rows.dataset.next;
  const text = rows.querySelector("[data-rows-count]");
  const count = rows.querySelector("[data-rows-list]").children.length;
  if (text) text.textContent = text.dataset.rowsCount.replace("{number}", count);
  rows.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Enter goes to the next cell, and in the last one adds a row instead of sending the form. */
function enter(input, e) {
  if (e.key !== "Enter" || e.ctrlKey || e.metaKey) return;
  e.preventDefault();
  const row = input.closest(".rows-row");
  const cells = all(":is(input:not([type=hidden]), select, textarea)", row).filter((cell) => !cell.disabled && cell.offsetParent);
  const at = cells.indexOf(input);
  if (at < cells.length - 1) cells[at + 1].focus();
  else if (row.nextElementSibling) row.nextElementSibling.querySelector("input")?.focus();
  else if (!isEmpty(row)) add(row.closest("[data-rows]"))?.querySelector("input")?.focus();
}

/** Lines of KEY=value become rows; the first one fills the row it is pasted into, what is no such line stays to be seen. */
function paste(input, e) {
  const { pairs, left } = read(e.clipboardData?.getData("text") ?? "");
  if (!pairs.length || (pairs.length === 1 && !input.matches("[data-cell=key]"))) return;
  e.preventDefault();
  const rows = input.closest("[data-rows]");
  let row = input.closest(".rows-row");
  if (!isEmpty(row) && pairs.length > 1) row = null;
  for (const [key, value] of pairs) {
    row ??= add(rows);
    if (!row) break;
    fill(row, "key", key);
    fill(row, "value", value);
    row = null;
  }
  if (left.length) keep(rows, left);
  counted(rows);
}

function fill(row, cell, value) {
  let input = row.querySelector(`[data-cell=${cell}]`);
  if (!input) return;
  if (value.includes("\n") && input.matches("input")) {
    const box = document.createElement("textarea"); // an input of one line would take the line ends out
    for (const { name, value: said } of input.attributes) box.setAttribute(name, said);
    input.replaceWith(box);
    input = box;
  }
  input.value = value;
  input.dataset.touched = "";
}

function keep(rows, lines) {
  const box = rows.querySelector(".paste-box");
  if (!box) return;
  box.open = true;
  box.querySelector("textarea").value = lines.join("\n");
}
