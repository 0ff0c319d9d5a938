// Lists of boxes in groups: what is ticked as chips, a filter, a whole group at once. Without script the buttons post.
import { all, on } from "./dom.js";
import { gettext } from "./words.js";

export function startMany() {
  on("input", "[data-many-filter]", filter);
  on("keydown", "[data-many-filter]", (field, e) => e.key === "Enter" && e.preventDefault());
  on("change", "[data-many] input[type=checkbox]", (box) => chips(box.closest("[data-many]")));
  on("click", "[data-many] button[name^='untick:']", (button, e) => {
    e.preventDefault();
    const many = button.closest("[data-many]");
    const focus = button.nextElementSibling ?? button.previousElementSibling ?? many.querySelector("[data-many-filter]");
    set(many, boxes(many).filter((box) => !button.value || box.value === button.value), false);
    if (!button.isConnected) focus?.isConnected ? focus.focus() : many.querySelector("[data-many-filter]")?.focus();
  });
  on("click", "[data-many] button[name^='tick:']", (button, e) => {
    e.preventDefault();
    const group = boxes(button.closest("[data-many-group]")).filter((box) => !box.closest("label").hidden);
    set(button.closest("[data-many]"), group, !group.every((box) => box.checked));
  });
}

const boxes = (node) => all("input[type=checkbox]:not(:disabled)", node);

function set(many, chosen, isOn) {
  for (const box of chosen) box.checked = isOn;
  chips(many);
  many.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The chips on top, drawn anew from the boxes. */
function chips(many) {
  const made = all("input[type=checkbox]:checked", many).map((box) => {
    const chip = many.querySelector("template").content.firstElementChild.cloneNode(true);
    chip.value = box.value;
    chip.setAttribute("aria-label", gettext("Leave {choice} out", { choice: box.dataset.label }));
    chip.firstChild.textContent = box.dataset.label;
    return chip;
  });
  many.querySelector("[data-many-chips]").replaceChildren(...made);
}

function filter(field) {
  const wanted = field.value.trim().toLowerCase();
  for (const group of all("[data-many-group]", field.closest("[data-many]"))) {
    const labels = all("label", group);
    for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(wanted);
    group.hidden = labels.every((label) => label.hidden);
  }
}
