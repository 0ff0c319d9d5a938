"""Catalogues of translated texts as `compilemessages` leaves them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path

_HEAD = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def write(folder: Path, language: str, texts: Mapping[str, str], domain: str = "djangojs") -> None:
    """One of a language, below a folder of LOCALE_PATHS; the forms of a plural stand behind each other after a NUL."""
    pairs = sorted((one.encode(), other.encode()) for one, other in {"": _HEAD, **texts}.items())
    words = [one for one, _ in pairs] + [other for _, other in pairs]
    ends = list(accumulate((len(word) + 1 for word in words), initial=28 + 8 * len(words)))
    places = b"".join(struct.pack("<II", len(word), at) for word, at in zip(words, ends, strict=False))
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / f"{domain}.mo").write_bytes(head + places + b"".join(word + b"\0" for word in words))
