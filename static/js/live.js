// The live label, the banners of a lost connection, and once a second the clocks that count on (clocks.js).
import { all, sayNow } from "./dom.js";
import { foldBanners } from "./notices.js";
import { age, gettext, ngettext } from "./words.js";

let standing = { word: "none" };
let clocks;

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
    if (next.word === "out") sayNow(next.isSignedOut ? gettext("You are signed out.") : gettext("The page is no longer live."));
    show();
  }
}

/** A session that ended is told once; the banner goes when the person has signed in again and comes back. */
export async function signedOut(isOver) {
  const isTold = Boolean(document.querySelector("[data-banner=signed-out]"));
  if (isOver) banner("signed-out", true);
  else if (isTold && (await (await import("./renewal.js")).renewed())) banner("signed-out", false);
}

function tick() {
  show();
  const found = standing.word === "late" || standing.word === "out" ? [] : all("[data-clock], [data-clock-cost]");
  if (found.length) (clocks ??= import("./clocks.js")).then(({ count }) => found.forEach(count));
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
    out.querySelector("[data-lead]").textContent = gettext("No answer from gpuconsole for {time}.", { time: inWords(Date.now() - standing.at) });
    const wait = standing.nextTry ? Math.max(0, Math.ceil((standing.nextTry - Date.now()) / 1000)) : 0;
    const seen = gettext("What you see is from {time}.", { time: clock(standing.at) });
    out.querySelector("[data-rest]").textContent = `${seen} ${wait ? gettext("Trying again in {wait} s.", { wait }) : gettext("Trying now.")}`;
  }
}

function clock(at) {
  const timeZone = document.documentElement.dataset.zone || undefined; // the person's, as everywhere on the page
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
}

function inWords(ms) {
  return age(ms, [
    (n) => ngettext("{number} second", "{number} seconds", n),
    (n) => ngettext("{number} minute", "{number} minutes", n),
    (n) => ngettext("{number} hour", "{number} hours", n),
    (n) => ngettext("{number} day", "{number} days", n),
  ]);
}

function words() {
  if (standing.word === "paused") return ["", gettext("Paused, tab was hidden")];
  if (standing.word === "out") return [gettext("Not live · last update"), clock(standing.at)];
  return [standing.word === "late" ? gettext("Late · updated") : gettext("Live · updated"), gettext("{age} ago", { age: age(Date.now() - standing.at) })];
}

/** The first words go on small screens. */
function write(place, first, rest) {
  if (!place.firstElementChild) {
    place.append(document.createElement("span"), document.createElement("span"));
    place.firstElementChild.className = "long";
  }
  place.firstElementChild.textContent = first && `${first} `;
  place.lastElementChild.textContent = rest;
}

function banner(name, isShown) {
  const place = document.getElementById("banners");
  const there = place?.querySelector(`[data-banner=${name}]`);
  if (there && !isShown) there.remove();
  if (place && !there && isShown) place.prepend(document.getElementById(`banner-${name}`).content.cloneNode(true));
  foldBanners();
}
