// Loaded once something in a polled region is in another state: says so to screen readers.
import { say } from "./dom.js";
import { gettext, ngettext } from "./words.js";

const STATES_EVERY_MS = 5000;
const states = new Map(); // name → word of a state that was not said yet
let statesSaidAt = 0;
let timer;

/** At most one sentence every 5 s, more of them summed up. */
export function sayState(name, word) {
  states.set(name, word);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const [[one, state]] = states;
    say(states.size === 1 ? gettext("{name} is now {state}", { name: one, state }) : ngettext("{number} workload changed state", "{number} workloads changed state", states.size));
    states.clear();
    statesSaidAt = Date.now();
  }, Math.max(150, statesSaidAt + STATES_EVERY_MS - Date.now()));
}
