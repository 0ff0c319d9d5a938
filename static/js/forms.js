// Comfort in forms: conditions, units, drafts, checks on leaving a field, one submit only. The server decides everything.
import { all, on } from "./dom.js";
import { signedOut } from "./live.js";
import { startMany } from "./many.js";
import { startRows } from "./rows.js";

const DRAFT_MS = 1000;
const LEAVE_MS = 300;
const timers = new WeakMap(); // form → { draft, leave }

export function startForms() {
  startMany();
  startRows();
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("focusout", left);
  document.addEventListener("submit", submitOnce);
  addEventListener("beforeunload", guard);
  addEventListener("pageshow", (e) => e.persisted && all("form[data-sent]").forEach(free));
  document.addEventListener("gpc:draft-saved", () => all("form[data-dirty]").forEach((form) => delete form.dataset.dirty));
  document.addEventListener("htmx:afterSettle", (e) => refresh(e.target));
  document.addEventListener("htmx:beforeSwap", keepForm);
  document.addEventListener("htmx:oobBeforeSwap", (e) => keepPicked(e.detail.target, e.detail.fragment));
  document.addEventListener("htmx:oobAfterSwap", (e) => noted(e.detail.target));
  on("click", "[data-step]", step);
  on("click", "a[href^='#']", goToField);
  on("change", "[data-submit-on-change]", (field) => field.form.requestSubmit());
  refresh(document);
}

function refresh(root) {
  if (!(root instanceof Element) && root !== document) return;
  all("[data-show-when], [data-enable-when]").forEach(apply);
  all("[data-sends]").forEach(showSent);
  if (root !== document) root.querySelector?.("[data-focus]")?.focus();
}

function changed(e) {
  const form = e.target.form ?? e.target.closest?.("form");
  if (!form) return;
  if (e.target.form) pickWay(e.target);
  for (const node of all("[data-show-when], [data-enable-when]", form)) apply(node);
  showSent(e.target.closest(".control")?.querySelector("[data-sends]") ?? e.target);
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
  const own = timers.get(form) ?? {};
  clearTimeout(own[kind]);
  own[kind] = setTimeout(() => {
    const mark = form.querySelector("[data-left-field]");
    if (mark && kind === "leave") mark.value = field.name ?? "";
    form.dispatchEvent(new CustomEvent(`gpc:${kind}`, { bubbles: true, detail: { name: field.name } }));
  }, wait);
  timers.set(form, own);
}

/** data-show-when="name=a|b" hides what does not apply; data-enable-when keeps it in sight, disabled. "&" joins conditions. */
function apply(node) {
  const form = node.closest("form");
  const holds = (node.dataset.showWhen ?? node.dataset.enableWhen).split("&").every((condition) => {
    const [name, wanted = ""] = condition.split(/=(.*)/s);
    return wanted.split("|").includes(valueOf(form, name));
  });
  if (node.dataset.showWhen !== undefined) node.hidden = !holds;
  for (const field of node.matches("input, select, textarea") ? [node] : all("input, select, textarea, button", node)) {
    if (node.dataset.stays !== undefined) grey(field, !holds);
    else field.disabled = !holds;
  }
}

/** With script a greyed field can be typed into, which picks its way; the hidden one that carries its value can go. */
function grey(field, isOff) {
  if (field.matches("[data-kept]")) return field.remove();
  field.disabled = false;
  field.toggleAttribute("data-grey", isOff);
}

function pickWay(field) {
  if (field.dataset.grey === undefined) return;
  const [name, wanted] = field.closest("[data-enable-when]")?.dataset.enableWhen.split("=") ?? [];
  const way = [...field.form.elements].find((one) => one.name === name && one.value === wanted);
  if (way) way.checked = true;
}

function valueOf(form, name) {
  const found = form?.elements.namedItem(name);
  if (!found) return "";
  if (found instanceof RadioNodeList) {
    const inputs = [...found]; // a switch is a box behind a hidden input that says no for it
    const boxes = inputs.filter((input) => input.type === "checkbox");
    if (boxes.length) return boxes.find((box) => box.checked)?.value ?? inputs.find((input) => input.type === "hidden")?.value ?? "";
  }
  if (found.type === "checkbox") return found.checked ? found.value : "";
  return found.value;
}

/** <input data-sends="id of the help line" data-sends-unit="ms"> with a unit select whose options carry data-factor. */
function showSent(input) {
  const help = input.dataset?.sends && document.getElementById(input.dataset.sends);
  if (!help) return;
  help.dataset.plain ??= help.textContent;
  const factor = Number(input.closest(".control")?.querySelector("select.unit")?.selectedOptions[0]?.dataset.factor ?? 1);
  const number = Number(input.value.replace(/[\s,]/g, ""));
  const isNumber = input.value.trim() !== "" && Number.isFinite(number);
  const sent = String(Math.round(number * factor)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  help.textContent = isNumber ? `Sends ${sent} ${input.dataset.sendsUnit ?? ""}`.trim() + `. ${help.dataset.plain}`.trimEnd() : help.dataset.plain;
}

/** Whoever was signed out meanwhile keeps the form: the sign-in page is not drawn into it. */
function keepForm(e) {
  if (!e.detail.target?.closest("form")) return;
  const isOut = new URL(e.detail.xhr.responseURL, location.href).pathname === document.documentElement.dataset.signIn;
  if (isOut) e.detail.shouldSwap = false;
  signedOut(isOut);
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
  const button = e.submitter;
  if (!button || button.name?.match(/^(add|remove):/)) return delete form.dataset.sent;
  // Disabled only after the browser has read the form, so that the button's own name and value still go along.
  setTimeout(() => {
    button.dataset.label = button.innerHTML;
    button.disabled = true;
    button.textContent = button.dataset.sending ?? "Sending…";
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
  if (!field?.matches("input, select, textarea, fieldset")) return;
  e.preventDefault();
  for (let section = field.closest("details"); section; section = section.parentElement.closest("details")) section.open = true;
  field.focus();
  field.scrollIntoView({ block: "center" });
}
