// Texts in the page's language, from Django's catalogue of them, which a script before this one brings along; where there is
// none, as in English, each text stands for itself. {name} is a place for a value.

const filled = (text, values) => text.replace(/{(\w+)}/g, (place, name) => values[name] ?? place);

export const gettext = (text, values = {}) => filled(window.gettext?.(text) ?? text, values);

/** What is said of one or of many; {number} stands for how many, as people write it. */
export const ngettext = (one, many, number, values) =>
  filled(window.ngettext?.(one, many, number) ?? (number === 1 ? one : many), { number: number.toLocaleString("en-US"), ...values });
