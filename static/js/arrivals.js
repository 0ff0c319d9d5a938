// What comes into an open page and would push the rest of it down waits, drawn and hidden, behind a bar with its first words:
// <section data-arrives="Out of GPU memory">. A press shows it, and so does the next load.
import { all, on, say } from "./dom.js";
import { beforeDrawing } from "./polling.js";
import { gettext } from "./words.js";

export function startArrivals() {
  beforeDrawing(hold);
  on("click", "[data-arrived]", show);
}

function hold(region, answer) {
  const isShown = region.matches("[data-arrives]:not([hidden])") || region.querySelector("[data-arrives]:not([hidden])");
  const part = isShown ? null : answer.querySelector("[data-arrives]");
  const bar = document.querySelector(`[data-arrived="${region.id}"]`);
  if (!part) return bar?.remove();
  part.hidden = true;
  if (bar?.dataset.says === part.dataset.arrives) return;
  bar?.remove();
  announce(region.id, part.dataset.arrives);
}

function announce(id, text) {
  const bar = document.createElement("button");
  Object.assign(bar, { type: "button", className: "new-rows arrived", textContent: `${text} · ${gettext("Show")}` });
  Object.assign(bar.dataset, { arrived: id, says: text });
  document.querySelector("main").append(bar);
  say(text);
}

function show(bar) {
  const region = document.getElementById(bar.dataset.arrived);
  const part = region?.matches("[data-arrives]") ? region : region?.querySelector("[data-arrives]");
  bar.remove();
  if (!part) return;
  part.hidden = false;
  const head = part.querySelector("h2, .callout");
  head.tabIndex = -1;
  head.focus();
}
