"""Reads what the catalogue's address asks for; what cannot be read is told beside its field and narrows nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.catalog.contents import UNITS
from gpuconsole.catalog.models import Source
from gpuconsole.catalog.search import AVAILABLE, DEFAULT_SORT, MEASURES, SORTS, Asked
from gpuconsole.providers import registry

MOST_COMPARED = 4
SIZES = (25, 50, 100)
_MOST_PRICE = Decimal(10) ** 9
_ID = re.compile(r"off_[0-9a-z]{26}")
_TEXTS = {"q": "text", "gpu": "gpu", "region": "region", "connection": "connection"}
_WHOLE = {"gpus": "gpus", "vram": "vram_gb"}
_WORDS: Mapping[str, Iterable[str]] = {
    "provider": registry.SLUGS,
    "billing": UNITS,
    "available": AVAILABLE,
    "source": Source.values,
    "spot": ("yes", "no"),
    "sort": [*SORTS, *(f"-{name}" for name in SORTS)],
}
FILTERS = (*_TEXTS, *_WHOLE, *(name for name in _WORDS if name != "sort"), *MEASURES)
LABELS = {
    **{"gpus": "GPUs", "vram": "VRAM", "sort": gettext_noop("Order"), "available": gettext_noop("Availability")},
    **{
        "price": gettext_noop("Price per hour"),
        "gpu_price": gettext_noop("Price per GPU-hour"),
        "gb_price": gettext_noop("Price per GB-hour"),
    },
}


@dataclass
class Query:
    """What was asked for, and links that change one part of it."""

    asked: Asked
    picked: tuple[str, ...]
    """Public ids of offers in the compare tray."""
    has_too_many: bool
    is_native: bool
    size: int
    after: str | None
    before: str | None
    errors: dict[str, str]
    """What cannot be read, by the parameter's name."""
    params: list[tuple[str, str]] = field(default_factory=list)
    """The address without its page, so that it can be changed."""

    def value(self, name: str) -> str:
        """The parameter as it came."""
        return next((value for key, value in self.params if key == name), "")

    def url(self, **changes: str | None) -> str:
        """The address with other values, from its first page on."""
        kept = [(name, value) for name, value in self.params if name not in changes]
        kept += [(name, value) for name, value in changes.items() if value]
        return f"?{urlencode(kept)}"

    def without(self, public_id: str) -> str:
        """The address with one offer less in the tray."""
        return f"?{urlencode([pair for pair in self.params if pair != ('o', public_id)])}"

    @property
    def is_filtered(self) -> bool:
        return any(name in FILTERS for name, _ in self.params)

    @property
    def cleared(self) -> str:
        """The address without any filter."""
        return f"?{urlencode([(name, value) for name, value in self.params if name not in FILTERS])}"


def read(query: QueryDict) -> Query:
    """The query of a page or of the CSV file."""
    given = {name: str(query.get(name, "")).replace("\0", "").strip()[:200] for name in query if name != "o"}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {to: given[name] for name, to in _TEXTS.items() if given.get(name)}
    for name, words in _WORDS.items():
        if given.get(name):
            is_known, text = given[name] in words, _("{label} must be one of {words}.")
            values |= {name: given[name]} if is_known else _wrong(errors, name, text, words=_listed(words))
    for name, to in _WHOLE.items():
        if given.get(name):
            values |= _whole(errors, name, to, given[name])
    for name in MEASURES:
        if given.get(name):
            values |= _amount(errors, name, given[name])
    if "spot" in values:
        values["is_spot"] = values.pop("spot") == "yes"
    picked = list(dict.fromkeys(one for one in query.getlist("o") if _ID.fullmatch(one)))
    names = [name for name in (*FILTERS, "sort", "money", "size") if given.get(name)]
    params = [(name, given[name]) for name in names] + [("o", one) for one in picked[:MOST_COMPARED]]
    return Query(
        asked=Asked(**values),
        picked=tuple(picked[:MOST_COMPARED]),
        has_too_many=len(picked) > MOST_COMPARED,
        is_native=given.get("money") == "native",
        size=int(given["size"]) if given.get("size", "") in map(str, SIZES) else 50,
        after=given.get("after") or None,
        before=given.get("before") or None,
        errors=errors,
        params=[pair for pair in params if pair != ("sort", DEFAULT_SORT)],
    )


def amount(text: str, most: Decimal = _MOST_PRICE) -> Decimal | None:
    """A plain decimal above zero; None for any other text."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found <= most else None


def _amount(errors: dict[str, str], name: str, text: str) -> dict[str, Decimal]:
    found = amount(text)
    return (
        _wrong(errors, name, _("{label} must be an amount above zero, such as 2.50."))
        if found is None
        else {name: found}
    )


def _whole(errors: dict[str, str], name: str, to: str, text: str) -> dict[str, int]:
    if text.isascii() and text.isdecimal() and len(text) < 7 and int(text) > 0:
        return {to: int(text)}
    return _wrong(errors, name, _("{label} must be a whole number above zero, such as 8."))


def _wrong(errors: dict[str, str], name: str, text: str, **parts: str) -> dict[str, Any]:
    errors[name] = text.format(label=_(LABELS.get(name, name.capitalize())), **parts)
    return {}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word for word in words if not word.startswith("-"))
