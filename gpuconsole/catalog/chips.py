"""The filters above the catalogue: what each is set to, the link that clears it, and what else can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.catalog.contents import UNITS
from gpuconsole.catalog.reading import LABELS, Query
from gpuconsole.catalog.scope import Scope
from gpuconsole.catalog.search import MEASURES
from gpuconsole.core import formats
from gpuconsole.core.chips import Chip, chip
from gpuconsole.providers import registry

_MOST_CHOICES = 60
"""Links in one menu; the search finds the others."""
_AVAILABLE = (
    ("now", gettext_noop("Now")),
    ("maybe", gettext_noop("Now or unknown")),
    ("unknown", gettext_noop("Unknown")),
    ("none", gettext_noop("None")),
)
_SOURCES = (("provider", gettext_noop("My connections")), ("published", gettext_noop("Published lists")))
_SPOT = (("no", gettext_noop("On demand")), ("yes", gettext_noop("Spot")))


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
    **{
        "provider": (gettext_noop("Provider, hardware id"), ""),
        "gpu": (gettext_noop("GPU"), ""),
        "gpus": (gettext_noop("GPUs"), "number"),
    },
    **{
        "vram": (gettext_noop("VRAM"), "number"),
        "region": (gettext_noop("Region"), ""),
        "billing": (gettext_noop("Billed by"), ""),
    },
    **{
        "price": (gettext_noop("Per hour"), "number"),
        "gpu_price": (gettext_noop("GPU-hour"), "number"),
        "gb_price": (gettext_noop("GB-hour"), "number"),
    },
    "available": (gettext_noop("Available, as of"), ""),
}


def of(scope: Scope, query: Query) -> list[Chip]:
    """The chips in their order; one without a choice is left out unless it is set."""
    found = scope.contents
    offered: list[tuple[str, str, Iterable[tuple[str, str]]]] = [
        (_("VRAM"), "vram", [(str(size), f"≥ {size} GB") for size in sorted(found.memory_gb)]),
        (_("GPU"), "gpu", [(name, name) for name in sorted(found.gpus)]),
        (_("GPUs"), "gpus", [(str(count), f"≥ {count}") for count in sorted(found.gpu_counts) if count]),
        (_("Provider"), "provider", [(provider.slug, provider.name) for provider in registry.every()]),
        (_("Region"), "region", [(name, name) for name in sorted(found.regions)]),
        (_("Billing"), "billing", [(unit, _(unit)) for unit in UNITS if unit in found.billing]),
        (_("Available"), "available", _said(_AVAILABLE)),
        (_("Spot"), "spot", _said(_SPOT)),
        (_("Source"), "source", _said(_SOURCES) if scope.connections else ()),
        (_("Connection"), "connection", _connections(scope)),
    ]
    chips = [_chip(query, label, name, list(choices)) for label, name, choices in offered]
    chips += [_price_chip(scope, query, name) for name in MEASURES if query.value(name)]
    return [chip for chip in chips if chip.value or len(chip.choices) > 1]


def limits(query: Query) -> list[Limit]:
    """The three inputs of the price menu."""
    return [Limit(name, _(LABELS[name]), query.value(name), query.errors.get(name, "")) for name in MEASURES]


def heads(query: Query) -> dict[str, Head]:
    """Every sortable column by its name."""
    sort = query.asked.sort
    found = {}
    for name, (label, css) in _HEADS.items():
        direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        url = query.url(sort=f"-{name}" if direction == "ascending" else name)
        found[name] = Head(_(label), url, direction, css)
    return found


def _said(words: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, _(word)) for key, word in words]


def _connections(scope: Scope) -> list[tuple[str, str]]:
    """To be chosen only where a provider has more than one."""
    rows = list(scope.connections.values())
    return [(row.public_id, row.name) for row in rows] if len({row.provider for row in rows}) < len(rows) else []


def _chip(query: Query, label: str, name: str, choices: Sequence[tuple[str, str]]) -> Chip:
    chosen = "" if name in query.errors else query.value(name)
    unknown = f"≥ {chosen}" if name in ("vram", "gpus") else chosen
    unknown = dict(choices).get(chosen, unknown)  # one of those that the menu has no room for
    return chip(label, chosen, choices[:_MOST_CHOICES], lambda value: query.url(**{name: value}), unknown=unknown)


def _price_chip(scope: Scope, query: Query, name: str) -> Chip:
    most = getattr(query.asked, name)
    text = "" if most is None else _("at most {amount}").format(amount=formats.money(most, scope.currency))
    return Chip(_(LABELS[name]), text, query.url(**{name: None}))
