"""What a preset would have taken and cost when it was saved, so that a launch from it can say what changed since."""

from __future__ import annotations

from typing import Any

from gpuconsole.catalog import queries as catalog
from gpuconsole.core.spec_forms import is_stand_in, nearest
from gpuconsole.core.spec_forms.build import build
from gpuconsole.core.spec_forms.defaults import unsaid
from gpuconsole.providers import registry
from gpuconsole.workloads.estimates import MOST_MONEY
from gpuconsole.workloads.models import Preset

_LONGEST = 100


def remember(preset: Preset) -> None:
    """Set the preset's columns (unsaved) to how things stand now, as far as it names a connection and hardware."""
    spec = registry.get(preset.provider).spec
    preset.defaults = unsaid(build(spec), preset.spec)
    preset.hardware_id, preset.hourly_price, preset.currency = _priced(preset)


def _priced(preset: Preset) -> tuple[str, Any, str]:
    provider = registry.get(preset.provider)
    spec = nearest(provider.spec, preset.spec)
    if spec is None or preset.connection is None:
        return "", None, ""
    pricing = provider.adapter.price(spec, catalog.offers(preset.connection))
    if is_stand_in(pricing.hardware_id) or is_stand_in(pricing.hardware_model):
        return "", None, ""
    is_sane = pricing.hourly_price is None or pricing.hourly_price < MOST_MONEY
    return pricing.hardware_id[:_LONGEST], pricing.hourly_price if is_sane else None, pricing.currency
