// Small helpers that every module needs.

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** What a control is and says: by that it is found again once it was drawn anew. */
export const sign = (node) => [node.localName, node.getAttribute("href") ?? node.getAttribute("name"), node.ariaLabel ?? (node.matches("a, button, summary") ? node.textContent.trim() : node.className)].join(" ");
export const alike = (wanted, root = document) => all("a[href], button, input, select, textarea, summary, [tabindex]", root).find((node) => sign(node) === wanted);

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

/** Say a sentence to screen readers, when they have done with what they are at. */
export function say(sentence) {
  const place = document.getElementById("say");
  place.textContent = "";
  setTimeout(() => (place.textContent = sentence), 150); // said again even if it is the same
}

export function sayNow(sentence) {
  document.getElementById("say-now").textContent = sentence;
}
