"""Output as a terminal would show it: colours become classes, every other control code is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

_CONTROL = re.compile(
    r"(?:\x1b\[|\x9b)(?P<style>[0-9;:]*)m"  # how what follows looks
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # the cursor and the screen
    r"|\x1b[PX^_\]][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # titles, links and other strings
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
_SWITCHES = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike", 21: "underline"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("inverse",), 29: ("strike",)}
_FRONT, _BACK = "front", "back"
_Pen = dict[str, str]
"""What is on just now: a switch's name, or front and back, and its class."""


def plain(text: str) -> str:
    """The text alone."""
    return _CONTROL.sub("", text) if _CONTROL.search(text) else text


def markup(text: str) -> SafeString:
    """One line as escaped HTML, coloured by ``ansi-…`` classes. A colour ends with its line, as readers come to a
    line from anywhere."""
    if not _CONTROL.search(text):
        return escape(text)
    return mark_safe("".join(_spans(text)))  # noqa: S308 - each piece is escaped


def _spans(text: str) -> Iterator[str]:
    pen: _Pen = {}
    at = 0
    for code in _CONTROL.finditer(text):
        yield _span(text[at : code.start()], pen)
        at = code.end()
        if code["style"] is not None:
            _apply(pen, [int(word) if word else 0 for word in re.split("[;:]", code["style"][:200])])
    yield _span(text[at:], pen)


def _span(text: str, pen: _Pen) -> str:
    if not text or not pen:
        return escape(text)
    return f'<span class="{" ".join(sorted(pen.values()))}">{escape(text)}</span>'


def _apply(pen: _Pen, codes: list[int]) -> None:
    """Take over one code after the other; those that nobody knows change nothing."""
    waiting = iter(codes)
    for code in waiting:
        if code == 0:
            pen.clear()
        elif code in _SWITCHES:
            pen[_SWITCHES[code]] = f"ansi-{_SWITCHES[code]}"
        elif code in _OFF:
            for name in _OFF[code]:
                pen.pop(name, None)
        elif code in (38, 48):
            _colour(pen, _FRONT if code == 38 else _BACK, _nearest(waiting))
        elif code in (39, 49):
            pen.pop(_FRONT if code == 39 else _BACK, None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            _colour(pen, _FRONT, COLOURS[code % 10])
        elif 40 <= code <= 47 or 100 <= code <= 107:
            _colour(pen, _BACK, COLOURS[code % 10])


def _colour(pen: _Pen, place: str, name: str | None) -> None:
    if name:
        pen[place] = f"ansi-{'on-' if place == _BACK else ''}{name}"


def _nearest(codes: Iterator[int]) -> str | None:
    """The colour of eight for one of 256 (``5;n``) or of all (``2;r;g;b``); None for what is neither."""
    kind = next(codes, None)
    if kind == 2:
        rgb = [next(codes, 0) for _ in range(3)]
        return _named(*rgb)
    number = next(codes, -1) if kind == 5 else -1
    if 0 <= number < 16:
        return COLOURS[number % 8]
    if 16 <= number < 232:
        red, green, blue = (number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6
        return _named(red * 51, green * 51, blue * 51)
    return None if number < 0 or number > 255 else COLOURS[7 if number >= 244 else 0]


def _named(red: int, green: int, blue: int) -> str:
    """By the channels that are nearer to the brightest than to the darkest; greys are black or white."""
    low, high = min(red, green, blue), max(red, green, blue)
    middle = (low + high) / 2 if high - low > 40 else 127.5
    return COLOURS[sum(bit for bit, channel in ((1, red), (2, green), (4, blue)) if channel > middle)]
