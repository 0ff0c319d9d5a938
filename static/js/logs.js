// The log: asks every 2 s for what came after a byte offset while it follows, and keeps at most 2,000 lines.
// <div class="log-box" data-log-box><div class="log" data-log-url data-after data-follow tabindex="0">rows</div></div>
import { all, on } from "./dom.js";

const EVERY_MS = 2000;
const MOST_LINES = 2000;
const BOTTOM_PX = 24;

const logs = new WeakMap(); // log element → { isFollowing, isEnded, busy, unseen, byUs }

export function startLogs() {
  all("[data-log-url]").forEach(begin);
  setInterval(() => all("[data-log-url]").forEach(visit), EVERY_MS);
  on("change", "[data-log-follow]", (box) => follow(logOf(box), box.checked));
  on("change", "[data-log-wrap]", (box) => logOf(box).classList.toggle("log-wrap", box.checked));
  on("click", "[data-log-wrap]:not(input)", (button) => {
    const isOn = logOf(button).classList.toggle("log-wrap");
    button.setAttribute("aria-pressed", String(isOn));
  });
  on("click", "[data-log-jump]", (button) => follow(logOf(button), true));
  on("input", "[data-log-search]", search);
  on("keydown", "[data-log-search]", (input, e) => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    step(input, e.shiftKey ? -1 : 1);
  });
  on("click", "[data-log-step]", (button) => step(boxOf(button).querySelector("[data-log-search]"), Number(button.dataset.logStep)));
}

const boxOf = (element) => element.closest("[data-log-box]") ?? document;
const logOf = (element) => boxOf(element).querySelector("[data-log-url]");
const isAtBottom = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < BOTTOM_PX;

function begin(log) {
  if (logs.has(log)) return logs.get(log);
  const state = { isFollowing: log.dataset.follow !== undefined, isEnded: log.dataset.follow === undefined, busy: false, unseen: 0, byUs: false };
  logs.set(log, state);
  if (state.isFollowing) toBottom(log, state);
  log.addEventListener("scroll", () => scrolled(log, state), { passive: true });
  show(log, state);
  return state;
}

function scrolled(log, state) {
  if (state.byUs) {
    state.byUs = false;
    return;
  }
  if (state.isEnded) return;
  const isDown = isAtBottom(log);
  if (isDown === state.isFollowing) return;
  state.isFollowing = isDown;
  if (isDown) state.unseen = 0;
  show(log, state);
}

function follow(log, isOn) {
  const state = begin(log);
  state.isFollowing = isOn;
  if (isOn) {
    state.unseen = 0;
    toBottom(log, state);
    visit(log);
  }
  show(log, state);
}

function toBottom(log, state) {
  state.byUs = !isAtBottom(log);
  log.scrollTop = log.scrollHeight;
}

async function visit(log) {
  const state = begin(log);
  // While the reader has scrolled up, new lines are still counted for the button; a log that ended is never asked again.
  if (state.isEnded || state.busy || document.hidden) return;
  state.busy = true;
  try {
    const url = new URL(log.dataset.logUrl, location.href);
    url.searchParams.set("after", log.dataset.after ?? "0");
    const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Target": log.id || "log" }, credentials: "same-origin", redirect: "error" });
    if (answer.ok) await append(log, state, answer);
    if (answer.status === 404 || answer.status === 410) state.isEnded = true;
  } catch {
    // The connection is lost or the session over: the live label says so, the next visit tries again.
  } finally {
    state.busy = false;
  }
}

async function append(log, state, answer) {
  const next = answer.headers.get("X-Log-Offset");
  if (next !== null) log.dataset.after = next;
  for (const what of ["Lines", "Size"]) {
    const place = boxOf(log).querySelector(`[data-log-${what.toLowerCase()}]`);
    const told = answer.headers.get(`X-Log-${what}`);
    if (place && told && place.textContent !== told) place.textContent = told;
  }
  if (answer.status === 200) {
    const rows = document.createElement("template");
    rows.innerHTML = await answer.text();
    const count = rows.content.childElementCount;
    if (count && log.querySelector("[data-log-empty]")) log.querySelector("[data-log-empty]").remove();
    log.append(rows.content);
    for (let over = all(".log-row", log).length - MOST_LINES; over > 0; over -= 1) log.querySelector(".log-row").remove();
    if (state.isFollowing) toBottom(log, state);
    else state.unseen += count;
    refreshSearch(log);
    log.dispatchEvent(new CustomEvent("gpc:log-grew", { bubbles: true, detail: { count } }));
  }
  if (answer.headers.get("X-Log-End") === "1") state.isEnded = true;
  show(log, state);
}

function show(log, state) {
  const box = boxOf(log);
  const jump = box.querySelector("[data-log-jump]");
  if (jump) {
    jump.hidden = state.isFollowing || state.isEnded;
    jump.textContent = state.unseen ? `Jump to newest, ${state.unseen} new line${state.unseen === 1 ? "" : "s"}` : "Jump to newest";
  }
  const toggle = box.querySelector("[data-log-follow]");
  if (toggle) {
    toggle.checked = state.isFollowing && !state.isEnded;
    toggle.disabled = state.isEnded;
  }
  const standing = box.querySelector("[data-log-standing]");
  if (standing) standing.textContent = state.isEnded ? "Complete" : state.isFollowing ? "Following" : "Not following";
}

// Search: matches are CSS highlights, so that the rows themselves stay as the server wrote them.
const finds = new WeakMap(); // log → { ranges, at }

function search(input) {
  const log = logOf(input);
  const wanted = input.value.trim().toLowerCase();
  const ranges = [];
  if (wanted && window.Highlight) {
    for (const row of all(".log-row", log)) {
      const walk = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        if (node.parentElement.matches(".log-n, .log-t")) continue;
        const text = node.data.toLowerCase();
        for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + wanted.length);
          ranges.push(range);
        }
      }
    }
  }
  finds.set(log, { ranges, at: ranges.length });
  if (window.Highlight) CSS.highlights.set("found", new Highlight(...ranges));
  const count = boxOf(input).querySelector("[data-log-count]");
  if (count) count.textContent = wanted ? `${ranges.length} found` : "";
}

function refreshSearch(log) {
  const input = boxOf(log).querySelector("[data-log-search]");
  if (input?.value) search(input);
}

function step(input, direction) {
  const log = logOf(input);
  const found = finds.get(log);
  if (!found?.ranges.length) return;
  found.at = (found.at + direction + found.ranges.length) % found.ranges.length;
  const range = found.ranges[found.at];
  range.startContainer.parentElement.scrollIntoView({ block: "center" });
  CSS.highlights.set("found-now", new Highlight(range));
  const count = boxOf(input).querySelector("[data-log-count]");
  if (count) count.textContent = `${found.at + 1} of ${found.ranges.length}`;
}
