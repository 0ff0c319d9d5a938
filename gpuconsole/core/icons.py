"""Lucide outlines as inline SVG, coloured by the text around them and silent for screen readers."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_STROKES = {12: "2.25", 14: "2"}  # thinner outlines look even at larger sizes
_STROKE = "1.75"
_RENAMED = {"circle-help": "circle-question-mark", "wrap-text": "text-wrap", "fingerprint": "fingerprint-pattern"}
_SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class UnknownIcon(LookupError):
    """The icon set has no outline of this name."""


@lru_cache(maxsize=1024)
def svg(name: str, size: int = 16, css: str = "") -> SafeString:
    """One icon ``size`` px wide; ``css`` adds classes. Raises UnknownIcon, so that a wrong name fails its page."""
    stroke = _STROKES.get(size, _STROKE)
    classes = escape(f"icon {css}".strip())
    # Shapes come from the package's own files; size is a number, stroke a constant, classes are escaped.
    return mark_safe(  # noqa: S308
        f'<svg class="{classes}" width="{size:d}" height="{size:d}" viewBox="0 0 24 24" fill="none" '
        f'stroke="currentColor" stroke-width="{stroke}" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true" focusable="false">{_shapes(_RENAMED.get(name, name))}</svg>'
    )


@cache
def _shapes(name: str) -> str:
    try:
        source = _archive().read(f"{name}.svg").decode()
    except KeyError as error:
        raise UnknownIcon(name) from error
    match = _SHAPES.search(source)
    assert match is not None, f"{name}.svg is not an outline"
    return re.sub(r"\s+", " ", match.group(1)).replace("> <", "><").replace(" />", "/>").strip()


@cache
def _archive() -> ZipFile:
    """The whole set, read into memory once: 1,700 outlines, half a megabyte."""
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))
