// A window of at most 2,000 lines on a log of any length. Two empty boxes stand for the lines before and behind it, so that
// the scroll bar tells where the reader is; what is scrolled to is asked for by its byte, what is jumped to by its line.
// <div class="log" data-log-url><div data-log-before></div><div class="log-rows" data-start …>rows</div><div data-log-after></div></div>

const MOST_LINES = 2000;
const SPACE_PX = 8_000_000; // the two boxes together: browsers draw nothing that is much higher
const NEAR_PX = 600;
const SETTLE_MS = 90;

export class LogWindow {
  constructor(element) {
    this.element = element;
    this.rows = element.querySelector(".log-rows");
    this.source = element.dataset.source ?? "";
    this.isFollowing = element.dataset.follow !== undefined;
    this.rowPx = this.rows.firstElementChild?.offsetHeight || 20;
    this.at = element.scrollTop;
    this.read(this.rows.dataset);
  }

  get first() { return number(this.rows.firstElementChild) ?? 1; }
  get last() { return number(this.rows.lastElementChild) ?? 0; }
  get isAtEnd() { return this.next !== null && this.next >= this.bytes; }

  /** What an answer says of the part that it holds; of one that was cut off, the byte is not known (null). */
  read(facts) {
    this.from = Number(facts.start);
    this.next = Number(facts.next);
    this.told(facts);
  }

  /** What every answer says of the whole log. */
  told(facts) {
    this.total = Number(facts.total);
    this.bytes = Number(facts.bytes);
    this.version = facts.v ?? "";
    this.isOver = facts.over !== undefined;
  }

