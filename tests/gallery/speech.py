"""What a page says past the translation: it is drawn in a language whose every text stands in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import trans_real
from django.utils.translation.trans_real import CONTEXT_SEPARATOR

OPEN, CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
SAID_IN = frozenset(("title", "aria-label", "placeholder", "alt", "data-sending", "aria-description"))
"""Attributes whose text people read or hear."""
WITHOUT_WORDS = frozenset(("script", "style", "code", "pre", "kbd", "samp"))
BLOCKS = frozenset(("div", "section", "nav", "main", "header", "footer", "aside", "form", "dialog", "details"))
"""Here no sentence goes on: a bracket that was cut off silences no more than its own piece of the page."""
_WORD = re.compile(r"[A-Za-z][a-z]{2,}")


class Brackets:
    """A language of English words in brackets, as Django's gettext asks one."""

    def gettext(self, text: str) -> str:
        said = text.rpartition(CONTEXT_SEPARATOR)[2]
        return f"{OPEN}{said}{CLOSE}" if said else text

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)

    def pgettext(self, context: str, text: str) -> str:
        return self.gettext(text)

    def npgettext(self, context: str, one: str, many: str, number: int) -> str:
        return self.ngettext(one, many, number)

    def to_language(self) -> str:
        return "en"

    def language(self) -> str:
        return "en"


@contextmanager
def brackets() -> Iterator[None]:
    """Everything that is translated in here stands in brackets."""
    active: Any = trans_real._active
    active.value = Brackets()
    try:
        yield
    finally:
        del active.value


class Listener(HTMLParser):
    """Hears a page's texts, and keeps those that hold words outside of brackets."""

    def __init__(self) -> None:
        super().__init__()
        self.bare: list[str] = []
        self._depth = 0
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in WITHOUT_WORDS or self._silent or ("translate", "no") in attrs:
            if tag not in ("input", "br", "hr", "img", "link", "meta", "wbr", "use", "path", "rect", "circle", "line"):
                self._silent.append(tag)
            return
        if tag in BLOCKS:
            self._depth = 0
        for name, value in attrs:
            if name in SAID_IN and value:
                self._hear(value)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag in self._silent:
            while self._silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._hear(data)

    def _hear(self, text: str) -> None:
        outside = []
        for letter in text:
            if letter == OPEN:
                self._depth += 1
            elif letter == CLOSE:
                self._depth = max(0, self._depth - 1)
            elif not self._depth:
                outside.append(letter)
        said = "".join(outside).strip()
        if _WORD.search(said):
            self.bare.append(" ".join(said.split()))


def bare_texts(page: str) -> list[str]:
    """The texts of a page that hold words and did not go through translation; among them what people named."""
    listener = Listener()
    listener.feed(page)
    return listener.bare
