// Comfort in forms: units, drafts, checks on leaving a field, resets, one submit only. The server decides everything.
import { applyAll, pickWay } from "./conditions.js";
import { all, on } from "./dom.js";
import { signedOut } from "./live.js";
import { gettext } from "./words.js";

const DRAFT_MS = 1000;
const LEAVE_MS = 300;
let isBrowsing = false; // through choices by arrow or letter: what is passed on the way is not chosen yet
const timers = new WeakMap(); // form → { draft, leave, left: names of inputs that were left since the last answer, sent: of those }

export function startForms() {
  if (document.querySelector("[data-many]")) import("./many.js").then((many) => many.startMany());
  if (document.querySelector("[data-rows]")) import("./rows.js").then((rows) => rows.startRows());
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("focusout", left);
  document.addEventListener("submit", submitOnce);
  addEventListener("beforeunload", guard);
  addEventListener("pageshow", (e) => e.persisted && all("form[data-sent]").forEach(free));
  document.addEventListener("gpc:draft-saved", () => all("form[data-dirty-guard]").forEach(answered));
  document.addEventListener("htmx:afterSettle", (e) => refresh(e.target));
  document.addEventListener("htmx:beforeSwap", keepForm);
  document.addEventListener("htmx:oobBeforeSwap", (e) => beforeSwap(e.detail.target, e.detail.fragment));
  document.addEventListener("htmx:oobAfterSwap", (e) => noted(e.detail.target));
  on("click", "[data-step]", step);
  on("click", "a[href^='#']", goToField);
  on("click", "button.reset", reset);
  on("click", "[data-launch-button][aria-disabled=true]", goToFirstProblem);
  document.addEventListener("keydown", (e) => (isBrowsing = e.key.startsWith("Arrow") || (e.key.length === 1 && e.key !== " ")), true);
  document.addEventListener("pointerdown", () => (isBrowsing = false), true);
  on("change", "[data-submit-on-change]", (field) => isBrowsing || field.form.requestSubmit());
  refresh(document);
}

function refresh(root) {
  if (!(root instanceof Element) && root !== document) return;
  applyAll();
  if (root !== document) root.querySelector?.("[data-focus]")?.focus();
}

function changed(e) {
  const form = e.target.form ?? e.target.closest?.("form");
  if (!form) return;
  if (e.target.form) pickWay(e.target);
  applyAll(form);
  showSent(e.target.closest(".control")?.querySelector("[data-sends]"));
  showReset(e.target.closest(".field"));
  if (form.matches("[data-dirty-guard]")) form.dataset.dirty = "";
  if (e.target.matches("[data-unchecked]")) return;
  e.target.dataset.touched = "";
  if (e.target.getAttribute("aria-invalid") === "true") schedule(form, "leave", LEAVE_MS, e.target);
  schedule(form, "draft", DRAFT_MS, e.target);
}

function left(e) {
  const field = e.target;
  if (!field.form || field.dataset?.touched === undefined) return;
  delete field.dataset.touched;
  schedule(field.form, "leave", LEAVE_MS, field);
}

/** gpc:draft and gpc:leave bubble from the form; whoever has them as htmx trigger posts it (detail.name: the field). */
function schedule(form, kind, wait, field) {
  const own = timers.get(form) ?? { left: new Set(), sent: [] };
  if (kind === "leave" && field.name) own.left.add(field.name);
  clearTimeout(own[kind]);
  own[kind] = setTimeout(() => {
    const mark = form.querySelector("[data-left-field]");
    own.sent = [...own.left];
    if (mark) mark.value = own.sent.join(" ");
    form.dispatchEvent(new CustomEvent(`gpc:${kind}`, { bubbles: true, detail: { name: field.name } }));
  }, wait);
  timers.set(form, own);
}

/** What was typed is kept, and what was left is told of. */
function answered(form) {
  delete form.dataset.dirty;
  const own = timers.get(form);
  for (const name of own?.sent ?? []) own.left.delete(name);
}

/** <input data-sends="ms" aria-describedby="the help">, units as options with data-factor; the help brings its sentences
    along: data-plain while nothing is converted, data-rest behind what is sent. */
function showSent(input) {
  const help = input && document.getElementById(input.getAttribute("aria-describedby"));
  if (!help || help.dataset.plain === undefined || help.dataset.wrong !== undefined) return;
  const unit = input.closest(".control").querySelector("select.unit").selectedOptions[0];
  const number = Number(input.value.replace(/[\s,]/g, ""));
  const isConverted = input.value.trim() !== "" && Number.isFinite(number) && unit.textContent !== input.dataset.sends;
  const sent = String(Math.round(number * Number(unit.dataset.factor))).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  help.textContent = isConverted ? `Sends ${sent} ${input.dataset.sends}. ${help.dataset.rest}`.trim() : help.dataset.plain;
}

