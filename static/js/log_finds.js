// Search in a log: the server tells on which lines the words stand, in the whole log; here they are counted, walked through and
// coloured. Colours are CSS highlights, so that the rows stay as the server wrote them.
import { number } from "./log_window.js";
import { gettext } from "./words.js";

const QUIET_MS = 300;
const MOST_KNOWN = 5000;

export function startFinds(log) {
  const box = log.element.closest("[data-log-box]");
  const input = box.querySelector("[data-log-search]");
  return input ? new Finds(log, box, input) : { came() {}, redraw() {} };
}

class Finds {
  constructor(log, box, input) {
    Object.assign(this, { log, box, input, lines: [], at: -1, words: "" });
    input.addEventListener("input", () => this.soon());
    input.form.addEventListener("submit", (e) => this.enter(e, 1));
    input.addEventListener("keydown", (e) => e.key === "Enter" && e.shiftKey && this.enter(e, -1));
    for (const button of box.querySelectorAll("[data-log-step]")) button.addEventListener("click", () => this.step(Number(button.dataset.logStep)));
    log.element.addEventListener("keydown", (e) => this.key(e));
    if (input.value) this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), QUIET_MS);
  }

  /** Enter goes on to the next match, and looks first where what is typed was not looked for yet. */
  async enter(e, direction) {
    e.preventDefault();
    clearTimeout(this.timer);
    if (this.input.value.trim() !== this.words) await this.search();
    else this.step(direction);
  }

  key(e) {
    const direction = { n: 1, p: -1 }[e.key.toLowerCase()];
    if (!direction || !this.lines.length || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    this.step(direction);
  }

  async search() {
    const words = this.input.value.trim();
    Object.assign(this, { words, lines: [], at: -1, isMore: false });
    this.redraw();
    if (!words) return this.tell("");
    this.tell("…");
    for (let on = 0; on !== null && this.lines.length < MOST_KNOWN; ) {
      const found = await this.ask(words, on);
      if (this.words !== words) return; // typed on meanwhile
      if (!found) return this.tell(gettext("not found out"));
      this.lines.push(...found.lines);
      on = found.next;
      this.isMore = on !== null;
      if (this.at < 0) await this.begin();
      this.count();
    }
    if (!this.lines.length) this.tell(gettext("none"));
  }

  async ask(words, on) {
    const url = new URL(this.log.element.dataset.findUrl, location.href);
    for (const [name, value] of Object.entries({ q: words, on, ...(this.log.source && { source: this.log.source }) })) url.searchParams.set(name, value);
    try {
      const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  /** The first match is the next from where the reader is, else the last; there may be more to come to know which. */
  async begin() {
    const { log, lines } = this;
    const seen = number(log.rows.querySelector(".is-asked")) ?? (log.isFollowing ? Infinity : (number(log.firstSeen()) ?? 1));
    const at = lines.findIndex((line) => line >= seen);
    if (at >= 0) await this.go(at);
    else if (lines.length && (!this.isMore || lines.length >= MOST_KNOWN)) await this.go(lines.length - 1);
  }

  async step(direction) {
    if (!this.lines.length) return;
    await this.go((this.at + direction + this.lines.length) % this.lines.length);
  }

  async go(at) {
    this.at = at;
    this.count();
    if (!this.log.isInView(this.lines[at])) await this.log.toLine(this.lines[at]);
    this.redraw();
  }

  count() {
    const all = this.lines.length.toLocaleString("en-US") + (this.isMore ? "+" : "");
    this.tell(this.at < 0 ? all : gettext("{match} of {all}", { match: (this.at + 1).toLocaleString("en-US"), all }));
  }

  tell(text) {
    this.box.querySelector("[data-log-count]").textContent = text;
    for (const button of this.box.querySelectorAll("[data-log-step]")) button.disabled = !this.lines.length;
  }

  /** New lines at the end count along. */
  came(rows) {
    if (!this.words || this.isMore) return;
    const wanted = this.words.toLowerCase();
    const found = rows.filter((row) => textOf(row).textContent.toLowerCase().includes(wanted)).map(number);
    if (!found.length) return;
    this.lines.push(...found);
    this.count();
  }

  redraw() {
    const { rows } = this.log;
    rows.querySelector(".is-match")?.classList.remove("is-match");
    const current = this.at >= 0 && this.log.rowOf(this.lines[this.at]);
    if (current) current.classList.add("is-match");
    if (!window.Highlight) return;
    const ranges = this.words ? [...rows.children].flatMap((row) => within(textOf(row), this.words.toLowerCase())) : [];
    CSS.highlights.set("found", new Highlight(...ranges));
    CSS.highlights.set("found-now", new Highlight(...(current ? within(textOf(current), this.words.toLowerCase()) : [])));
  }
}

const textOf = (row) => row.lastElementChild;

/** Where the words stand in a line, whose colours may begin within them. */
function within(element, wanted) {
  const text = element.textContent.toLowerCase();
  const ranges = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const range = new Range();
    const [start, end] = [place(element, at), place(element, at + wanted.length)];
    if (!start || !end) break;
    range.setStart(...start);
    range.setEnd(...end);
    ranges.push(range);
  }
  return ranges;
}

function place(element, offset) {
  const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(), left = offset; node; left -= node.length, node = walk.nextNode()) if (left <= node.length) return [node, left];
  return null;
}
