// Polled regions: <div id data-poll="10" hx-get hx-trigger="gpc:poll" hx-target="this" hx-swap="outerHTML" hx-vals='{"v": "…"}'>.
// 204 means unchanged, 286 means swap and stop. No region is asked while the tab is hidden, or while somebody works in it.
import { all, on } from "./dom.js";
import { signedOut, tell } from "./live.js";

const JITTER = 0.1;
const FIRST_WAIT_S = 5;
const LONGEST_WAIT_S = 60;
const FAILURES_UNTIL_OUT = 3;

const regions = new Map(); // id → { every, okAt, askedAt, dueAt, busy, isHeld, failures }
const line = { failures: 0, failedAt: 0, outSince: null, wait: FIRST_WAIT_S, nextTry: null, isSignedOut: false };
const changers = []; // may change an answer before it is drawn
let keeper; // kept.js, once there is a region
let kept = null; // what the person was doing, held over one swap
let returnedAt = 0;

const now = () => Date.now();
const later = (seconds) => now() + seconds * 1000 * (1 + Math.random() * JITTER);
const element = (id) => document.getElementById(id);

export function startPolling() {
  register();
  if (window.htmx === undefined) return;
  setInterval(beat, 500);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return beat();
    returnedAt = now();
    refreshAll();
  });
  on("click", "[data-try-now]", refreshAll);
  on("click", "[data-retry-part]", (button) => refresh(button.closest("[data-poll]")));
  on("input", "[data-poll] :is(input, textarea, select)", (field) => (field.dataset.edited = ""));
  document.addEventListener("htmx:beforeRequest", beforeRequest);
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("htmx:afterSwap", afterSwap);
  document.addEventListener("htmx:afterRequest", afterRequest);
  beat();
}

/** Let ``change(region, answer)`` look at the parsed answer of each poll before it is drawn. */
export const beforeDrawing = (change) => changers.push(change);

/** Ask for every region at once; while nobody answers, for one. */
export function refreshAll() {
  line.isSignedOut = false;
  if (line.nextTry !== null) line.nextTry = now();
  for (const region of regions.values()) region.dueAt = now();
  beat();
}

/** Ask for one region at once, whatever its version. */
export function refresh(target) {
  target.setAttribute("hx-vals", '{"v": ""}');
  regions.get(target.id).dueAt = 0;
  beat();
}

function register() {
  const present = new Set();
  for (const found of all("[data-poll][id]")) {
    present.add(found.id);
    const every = Number(found.dataset.poll);
    const known = regions.get(found.id);
    if (known) known.every = every;
    else regions.set(found.id, { every, okAt: now(), askedAt: 0, dueAt: later(every), busy: false, isHeld: false, failures: 0 });
  }
  for (const id of regions.keys()) if (!present.has(id)) regions.delete(id);
  if (regions.size) keeper ??= import("./kept.js").then((module) => (keeper = module));
}

function beat() {
  register();
  if (!document.hidden && !line.isSignedOut) {
    if (line.nextTry === null) for (const [id, region] of regions) askIfDue(id, region);
    else if (now() >= line.nextTry) tryOnce();
  }
  tell(standing());
}

function askIfDue(id, region) {
  if (region.isHeld && !keeper.isWorkedIn?.(element(id))) region.dueAt = 0;
  if (!region.busy && now() >= region.dueAt) ask(id);
}

/** While nobody answers, one region asks for all. */
function tryOnce() {
  if (!regions.size) return;
  line.nextTry = now() + line.wait * 1000;
  const [id, region] = [...regions].reduce((a, b) => (b[1].every < a[1].every ? b : a));
  if (!region.busy) ask(id);
}

function ask(id) {
  // Not bubbling: a region around this one is not asked along with it.
  element(id).dispatchEvent(new CustomEvent("gpc:poll"));
}

/** Only now it is known that htmx took the poll: one just drawn hears nothing yet, and is asked at the next beat. */
function beforeRequest(event) {
  const region = regions.get(polledId(event));
  if (region) Object.assign(region, { askedAt: now(), dueAt: later(region.every), busy: true, isHeld: false });
}

function polledId(event) {
  const source = event.detail.requestConfig;
  const asked = source?.elt ?? event.detail.elt;
  return source?.triggeringEvent?.type === "gpc:poll" ? asked?.id : null;
}

function leadsToSignIn(xhr) {
  const landed = xhr.responseURL && new URL(xhr.responseURL, location.href).pathname;
  return xhr.status === 401 || landed === document.documentElement.dataset.signIn;
}

function beforeSwap(event) {
  const id = polledId(event);
  if (!id || !event.detail.shouldSwap) return;
  const target = element(id);
  const region = regions.get(id);
  if (target && region && (!keeper.restore || keeper.isWorkedIn(target))) region.isHeld = true; // asked again when they are done
  if (leadsToSignIn(event.detail.xhr) || !target || region?.isHeld) {
    event.detail.shouldSwap = false;
    return;
  }
  if (changers.length) {
    const answer = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    for (const change of changers) change(target, answer);
    event.detail.serverResponse = answer.body.innerHTML;
  }
  kept = keeper.remember(target);
}

function afterSwap(event) {
  const id = polledId(event);
  if (!id || !kept) return;
  const fresh = element(id);
  const isNewState = fresh && keeper.restore(fresh, kept);
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
    if (region) recovered(id, region);
    const wasOut = line.nextTry !== null;
    Object.assign(line, { failures: 0, outSince: null, wait: FIRST_WAIT_S, nextTry: null });
    signedOut(false);
    if (wasOut) refreshAll();
  } else if ([403, 404, 410].includes(xhr.status)) {
    regions.delete(id); // it is gone, or not theirs any more; the next page load says so
    element(id)?.removeAttribute("data-poll");
  } else {
    if (!region || region.askedAt > line.failedAt) failed();
    if (region) partFailed(id, region);
  }
  tell(standing());
}

function recovered(id, region) {
  if (region.failures >= FAILURES_UNTIL_OUT) import("./part_failed.js").then((parts) => parts.uncover(element(id)));
  Object.assign(region, { okAt: now(), failures: 0 });
}

/** What fails while others answer is covered, and asked for once a minute. */
function partFailed(id, region) {
  region.failures += 1;
  if (region.failures < FAILURES_UNTIL_OUT || line.nextTry !== null) return;
  region.dueAt = later(LONGEST_WAIT_S);
  import("./part_failed.js").then((parts) => element(id) && parts.cover(element(id)));
}

/** What was asked together fails together, and counts once. */
function failed() {
  Object.assign(line, { failures: line.failures + 1, failedAt: now() });
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
  const asked = [...regions.values()].filter((region) => region.failures < FAILURES_UNTIL_OUT);
  const isLate = asked.some((region) => now() - Math.max(region.okAt, returnedAt) > region.every * 3000);
  if (line.isSignedOut || line.failures >= FAILURES_UNTIL_OUT) return { word: "out", at: line.outSince ?? fastest.okAt, nextTry: line.nextTry, isSignedOut: line.isSignedOut };
  if (document.hidden) return { word: "paused", at: fastest.okAt };
  return { word: isLate ? "late" : "live", at: fastest.okAt };
}
