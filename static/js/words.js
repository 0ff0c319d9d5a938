// Texts in the page's language, from Django's catalogue of them, which a script before this one brings along; where there is
// none, as in English, each text stands for itself. {name} is a place for a value.

const filled = (text, values) => text.replace(/{(\w+)}/g, (place, name) => values[name] ?? place);

export const gettext = (text, values = {}) => filled(window.gettext?.(text) ?? text, values);

/** What is said of one or of many; {number} stands for how many, as people write it. */
export const ngettext = (one, many, number, values) =>
  filled(window.ngettext?.(one, many, number) ?? (number === 1 ? one : many), { number: number.toLocaleString("en-US"), ...values });

const SHORT = [(n) => `${n} ${gettext("s")}`, (n) => `${n} ${gettext("m")}`, (n) => `${n} ${gettext("h")}`, (n) => `${n} ${gettext("d")}`];

/** In the largest unit alone: 3 s, 12 m, 4 h, 2 d. */
export function age(ms, [s, m, h, d] = SHORT) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 3600) return seconds < 60 ? s(seconds) : m(Math.floor(seconds / 60));
  return seconds < 86400 ? h(Math.floor(seconds / 3600)) : d(Math.floor(seconds / 86400));
}
