// Small helpers that every module needs.

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Handle an event on whatever element inside the page matches, now or after a swap. */
export function on(event, selector, handle, options) {
  document.addEventListener(event, (e) => {
    const found = e.target instanceof Element && e.target.closest(selector);
    if (found) handle(found, e);
  }, options);
}

export function isTyping(element = document.activeElement) {
  return Boolean(element?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));
}

const STATES_EVERY_MS = 5000;
const states = new Map(); // name → word of a state that was not said yet
let statesSaidAt = 0;
let timer;

/** Say a sentence to screen readers, when they have done with what they are at. */
export function say(sentence) {
  const place = document.getElementById("say");
  place.textContent = "";
  setTimeout(() => (place.textContent = sentence), 150); // said again even if it is the same
}

/** Say that something is in another state now: at most one sentence every 5 s, more of them summed up. */
export function sayState(name, word) {
  states.set(name, word);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const [[one, state]] = states;
    say(states.size === 1 ? `${one} is now ${state}` : `${states.size} workloads changed state`);
    states.clear();
    statesSaidAt = Date.now();
  }, Math.max(150, statesSaidAt + STATES_EVERY_MS - Date.now()));
}

export function sayNow(sentence) {
  document.getElementById("say-now").textContent = sentence;
}
