// Polled regions: <div id data-poll="10" hx-get hx-trigger="gpc:poll" hx-target="this" hx-swap="outerHTML" hx-vals='{"v": "…"}'>.
// 204 means unchanged, 286 means swap and stop. No region is asked while the tab is hidden, or while somebody works in it.
import { all, on, say } from "./dom.js";
import { signedOut, tell } from "./live.js";

const JITTER = 0.1;
const FIRST_WAIT_S = 5;
const LONGEST_WAIT_S = 60;
const FAILURES_UNTIL_OUT = 3;

const regions = new Map(); // id → { every, okAt, dueAt, busy }
const line = { failures: 0, outSince: null, wait: FIRST_WAIT_S, nextTry: null, isSignedOut: false };
let kept = null; // what the person was doing, held over one swap

const now = () => Date.now();
const later = (seconds) => now() + seconds * 1000 * (1 + Math.random() * JITTER);
const element = (id) => document.getElementById(id);

export function startPolling() {
  register();
  if (window.htmx === undefined) return;
  setInterval(beat, 500);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refreshAll();
    beat();
  });
  on("click", "[data-try-now]", refreshAll);
  on("click", "[data-new-rows]", showHeld);
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("htmx:afterSwap", afterSwap);
  document.addEventListener("htmx:afterRequest", afterRequest);
  beat();
}

/** Ask for every region at once. */
export function refreshAll() {
  if (line.isSignedOut) line.isSignedOut = false;
  line.nextTry = null;
  for (const region of regions.values()) region.dueAt = now();
  beat();
}

function register() {
  const present = new Set();
  for (const found of all("[data-poll][id]")) {
    present.add(found.id);
    const every = Number(found.dataset.poll);
    const known = regions.get(found.id);
    if (known) known.every = every;
    else regions.set(found.id, { every, okAt: now(), dueAt: later(every), busy: false });
  }
  for (const id of regions.keys()) if (!present.has(id)) regions.delete(id);
}

function beat() {
  register();
  if (!document.hidden && !line.isSignedOut && (line.nextTry === null || now() >= line.nextTry)) {
    if (line.nextTry !== null) for (const region of regions.values()) region.dueAt = now();
    for (const [id, region] of regions) if (!region.busy && now() >= region.dueAt) ask(id, region);
  }
  tell(standing());
}

function ask(id, region) {
  const target = element(id);
  region.dueAt = later(region.every);
  if (isWorkedIn(target)) {
    region.dueAt = later(1);
    return;
  }
  region.busy = true;
  if (line.nextTry !== null) line.nextTry = now() + line.wait * 1000;
  // Not bubbling: a region around this one is not asked along with it.
  target.dispatchEvent(new CustomEvent("gpc:poll"));
}

/** Someone has a menu open, edits a field or marks text here: the region is left alone. */
function isWorkedIn(region) {
  if (region.querySelector("details.menu[open], .invalid:focus, [data-dirty]")) return true;
  if (all("input[type=number], input[type=text], textarea", region).some((field) => field.value !== field.defaultValue)) return true;
  const focused = document.activeElement;
  if (focused !== region && region.contains(focused) && focused.closest("form, [contenteditable]") && focused.matches("input, select, textarea")) return true;
  const marked = getSelection();
  return Boolean(marked && !marked.isCollapsed && region.contains(marked.anchorNode));
}

function polledId(event) {
  const source = event.detail.requestConfig;
  const asked = source?.elt ?? event.detail.elt;
  return source?.triggeringEvent?.type === "gpc:poll" ? asked?.id : null;
}

function leadsToSignIn(xhr) {
  if (xhr.status === 401 || xhr.status === 403) return true;
  const landed = xhr.responseURL && new URL(xhr.responseURL, location.href).pathname;
  return landed === document.documentElement.dataset.signIn;
}

function beforeSwap(event) {
  const id = polledId(event);
  if (!id) return;
  const { xhr } = event.detail;
  const target = element(id);
  if (leadsToSignIn(xhr) || !target || isWorkedIn(target)) {
    event.detail.shouldSwap = false;
    return;
  }
  holdNewRows(target, event);
  kept = remember(target);
}

/** Rows that would push what is under the pointer or the focus wait behind a button, <button data-new-rows hidden>. */
function holdNewRows(region, event) {
  if (!region.querySelector("[data-new-rows]") || region.dataset.force || !region.matches(":has(tbody:hover, tbody :focus)")) return;
  const answer = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
  const held = all("tbody tr[id]", answer).filter((row) => !element(row.id));
  if (!held.length) return;
  for (const row of held) row.remove();
  const bar = answer.querySelector("[data-new-rows]");
  bar.hidden = false;
  bar.textContent = `${held.length} new ${held.length === 1 ? bar.dataset.newRows : bar.dataset.newRowsMany || `${bar.dataset.newRows}s`}`;
  event.detail.serverResponse = answer.body.innerHTML;
}