const ownInputs = (field) => all("input:not([type=hidden]), select:not(.unit), textarea", field);
const isFilled = (input) => (input.type === "radio" || input.type === "checkbox" ? input.checked && input.value !== "" : input.value !== "");

/** The arrow back to the default stands only at a field that differs from it. */
function showReset(field) {
  const button = field?.querySelector(":scope > .field-head > .reset");
  if (button) button.hidden = !ownInputs(field).some(isFilled);
}

function reset(button, e) {
  const field = button.closest(".field");
  const inputs = ownInputs(field);
  const none = inputs.find((input) => input.type === "radio" && input.value === "");
  if (inputs.some((input) => input.type === "radio") && !none) return; // what stands for the default, the server knows
  e.preventDefault();
  if (none) none.checked = true;
  else for (const input of inputs) input.value = "";
  const input = none ?? inputs[0];
  input.focus();
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Whoever was signed out meanwhile keeps the form: the sign-in page is not drawn into it. */
function keepForm(e) {
  if (!e.detail.target?.closest("form")) return;
  const isOut = new URL(e.detail.xhr.responseURL, location.href).pathname === document.documentElement.dataset.signIn;
  if (isOut) e.detail.shouldSwap = false;
  signedOut(isOut);
}

function beforeSwap(old, fresh) {
  keepPicked(old, fresh);
  const isNews = old.matches?.("[data-to-fix]") && !old.childElementCount && fresh.firstElementChild?.childElementCount;
  if (isNews) old.closest("details").open = true; // a section with something new to fix opens by itself
}

/** A table that is drawn anew keeps what was picked while it was on its way. */
function keepPicked(old, fresh) {
  const picked = old.querySelector?.("input[type=radio]:checked");
  const same = picked && [...fresh.querySelectorAll("input[type=radio]")].find((input) => input.value === picked.value && !input.disabled);
  if (same) same.checked = true;
}

/** A note that came from the server says whether its field is right: <div class="error|help" data-note-of="id of the field">. */
function noted(note) {
  const field = note?.dataset?.noteOf && document.getElementById(note.dataset.noteOf);
  if (!field) return;
  // Not by its class: htmx keeps the class of what stood there before for a moment.
  if (document.getElementById(note.id)?.dataset.wrong !== undefined) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function submitOnce(e) {
  const form = e.target;
  if (!form.matches("[data-submit-once]")) return;
  if (form.dataset.sent !== undefined) return e.preventDefault();
  form.dataset.sent = "";
  delete form.dataset.dirty;
  if (form.closest("dialog")) all("form[data-dirty]").forEach((other) => delete other.dataset.dirty); // it was asked already
  const button = e.submitter;
  if (!button || button.name?.match(/^(add|remove):/)) return delete form.dataset.sent;
  // Disabled only after the browser has read the form, so that the button's own name and value still go along.
  setTimeout(() => {
    button.dataset.label = button.innerHTML;
    button.disabled = true;
    button.textContent = button.dataset.sending ?? gettext("Sending…");
  });
}

function free(form) {
  delete form.dataset.sent;
  for (const button of all("button[data-label]", form)) {
    button.innerHTML = button.dataset.label;
    button.disabled = false;
  }
}

function guard(e) {
  if (document.querySelector("form[data-dirty-guard][data-dirty]")) e.preventDefault();
}

function step(button) {
  const input = button.closest(".stepper-input").querySelector("input");
  if (Number(button.dataset.step) > 0) input.stepUp();
  else input.stepDown();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A link of the error summary opens the section that its field stands in. */
function goToField(link, e) {
  const field = document.getElementById(link.hash.slice(1));
  if (!field?.matches("input, select, textarea, fieldset, .segmented, .choices, .rows, .rows-field, .many")) return;
  e.preventDefault();
  goTo(field);
}

/** The button that says what is in the way leads there; right after a change the server has the word. */
function goToFirstProblem(button, e) {
  if (button.form.dataset.dirty !== undefined) return;
  const field = all("[aria-invalid=true]", button.form).find((one) => !one.disabled && !one.closest("[hidden]"));
  if (!field) return;
  e.preventDefault();
  button.closest("[popover]")?.hidePopover?.();
  goTo(field);
}

function goTo(field) {
  for (let section = field.closest("details"); section; section = section.parentElement.closest("details")) section.open = true;
  field.focus();
  field.scrollIntoView({ block: "center" });
}