  /** One part of the log; null where nothing is new, or the line is lost. */
  async ask(query) {
    const url = new URL(this.element.dataset.logUrl, location.href);
    for (const [name, value] of Object.entries({ ...(this.source && { source: this.source }), ...query })) url.searchParams.set(name, value);
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Target": "log" }, credentials: "same-origin", redirect: "error" });
      if (answer.status === 404 || answer.status === 410) this.isOver = true;
      if (answer.status !== 200) return null;
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      return holder.content.firstElementChild;
    } catch {
      return null; // the live label says so, and the next turn tries again
    }
  }

  append(part) {
    const added = [...part.children];
    this.next = Number(part.dataset.next);
    this.told(part.dataset);
    if (added.length) this.element.querySelector("[data-log-empty]")?.remove();
    this.change(() => {
      this.rows.append(...added);
      if (this.drop("firstElementChild")) this.from = null;
    });
    return added;
  }

  prepend(part) {
    this.from = Number(part.dataset.start);
    this.told(part.dataset);
    this.change(() => {
      this.rows.prepend(...part.children);
      if (this.drop("lastElementChild")) this.next = null;
    });
  }

  replace(part) {
    this.rows.replaceChildren(...part.children);
    this.read(part.dataset);
    this.layOut();
    this.redrawn();
  }

  drop(end) {
    const over = this.rows.childElementCount - MOST_LINES;
    for (let left = over; left > 0; left -= 1) this.rows[end].remove();
    return over > 0;
  }

  /** Change the rows and leave what the reader looks at where it is. */
  change(act) {
    const anchor = this.firstSeen();
    const was = anchor?.getBoundingClientRect().top;
    act();
    this.layOut();
    const moved = anchor?.isConnected ? anchor.getBoundingClientRect().top - was : 0;
    if (moved) this.scrollTo(this.element.scrollTop + moved);
    this.redrawn();
  }

  scrollTo(top) {
    this.element.scrollTop = top;
    this.at = this.element.scrollTop;
  }

  firstSeen() {
    const rows = this.rows.children;
    let [low, high] = [0, rows.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].offsetTop + rows[middle].offsetHeight > this.element.scrollTop) high = middle;
      else low = middle + 1;
    }
    return rows[low] ?? null;
  }

  /** How high the boxes before and behind are: a row's height a line, less where the log is too long for that. */
  layOut() {
    const shown = this.rows.childElementCount;
    if (shown && this.element.classList.contains("log-wrap")) this.rowPx = this.rows.offsetHeight / shown;
    const density = shown ? shown / (this.last - this.first + 1) : 1; // of one source, not every line counts
    this.unit = Math.min(this.rowPx, SPACE_PX / Math.max(this.total, 1)) * density;
    const behind = this.isAtEnd || this.isFollowing ? 0 : this.total - this.last;
    size(this.element.querySelector("[data-log-before]"), (this.from === 0 ? 0 : this.first - 1) * this.unit);
    size(this.element.querySelector("[data-log-after]"), behind * this.unit);
  }

  /** Fetch what the reader comes near to; far from the window, what is at that height. */
  async fill() {
    if (this.isFilling) return;
    const { scrollTop, clientHeight } = this.element;
    const [top, bottom] = [this.rows.offsetTop, this.rows.offsetTop + this.rows.offsetHeight];
    const isFar = scrollTop + clientHeight < top - NEAR_PX || scrollTop > bottom + NEAR_PX;
    const wantsBefore = scrollTop < top + NEAR_PX && this.from !== 0;
    const wantsAfter = scrollTop + clientHeight > bottom - NEAR_PX && !this.isFollowing && !this.isAtEnd;
    if (!isFar && !wantsBefore && !wantsAfter) return;
    this.isFilling = true;
    const isDone = isFar ? await this.fillAt(scrollTop) : wantsBefore ? await this.fillBefore() : await this.fillAfter();
    this.isFilling = false;
    if (isDone) requestAnimationFrame(() => this.fill());
  }

  async fillBefore() {
    const { from, first } = this;
    const part = await this.ask(from === null ? { line: first } : { before: from });
    if (!part || from !== this.from || first !== this.first) return false;
    if (from === null) keepOnly(part, (row) => number(row) < this.first);
    this.prepend(part);
    return true;
  }

  async fillAfter() {
    const { next, last } = this;
    const part = await this.ask(next === null ? { line: last + 1 } : { from: next });
    if (!part || next !== this.next || last !== this.last) return false;
    if (next === null) keepOnly(part, (row) => number(row) > this.last);
    this.append(part);
    return true;
  }

  /** Once the reader has let go somewhere in a box, show what is at that height. */
  async fillAt(top) {
    await new Promise((done) => setTimeout(done, SETTLE_MS));
    if (Math.abs(this.element.scrollTop - top) > this.element.clientHeight) return true;
    const behind = this.rows.offsetTop + this.rows.offsetHeight;
    const line = top < this.rows.offsetTop ? Math.floor(top / this.unit) + 1 : this.last + Math.ceil((top - behind) / this.unit);
    return Boolean(await this.toLine(Math.min(Math.max(line, 1), this.total), "start"));
  }

  /** Bring a line into the window and into view; answers its row, or the next where a source leaves it out. */
  async toLine(line, block = "center") {
    if (this.isFollowing) this.stopFollowing();
    if (!this.rowOf(line)) {
      const part = await this.ask({ line });
      if (!part) return null;
      this.replace(part);
    }
    const row = this.rowOf(line) ?? [...this.rows.children].find((one) => number(one) >= line) ?? this.rows.lastElementChild;
    const above = block === "center" ? (this.element.clientHeight - (row?.offsetHeight ?? 0)) / 2 : 0;
    if (row) this.scrollTo(row.offsetTop - above);
    this.fill();
    return row;
  }

  isInView(line) {
    const row = this.rowOf(line);
    const { scrollTop, clientHeight } = this.element;
    return Boolean(row && row.offsetTop >= scrollTop && row.offsetTop + row.offsetHeight <= scrollTop + clientHeight);
  }

  rowOf(line) {
    return this.rows.querySelector(`#L${line}`);
  }
}

export const number = (row) => (row?.id ? Number(row.id.slice(1)) : undefined);

function keepOnly(part, isWanted) {
  for (const row of [...part.children]) if (!isWanted(row)) row.remove();
}

function size(box, px) {
  const height = `${Math.max(0, Math.round(px))}px`;
  if (box.style.height !== height) box.style.height = height;
}