function showHeld(bar) {
  const region = bar.closest("[data-poll]");
  region.dataset.force = "true";
  region.setAttribute("hx-vals", '{"v": ""}');
  regions.get(region.id).dueAt = 0;
  bar.blur();
  beat();
}

function afterSwap(event) {
  const id = polledId(event);
  if (!id || !kept) return;
  const fresh = element(id);
  const isNewState = fresh && restore(fresh, kept);
  if (fresh && event.detail.xhr.status === 286) {
    delete fresh.dataset.poll;
    regions.delete(id);
  }
  // What changed its state here shows in every other region of the page too: they do not wait for their own turn.
  if (isNewState) for (const [other, region] of regions) if (other !== id) region.dueAt = now();
  kept = null;
}

function afterRequest(event) {
  const id = polledId(event);
  const region = id && regions.get(id);
  if (!id) return;
  const { xhr } = event.detail;
  if (region) region.busy = false;
  if (xhr.status && leadsToSignIn(xhr)) {
    line.isSignedOut = true;
    signedOut(true);
  } else if (xhr.status >= 200 && xhr.status < 400) {
    if (region) region.okAt = now();
    Object.assign(line, { failures: 0, outSince: null, wait: FIRST_WAIT_S, nextTry: null });
    signedOut(false);
  } else if (xhr.status === 404 || xhr.status === 410) {
    regions.delete(id); // it is gone; the next page load says so
    element(id)?.removeAttribute("data-poll");
  } else {
    failed();
  }
  tell(standing());
}

function failed() {
  line.failures += 1;
  if (line.failures < FAILURES_UNTIL_OUT) return;
  line.outSince ??= newestUpdate();
  line.nextTry = now() + line.wait * 1000;
  line.wait = Math.min(line.wait * 2, LONGEST_WAIT_S);
}

const newestUpdate = () => Math.max(0, ...[...regions.values()].map((region) => region.okAt));

/** What the live label says: { word: none | live | paused | late | out, at, nextTry }. */
function standing() {
  if (regions.size === 0) return { word: "none" };
  const fastest = [...regions.values()].reduce((a, b) => (b.every < a.every ? b : a));
  const isLate = [...regions.values()].some((region) => now() - region.okAt > region.every * 3000);
  if (line.isSignedOut || line.failures >= FAILURES_UNTIL_OUT) return { word: "out", at: line.outSince ?? fastest.okAt, nextTry: line.nextTry, isSignedOut: line.isSignedOut };
  if (document.hidden) return { word: "paused", at: fastest.okAt };
  return { word: isLate ? "late" : "live", at: fastest.okAt };
}

const path = (node, root) => {
  const steps = [];
  for (let at = node; at && at !== root; at = at.parentElement) steps.unshift([...at.parentElement.children].indexOf(at));
  return steps;
};
const follow = (steps, root) => steps.reduce((at, index) => at?.children[index], root);
const heard = (root) => new Map(all("[data-announce]", root).map((node) => [node.dataset.announce, node.textContent.trim()]));

function remember(root) {
  const focused = document.activeElement;
  return {
    focus: focused !== document.body && root.contains(focused) ? { id: focused.id, steps: path(focused, root) } : null,
    open: all("details", root).map((node) => [node.id || path(node, root), node.open]),
    scroll: all("[data-keep-scroll], .table-wrap, .log, pre", root).map((node) => [path(node, root), node.scrollLeft, node.scrollTop]),
    checked: all("input[type=checkbox][id]:checked", root).map((node) => node.id),
    heard: heard(root),
  };
}

/** Give the person back what they were doing; answers whether a state that is read out has changed. */
function restore(root, was) {
  const find = (key) => (typeof key === "string" ? element(key) : follow(key, root));
  for (const [key, isOpen] of was.open) {
    const node = find(key);
    if (node?.matches("details")) node.open = isOpen;
  }
  for (const [steps, left, top] of was.scroll) find(steps)?.scrollTo({ left, top, behavior: "instant" });
  for (const id of was.checked) if (element(id)) element(id).checked = true;
  if (was.focus) ((was.focus.id && element(was.focus.id)) || follow(was.focus.steps, root))?.focus?.({ preventScroll: true });
  const changed = [...heard(root)].filter(([name, text]) => was.heard.has(name) && was.heard.get(name) !== text);
  for (const [name, text] of changed) say(`${name} is now ${text.toLowerCase()}`);
  return changed.length > 0;
}
