"""Pages in a real browser that note each of their layout shifts from the first paint on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.bench._browser import signed_in
from tests.console import Console

_WIDE, _NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
_PHONE = "_phone"
"""How the names of pages end that are looked at on a small screen."""
_WATCH = """
window.shifts = [];
window.drawn = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifts.push({
        value: entry.value,
        at_s: entry.startTime / 1000,
        moved: entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
            const element = node instanceof Element ? node : node?.parentElement;
            const name = element?.id ? `#${element.id}` : `${element?.localName}.${element?.className}`;
            return `${name} ${Math.round(from.x)},${Math.round(from.y)} to ${Math.round(to.x)},${Math.round(to.y)}`;
        }),
    });
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("htmx:afterSwap", () => (window.drawn += 1));
"""
_WOULD_BE_SEEN = """() => new Promise((resolve) => {
    const before = window.shifts.length;
    scrollTo(0, 0);
    const block = document.createElement("div");
    block.style.height = "200px";
    document.querySelector("main").prepend(block);
    const until = performance.now() + 5000;
    const look = () => {
        const isSeen = window.shifts.length > before;
        if (!isSeen && performance.now() < until) return setTimeout(look, 100);
        block.remove();
        resolve(isSeen);
    };
    look();
})"""


@dataclass(frozen=True)
class Shift:
    """One layout shift as the browser tells it."""

    value: float
    at_s: float
    """Since the page began to load."""
    moved: list[str]


@dataclass(frozen=True)
class Seen:
    """What became of one page while it was watched."""

    name: str
    shifts: list[Shift]
    drawn: int
    """How often a region of it was drawn anew."""
    is_live: bool
    """Whether it has, or had, a polled region."""
    would_be_seen: bool
    """Whether a shift that was made on purpose was noticed."""

    @property
    def total(self) -> float:
        return sum(shift.value for shift in self.shifts)


class Window:
    """A browser in which the console's first owner is signed in."""

    def __init__(self, browser: Browser, console: Console) -> None:
        self._browser, self._url = browser, console.answer("url").rstrip("/")
        jar = signed_in(console).cookies.jar
        self._cookies: Any = [{"name": one.name, "value": one.value or "", "url": self._url} for one in jar]
        self._live: set[str] = set()

    def opened(self, paths: Mapping[str, str]) -> dict[str, Page]:
        """Each page in a window of its own, so that none is behind another."""
        return {name: self._open(name, path) for name, path in paths.items()}

    def _open(self, name: str, path: str) -> Page:
        context = self._browser.new_context(viewport=_NARROW if name.endswith(_PHONE) else _WIDE)
        context.add_cookies(self._cookies)
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.goto(f"{self._url}{path}")
        page.wait_for_selector("html[data-script=on]")
        assert page.url == f"{self._url}{path}", (name, page.url)
        if page.locator("[data-poll], [data-log-url]").count():
            self._live.add(name)
        return page

    def look(self, name: str, page: Page, shots: Path | None) -> Seen:
        """What the page has noted; a picture of it goes to ``shots``."""
        shifts = [Shift(**one) for one in page.evaluate("window.shifts")]
        drawn = page.evaluate("window.drawn")
        if shots:
            shots.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=shots / f"{name}.png")
        return Seen(name, shifts, drawn, name in self._live, page.evaluate(_WOULD_BE_SEEN))
