// The log card: follows what is put out, every 2 s, until the reader scrolls up, and again from the bottom on; wraps; leads to
// lines by their number. Search is in log_finds.js, what is in the page at all in log_window.js.
import { on, say } from "./dom.js";
import { isOut } from "./live.js";
import { startFinds } from "./log_finds.js";
import { LogWindow } from "./log_window.js";
import { gettext, ngettext } from "./words.js";

const COUNT_EVERY = 3; // while nobody follows, every third turn asks, and only how many lines there are
const JITTER = 0.1;
const BOTTOM_PX = 24;

export function startLogs() {
  const element = document.querySelector("[data-log-url]");
  if (element) new Log(element).start();
}

class Log extends LogWindow {
  start() {
    this.box = this.element.closest("[data-log-box]");
    this.seen = this.total; // lines that were there when the reader stopped following
    this.turns = 0;
    this.finds = startFinds(this);
    this.layOut();
    this.element.addEventListener("scroll", () => this.scrolled(), { passive: true });
    on("change", "[data-log-follow]", (box) => this.follow(box.checked));
    on("click", "[data-log-jump]", () => this.follow(true));
    on("click", "[data-log-wrap]", (button) => this.wrap(button));
    on("click", ".log .log-n", (link, e) => this.mark(link, e));
    addEventListener("hashchange", () => this.toAddress());
    document.addEventListener("visibilitychange", () => document.hidden || this.visit());
    if (this.isFollowing) this.toBottom();
    else this.toAddress();
    this.show();
    if (!this.isOver) this.wait();
  }

  wait() {
    setTimeout(async () => {
      this.turns += 1;
      if (this.isFollowing || this.turns % COUNT_EVERY === 0) await this.visit();
      if (!this.isOver) this.wait();
    }, Number(this.element.dataset.every) * 1000 * (1 + Math.random() * JITTER));
  }

  /** What is new at the end is fetched while the reader follows, else only counted. */
  async visit() {
    if (this.isOver || this.isBusy || document.hidden || isOut()) return;
    this.isBusy = true;
    const { isFollowing, next } = this;
    const part = await this.ask(isFollowing ? { from: next, v: this.version } : { count: "1", v: this.version });
    if (part && isFollowing === this.isFollowing && next === this.next) await this.takeOver(part);
    this.isBusy = false;
  }

  async takeOver(part) {
    if (this.isFollowing) this.finds.came(this.append(part));
    else this.told(part.dataset);
    this.layOut();
    if (this.isFollowing) this.toBottom();
    this.show();
    if (this.isFollowing && !this.isAtEnd) await this.follow(true); // more came than a part holds: on to the newest
  }

  told(facts) {
    super.told(facts);
    for (const what of this.box ? ["lines", "size"] : []) {
      const place = this.box.querySelector(`[data-log-${what}]`);
      if (place && place.textContent !== facts[what]) place.textContent = facts[what];
    }
    const clock = this.box?.querySelector("[data-log-last] time");
    if (!clock || facts.lastS === undefined) return;
    const fresh = clock.cloneNode(true); // a clock counts on from what it first said
    fresh.dataset.seconds = facts.lastS;
    clock.replaceWith(fresh);
  }

  redrawn() {
    this.finds?.redraw();
    if (this.box) this.show();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    const isUp = scrollTop < this.at - 1;
    const isDown = scrollHeight - scrollTop - clientHeight < BOTTOM_PX;
    this.at = scrollTop;
    if (this.isFollowing && isUp && !isDown) this.stopFollowing();
    else if (!this.isFollowing && !this.isOver && isDown && this.isAtEnd) this.follow(true);
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.fill());
  }

  stopFollowing() {
    this.isFollowing = false;
    this.seen = this.total;
    this.show();
  }

  async follow(isOn) {
    if (!isOn) return this.stopFollowing();
    if (!this.isAtEnd) {
      const part = await this.ask({});
      if (part) this.replace(part);
    }
    this.isFollowing = !this.isOver && this.isAtEnd;
    this.layOut();
    this.toBottom();
    this.show();
  }

  toBottom() {
    this.scrollTo(this.element.scrollHeight);
  }

  wrap(button) {
    this.change(() => {
      const isOn = this.element.classList.toggle("log-wrap");
      button.setAttribute("aria-pressed", String(isOn));
      this.rowPx = this.rows.firstElementChild?.offsetHeight || 20;
    });
    if (this.isFollowing) this.toBottom();
  }

  /** A line's number is a link to it: the address is taken over, the page stays. */
  mark(link, e) {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    const here = new URL(location.href);
    here.searchParams.set("line", link.textContent);
    here.hash = `L${link.textContent}`;
    history.replaceState(history.state, "", here);
    this.asked(link.parentElement);
    say(gettext("The address now leads to line {line}", { line: link.textContent }));
  }

  asked(row) {
    this.rows.querySelector(".is-asked")?.classList.remove("is-asked");
    row?.classList.add("is-asked");
  }

  async toAddress() {
    const line = Number(location.hash.match(/^#L(\d+)$/)?.[1] ?? new URLSearchParams(location.search).get("line"));
    if (line) this.asked(await this.toLine(line));
  }

  show() {
    const fresh = Math.max(0, this.total - this.seen);
    const jump = this.box.querySelector("[data-log-jump]");
    jump.hidden = this.isFollowing || this.isOver;
    const text = fresh ? ngettext("Jump to newest, {number} new line", "Jump to newest, {number} new lines", fresh) : gettext("Jump to newest");
    if (jump.textContent !== text) jump.textContent = text;
    const box = this.box.querySelector("[data-log-follow]");
    Object.assign(box, { checked: this.isFollowing && !this.isOver, disabled: this.isOver });
    const dot = this.box.querySelector("[data-log-dot]");
    if (dot) dot.hidden = this.isOver || !this.isFollowing;
    const standing = this.box.querySelector("[data-log-standing]");
    if (standing) standing.textContent = this.isOver ? gettext("Complete") : this.isFollowing ? gettext("Following") : gettext("Not following");
  }
}
