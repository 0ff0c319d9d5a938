// Fields that hang on others. data-show-when="name=a|b" hides what does not apply; data-enable-when keeps it in sight,
// disabled. "&" joins conditions.
import { all } from "./dom.js";

export function applyAll(root = document) {
  for (const node of all("[data-show-when], [data-enable-when]", root)) apply(node);
}

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

export function pickWay(field) {
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
