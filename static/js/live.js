// The live label, the banners of a lost connection, and the clocks that count on once a second from the server's values.
import { all, sayNow } from "./dom.js";
import { foldBanners } from "./notices.js";

const begun = new WeakMap(); // clock element → when it was first seen
let standing = { word: "none" };

export function startLive() {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || signedOut(false));
}

/** Whether nobody answers, so that nothing but the one try after the other should be asked. */
export const isOut = () => standing.word === "out";

/** Take over what polling knows and show it. */
export function tell(next) {
  const before = standing.word;
  standing = next;
  if (next.word !== before) {
    banner("out", next.word === "out" && !next.isSignedOut);
    if (next.word === "out") sayNow(next.isSignedOut ? "You are signed out." : "The page is no longer live.");
    show();
  }
}

/** A session that ended is told once; the banner goes when the person has signed in again and comes back. */
export async function signedOut(isOver) {
  const isTold = Boolean(document.querySelector("[data-banner=signed-out]"));
  if (isOver) banner("signed-out", true);
  else if (isTold && (await (await import("./renewal.js")).renewed())) banner("signed-out", false);
}

export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

function tick() {
  show();
  if (standing.word !== "late" && standing.word !== "out") all("[data-clock], [data-clock-cost]").forEach(count);
}

function show() {
  const label = document.getElementById("live-label");
  if (!label) return;
  if (label.dataset.live !== "saved") {
    label.hidden = standing.word === "none";
    if (!label.hidden) {
      label.dataset.live = standing.word;
      write(label.querySelector("[data-live-text]"), ...words());
    }
  }
  const out = document.querySelector("[data-banner=out]");
  if (out && standing.word === "out") {
    out.querySelector("[data-lead]").textContent = `No answer from gpuconsole for ${inWords(Date.now() - standing.at)}.`;
    const wait = standing.nextTry ? Math.max(0, Math.ceil((standing.nextTry - Date.now()) / 1000)) : 0;
    out.querySelector("[data-rest]").textContent = `What you see is from ${clock(standing.at)}. ${wait ? `Trying again in ${wait} s.` : "Trying now."}`;
  }
}

function clock(at) {
  const timeZone = document.documentElement.dataset.zone || undefined; // the person's, as everywhere on the page
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
}

function inWords(ms) {
  const [number, unit] = age(ms).split(" ");
  const word = { s: "second", m: "minute", h: "hour", d: "day" }[unit];
  return `${number} ${word}${number === "1" ? "" : "s"}`;
}

function words() {
  if (standing.word === "paused") return ["", "Paused, tab was hidden"];
  if (standing.word === "out") return ["Not live · last update ", clock(standing.at)];
  return [standing.word === "late" ? "Late · updated " : "Live · updated ", `${age(Date.now() - standing.at)} ago`];
}

/** The first words go on small screens. */
function write(place, first, rest) {
  if (!place.firstElementChild) {
    place.append(document.createElement("span"), document.createElement("span"));
    place.firstElementChild.className = "long";
  }
  place.firstElementChild.textContent = first;
  place.lastElementChild.textContent = rest;
}

function banner(name, isShown) {
  const place = document.getElementById("banners");
  const there = place?.querySelector(`[data-banner=${name}]`);
  if (there && !isShown) there.remove();
  if (place && !there && isShown) place.prepend(document.getElementById(`banner-${name}`).content.cloneNode(true));
  foldBanners();
}

function count(element) {
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

function time({ clock: kind, seconds }, passed) {
  const total = Math.floor(Math.max(0, kind === "remaining" ? Number(seconds) - passed : Number(seconds) + passed));
  if (kind === "ago") return `${age(total * 1000)} ago`;
  const [d, h, m, s] = [Math.floor(total / 86400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60];
  if (d) return h ? `${d} d ${h} h` : `${d} d`;
  if (kind === "short") return h ? `${h} h${m ? ` ${m} m` : ""}` : m ? `${m} m${s ? ` ${s} s` : ""}` : `${s} s`;
  const two = (number) => String(number).padStart(2, "0");
  return h ? `${h} h ${two(m)} m ${two(s)} s` : m ? `${m} m ${two(s)} s` : `${s} s`;
}
