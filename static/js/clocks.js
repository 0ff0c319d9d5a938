// Clocks and costs that count on from the server's own values. Loaded by live.js once a page has one.
import { age, gettext } from "./words.js";

const begun = new WeakMap(); // clock element → when it was first seen

export function count(element) {
  const started = begun.get(element) ?? performance.now();
  begun.set(element, started);
  const passed = (performance.now() - started) / 1000;
  const text = element.dataset.clockCost === undefined ? time(element.dataset, passed) : cost(element.dataset, passed);
  if (element.textContent !== text) element.textContent = text;
}

function cost({ clockCost, rate, symbol, step, gone }, passed) {
  const billed = step ? Math.floor((Number(gone) + passed) / step) * step : passed;
  const amount = Number(clockCost) + (Number(rate) * billed) / 3600;
  const places = amount > 0 && amount < 0.01 ? 4 : 2;
  return symbol + amount.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
}

const days = (number) => `${number} ${gettext("d")}`;
const hours = (number) => `${number} ${gettext("h")}`;
const minutes = (number) => `${number} ${gettext("m")}`;
const seconds = (number) => `${number} ${gettext("s")}`;
const two = (number) => String(number).padStart(2, "0");

function time({ clock: kind, seconds: told }, passed) {
  const total = Math.floor(Math.max(0, kind === "remaining" ? Number(told) - passed : Number(told) + passed));
  if (kind === "ago") return gettext("{age} ago", { age: age(total * 1000) });
  const [d, h, m, s] = [Math.floor(total / 86400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60];
  if (d) return h ? `${days(d)} ${hours(h)}` : days(d);
  if (kind === "short") return h ? hours(h) + (m ? ` ${minutes(m)}` : "") : m ? minutes(m) + (s ? ` ${seconds(s)}` : "") : seconds(s);
  return h ? `${hours(h)} ${minutes(two(m))} ${seconds(two(s))}` : m ? `${minutes(m)} ${seconds(two(s))}` : seconds(s);
}
