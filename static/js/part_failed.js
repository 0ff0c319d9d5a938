// Loaded once a part of a page cannot be read though others can: it keeps its space, says so, and is tried again alone.
import { say } from "./dom.js";
import { gettext } from "./words.js";

export function cover(region) {
  if (region.querySelector(":scope > .part-failed")) return;
  region.append(document.getElementById("part-failed").content.cloneNode(true));
  const title = gettext("{part} can't be read now", { part: region.querySelector("h2")?.textContent.trim() || gettext("This part of the page") });
  region.querySelector(":scope > .part-failed b").textContent = title;
  say(title);
}

export function uncover(region) {
  region.querySelector(":scope > .part-failed")?.remove();
}
