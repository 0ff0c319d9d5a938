// Lists of jobs and instances: what is ticked and what it sums to, menus that load when they open, filtering as one types.
import { all, on } from "./dom.js";
import { showQuestion } from "./dialogs.js";
import { gettext, ngettext } from "./words.js";

const QUIET_MS = 250;
const FOCUS = "gpc:focus";
let last = null; // the box that was ticked before, where a range begins
let isAll = false; // all that match are picked, beyond the page
let typed;
let asking;

export function startLists() {
  on("click", ".list-card .pick input", tick);
  on("click", "[data-pick-all]", () => ((isAll = true), show()));
  on("click", "[data-band-acts] button", act);
  on("input", ".list-page [data-filter]", () => (clearTimeout(typed), (typed = setTimeout(narrow, QUIET_MS))));
  on("click", "[data-focus-next]", (link) => sessionStorage.setItem(FOCUS, link.dataset.focusNext));
  on("click", "[data-columns] button[name=up], [data-columns] button[name=down]", moveColumn);
  document.addEventListener("keydown", clear);
  document.addEventListener("htmx:afterSwap", show);
  addEventListener("pageshow", show);
  document.getElementById(sessionStorage.getItem(FOCUS) ?? "")?.focus();
  sessionStorage.removeItem(FOCUS);
  show();
  const field = document.getElementById("filter-text");
  if (field && field.value !== field.defaultValue) narrow(); // it was typed before this was there
}

const boxes = () => all(".list-card tbody .pick input");
const picked = () => boxes().filter((box) => box.checked);

/** Shift takes a range, the head box the page. */
function tick(box, e) {
  isAll = false;
  if (box.id === "pick-page") boxes().forEach((other) => (other.checked = box.checked));
  else if (e.shiftKey && last && boxes().includes(last)) {
    const [from, to] = [boxes().indexOf(last), boxes().indexOf(box)].sort((a, b) => a - b);
    boxes().slice(from, to + 1).forEach((other) => (other.checked = box.checked));
  }
  last = box.id === "pick-page" ? null : box;
  show();
}

function clear(e) {
  if (e.key !== "Escape" || e.defaultPrevented || document.querySelector("dialog[open], details.menu[open]") || !picked().length) return;
  isAll = false;
  boxes().forEach((box) => (box.checked = false));
  show();
}

/** The band: what the view sums to, or what is picked. */
function show() {
  const band = document.querySelector("[data-band]");
  if (!band) return;
  const chosen = picked();
  const page = document.getElementById("pick-page");
  Object.assign(page, { checked: chosen.length > 0 && chosen.length === boxes().length, indeterminate: chosen.length > 0 && chosen.length < boxes().length });
  isAll &&= page.checked;
  const more = band.querySelector("[data-pick-all]");
  band.classList.toggle("active", chosen.length > 0);
  band.querySelector("[data-band-view]").hidden = chosen.length > 0 && !isAll;
  band.querySelector("[data-band-picked]").hidden = !chosen.length;
  more.hidden = isAll || !page.checked || !document.querySelector(".pager [rel]");
  band.querySelector("[data-band-count]").textContent = isAll ? gettext("All selected") : ngettext("{number} selected", "{number} selected", chosen.length);
  band.querySelector("[data-band-sum]").textContent = isAll ? "" : sums(chosen);
  for (const button of all("[data-band-acts] button", band)) label(button, chosen);
}

function sums(chosen) {
  const gpus = chosen.reduce((sum, box) => sum + Number(box.dataset.gpus), 0);
  const rates = {};
  for (const { dataset } of chosen) if (dataset.rate) rates[dataset.currency] = (rates[dataset.currency] ?? 0) + Number(dataset.rate);
  const money = Object.entries(rates).map(([currency, amount]) => amount.toLocaleString("en-US", { style: "currency", currency }));
  const together = money.length ? `· ${gettext("{amount} per hour together", { amount: money.join(" + ") })}` : "";
  return [gpus ? `· ${ngettext("{number} GPU", "{number} GPUs", gpus)}` : "", together].join(" ");
}

/** "Stop 2 jobs…": how many of the picked ones can be. */
function label(button, chosen) {
  const { label: act } = button.dataset;
  const count = ["label", "clone"].includes(button.value) ? chosen.length : chosen.filter((box) => can(box, button.value)).length;
  button.lastElementChild.textContent = isAll ? gettext("{act} all…", { act }) : chosen.length ? gettext("{act} {workloads}…", { act, workloads: counted(count) }) : act;
  button.disabled = !isAll && !count;
}

function counted(number) {
  const isOfJobs = document.querySelector("[data-list]").dataset.kind === "job";
  return isOfJobs ? ngettext("{number} job", "{number} jobs", number) : ngettext("{number} instance", "{number} instances", number);
}

const can = (box, verb) => box.closest("tr").dataset.verbs.split(" ").includes(verb);

/** The question opens here; without script, or on any trouble, the form posts to its page. */
async function act(button, e) {
  const form = document.getElementById("bulk");
  const data = new FormData(form, button);
  if (isAll) data.set("all", "1");
  e.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true", "HX-Target": "dialog-body" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    showQuestion(await answer.text());
  } catch {
    form.requestSubmit(button);
  }
}

/** Filter as one types: the table, the tabs, the chips and the address change, the field stays. */
async function narrow() {
  const field = document.getElementById("filter-text");
  const params = new URLSearchParams([...new FormData(field.form)].filter(([, value]) => value));
  const url = field.form.action + (params.size ? `?${params}` : "");
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(url, { signal: asking.signal });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    history.replaceState(history.state, "", url);
    for (const part of ["#table", "#views", "#list-count", "#bulk"]) document.querySelector(part).replaceWith(page.querySelector(part));
    const chips = (root) => all("#filters > .chip-place, #filters > .link-button", root);
    chips(document).forEach((chip) => chip.remove());
    field.form.nextElementSibling.after(...chips(page));
    window.htmx?.process(document.getElementById("table"));
    show();
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

/** Columns change places without a reload. */
function moveColumn(button, e) {
  e.preventDefault();
  const line = button.closest("li");
  const other = button.name === "up" ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  button.name === "up" ? other.before(line) : other.after(line);
  const lines = all("li", line.parentElement);
  for (const one of lines) for (const name of ["up", "down"]) one.querySelector(`[name=${name}]`).disabled = one === lines.at(name === "up" ? 0 : -1);
  (button.disabled ? line.querySelector("button:not(:disabled)") : button).focus();
}
