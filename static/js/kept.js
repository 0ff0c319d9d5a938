// What a person is doing in a polled region: it is left alone while they work in it, and given back to them once it was drawn anew.
// Loaded by polling.js on pages that have such a region.
import { alike, all, sign } from "./dom.js";

document.addEventListener("visibilitychange", release);

const element = (id) => document.getElementById(id);

/** Someone has a menu open, edits a field or marks text here: the region is left as it is. */
export function isWorkedIn(region) {
  if (region.querySelector("details.menu[open], .invalid:focus, [data-dirty]")) return true;
  if (all("[data-edited]", region).some(isEdited)) return true;
  const focused = document.activeElement;
  if (focused !== region && region.contains(focused) && focused.closest("form, [contenteditable]") && focused.matches("input:not([type=checkbox]), select, textarea")) return true;
  const marked = getSelection();
  return Boolean(marked && !marked.isCollapsed && marked.getRangeAt(0).intersectsNode(region));
}

function isEdited(field) {
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return !field.matches("[type=checkbox], [type=radio]") && field.value !== field.defaultValue;
}

const path = (node, root) => {
  const steps = [];
  for (let at = node; at && at !== root; at = at.parentElement) steps.unshift([...at.parentElement.children].indexOf(at));
  return steps;
};
const follow = (steps, root) => steps.reduce((at, index) => at?.children[index], root);
const heard = (root) => new Map(all("[data-announce]", root).map((node) => [node.dataset.announce, node.textContent.trim()]));
const isNews = (node, was) => was.has(node.dataset.announce) && was.get(node.dataset.announce) !== node.textContent.trim();

/** What had the focus, in what was drawn anew: by its id, where it stood, wherever it is now; what is gone leaves it to the heading. */
function again(was, root) {
  const there = was.id ? element(was.id) : follow(was.steps, root);
  if (there && (was.id || sign(there) === was.sign)) return there;
  const heading = root.querySelector("h1, h2");
  if (heading) heading.tabIndex = -1;
  return alike(was.sign, root) ?? heading;
}

/** What they had open, ticked, scrolled and in focus. */
export function remember(root) {
  const focused = document.activeElement;
  return {
    height: root.offsetHeight,
    focus: focused !== document.body && root.contains(focused) ? { id: focused.id, steps: path(focused, root), sign: sign(focused) } : null,
    open: all("details", root).map((node) => [node.id || path(node, root), node.open]),
    scroll: all("[data-keep-scroll], .table-wrap, .log, pre", root).map((node) => [path(node, root), node.scrollLeft, node.scrollTop]),
    checked: all("input[type=checkbox][id]:checked", root).map((node) => node.id),
    heard: heard(root),
  };
}

/** Nobody looks: parts that were kept as high as they had been may shrink. */
function release() {
  if (document.hidden) for (const region of all("[data-poll]")) region.style.minHeight = "";
}

/** Give the person back what they were doing; answers whether a state that is read out has changed. */
export function restore(root, was) {
  const find = (key) => (typeof key === "string" ? element(key) : follow(key, root));
  for (const [key, isOpen] of was.open) {
    const node = find(key);
    if (node?.matches("details")) node.open = isOpen;
  }
  for (const [steps, left, top] of was.scroll) find(steps)?.scrollTo({ left, top, behavior: "instant" });
  for (const id of was.checked) if (element(id)) element(id).checked = true;
  if (was.focus) again(was.focus, root)?.focus({ preventScroll: true });
  if (was.height) root.hidden = false;
  if (root.offsetHeight < was.height) root.style.minHeight = `${was.height}px`; // what is below stays where it is
  const changed = all("[data-announce]", root).filter((node) => isNews(node, was.heard));
  for (const node of changed) node.classList.add("is-news");
  if (changed.length) import("./news.js").then(({ sayState }) => changed.forEach((node) => sayState(node.dataset.announce, node.textContent.trim().toLowerCase())));
  return changed.length > 0;
}
