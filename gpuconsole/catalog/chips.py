"""The filters above the catalogue: what each is set to, the link that clears it, and what else can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpuconsole.catalog.contents import UNITS
from gpuconsole.catalog.reading import LABELS, Query
from gpuconsole.catalog.scope import Scope
from gpuconsole.catalog.search import MEASURES
from gpuconsole.core import formats
from gpuconsole.providers import registry

_MOST_CHOICES = 60
"""Links in one menu; the search finds the others."""
_AVAILABLE = (("now", "Now"), ("maybe", "Now or unknown"), ("unknown", "Unknown"), ("none", "None"))
_SOURCES = (("provider", "My connections"), ("published", "Published lists"))
_SPOT = (("no", "On demand"), ("yes", "Spot"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its name, the chosen value in words (empty: none), the address without it, and its values."""

    name: str
    value: str
    clear_url: str
    choices: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount that a price may have at most, as it was typed."""

    name: str
    label: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class Head:
    """A column that can be sorted by: the link to do so, and how it is sorted now (empty: not by it)."""

    label: str
    url: str
    sorted: str
    css: str


_HEADS = {
    **{"provider": ("Provider, hardware id", ""), "gpu": ("GPU", ""), "gpus": ("GPUs", "number")},
    **{"vram": ("VRAM", "number"), "region": ("Region", ""), "billing": ("Billed by", "")},
    **{"price": ("Per hour", "number"), "gpu_price": ("GPU-hour", "number"), "gb_price": ("GB-hour", "number")},
    "available": ("Available, as of", ""),
}


def of(scope: Scope, query: Query) -> list[Chip]:
    """The chips in their order; one without a choice is left out unless it is set."""
    found = scope.contents
    offered: list[tuple[str, str, Iterable[tuple[str, str]]]] = [
        ("VRAM", "vram", [(str(size), f"≥ {size} GB") for size in sorted(found.memory_gb)]),
        ("GPU", "gpu", [(name, name) for name in sorted(found.gpus)]),
        ("GPUs", "gpus", [(str(count), f"≥ {count}") for count in sorted(found.gpu_counts) if count]),
        ("Provider", "provider", [(provider.slug, provider.name) for provider in registry.every()]),
        ("Region", "region", [(name, name) for name in sorted(found.regions)]),
        ("Billing", "billing", [(unit, unit) for unit in UNITS if unit in found.billing]),
        ("Available", "available", _AVAILABLE),
        ("Spot", "spot", _SPOT),
        ("Source", "source", _SOURCES if scope.connections else ()),
        ("Connection", "connection", _connections(scope)),
    ]
    chips = [_chip(query, label, name, list(choices)) for label, name, choices in offered]
    chips += [_price_chip(scope, query, name) for name in MEASURES if query.value(name)]
    return [chip for chip in chips if chip.value or len(chip.choices) > 1]


def limits(query: Query) -> list[Limit]:
    """The three inputs of the price menu."""
    return [Limit(name, LABELS[name], query.value(name), query.errors.get(name, "")) for name in MEASURES]


def heads(query: Query) -> dict[str, Head]:
    """Every sortable column by its name."""
    sort = query.asked.sort
    found = {}
    for name, (label, css) in _HEADS.items():
        direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        url = query.url(sort=f"-{name}" if direction == "ascending" else name)
        found[name] = Head(label, url, direction, css)
    return found


def _connections(scope: Scope) -> list[tuple[str, str]]:
    """To be chosen only where a provider has more than one."""
    rows = list(scope.connections.values())
    return [(row.public_id, row.name) for row in rows] if len({row.provider for row in rows}) < len(rows) else []


def _chip(query: Query, label: str, name: str, choices: Sequence[tuple[str, str]]) -> Chip:
    chosen = "" if name in query.errors else query.value(name)
    value = dict(choices).get(chosen, f"≥ {chosen}" if chosen and name in ("vram", "gpus") else chosen)
    links = [Choice(word, query.url(**{name: key})) for key, word in choices[:_MOST_CHOICES]]
    return Chip(label, value, query.url(**{name: None}), links)


def _price_chip(scope: Scope, query: Query, name: str) -> Chip:
    most = getattr(query.asked, name)
    text = "" if most is None else f"at most {formats.money(most, scope.currency)}"
    return Chip(LABELS[name], text, query.url(**{name: None}))
