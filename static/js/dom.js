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

let lastSaid = 0;
let waiting = [];
let timer;

/** Say a sentence to screen readers: at most one every 5 s, the rest summed up. */
export function say(sentence) {
  waiting.push(sentence);
  clearTimeout(timer);
  timer = setTimeout(speak, Math.max(150, lastSaid + 5000 - Date.now()));
}

export function sayNow(sentence) {
  document.getElementById("say-now").textContent = sentence;
}

function speak() {
  const text = waiting.length > 1 ? `${waiting.length} changes: ${waiting.at(-1)}` : waiting[0];
  waiting = [];
  lastSaid = Date.now();
  document.getElementById("say").textContent = text;
}
