"""Catalogues of translated texts as `compilemessages` leaves them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from gpuconsole.core import script_words

_HEAD = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def speak_german(settings: Any, folder: Path, texts: Mapping[str, str]) -> None:
    """For one test, pages and scripts are in German, as far as these texts of the script go.

    The forms of a plural stand behind each other after a NUL.
    """
    _write(folder / "de" / "LC_MESSAGES", texts)
    settings.LOCALE_PATHS, settings.LANGUAGE_CODE = [folder], "de"
    script_words._script.cache_clear()


def _write(place: Path, texts: Mapping[str, str]) -> None:
    pairs = sorted((one.encode(), other.encode()) for one, other in {"": _HEAD, **texts}.items())
    words = [one for one, _ in pairs] + [other for _, other in pairs]
    ends = list(accumulate((len(word) + 1 for word in words), initial=28 + 8 * len(words)))
    places = b"".join(struct.pack("<II", len(word), at) for word, at in zip(words, ends, strict=False))
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    place.mkdir(parents=True)
    (place / "djangojs.mo").write_bytes(head + places + b"".join(word + b"\0" for word in words))
