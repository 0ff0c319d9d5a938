"""What of a connection's offers answers the hardware that a launch form asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core import formats
from gpuconsole.core.spec_forms import Match, Matches, is_stand_in, nearest
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import Offer

if TYPE_CHECKING:
    from gpuconsole.workloads.forms import LaunchForm

SHOWN = 4


def of(form: LaunchForm, wire: Mapping[str, Any]) -> dict[str, Matches]:
    """Beside the field that the provider names; nothing where no offer was read."""
    path = form.provider.matches_path
    if not (path and form.offers):
        return {}
    adapter, spec = form.provider.adapter, nearest(form.provider.spec, wire)
    pricing = adapter.price(spec, form.offers) if spec else None
    if spec is None or pricing is None or is_stand_in(pricing.hardware_model):
        return {path: Matches((), _("Stands here once the GPU is picked."))}
    rows = [
        _match(offer, is_taken=not number, is_askable=bool(adapter.asks_for(offer)))
        for number, offer in enumerate(adapter.matches(spec, form.offers)[:SHOWN])
    ]
    return {path: Matches(rows, _note(pricing, is_empty=not rows))}


def asked(form: LaunchForm, value: str) -> Iterator[tuple[str, Any]]:
    """Wire path and value of each field that asks for one of the offers; none where it is gone."""
    offer = next((one for one in form.offers if one.hardware_id == value), None)
    if offer is not None:
        yield from _leaves(form.provider.adapter.asks_for(offer), "")


def _leaves(wire: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for key, value in wire.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        else:
            yield path, value


def _match(offer: Offer, *, is_taken: bool, is_askable: bool) -> Match:
    vram = offer.hardware.vram_gb if offer.hardware else None
    inside = [f"{offer.cpu_count.normalize():f} vCPU"] if offer.cpu_count else []
    inside += [formats.size(offer.ram_gb, "GiB")] if offer.ram_gb else []
    memory = _("{size} VRAM").format(size=formats.size(vram * offer.gpu_count, "GB")) if vram else ""
    return Match(
        offer.hardware_id if is_askable else "",
        formats.gpus(offer.gpu_count, offer.hardware.model if offer.hardware else ""),
        (", ".join(inside), memory),
        formats.hourly(offer.hourly_price, offer.currency, tight=True),
        is_taken,
    )


def _note(pricing: Pricing, *, is_empty: bool) -> str:
    if is_empty:
        return _("No instance type on offer holds so much: ask for less, or for another GPU.")
    if pricing.units > 1:
        text = ngettext(
            "{number} node takes one; the price is for each.",
            "Each of {number} nodes takes one; the price is for each.",
            pricing.units,
        )
        return text.format(number=pricing.units)
    return _("The smallest that holds what you ask for is taken.")
