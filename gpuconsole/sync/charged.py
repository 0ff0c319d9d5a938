"""What a provider says that it charges, where that is not the price that was frozen at the launch."""

from __future__ import annotations

from typing import Any

from gpuconsole.core import formats
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Remote, Tariff
from gpuconsole.workloads.models import Workload


def found(row: Workload, remote: Remote) -> dict[str, Any]:
    """The columns that follow the provider's own price: the next stretch that is billed is counted by it.

    A stretch that is being billed keeps its price; unknown on either side changes nothing.
    """
    told, held = remote.hourly_price, row.hourly_price
    if told is None or held is None or told == held or row.billed_tariff == Tariff.RUN or row.is_final:
        return {}
    reserved = row.reserved * told / held if row.reserved is not None and held else row.reserved
    return {"hourly_price": told, **({"reserved": reserved} if reserved != row.reserved else {})}


def told(provider: Provider, row: Workload, fields: dict[str, Any]) -> str:
    """The sentence for it; empty where nothing changes."""
    if "hourly_price" not in fields:
        return ""
    new, old = (formats.hourly(price, row.currency) for price in (fields["hourly_price"], row.hourly_price))
    return f"{provider.name} charges {new} for the hardware that it gave, not {old} as estimated"
