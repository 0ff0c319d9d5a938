"""What a provider says that it charges, where that is not the price that was frozen at the launch."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Remote, Tariff
from gpuconsole.workloads import usage
from gpuconsole.workloads.meter import Prices
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


def kept(row: Workload, remote: Remote) -> Prices | None:
    """The prices from now on where what is kept while it is off, such as disks, has grown; None where it is as it was.

    What is kept is a part of the price while it runs, too.
    """
    now, before = remote.resting_hourly_price, row.resting_hourly_price
    if now is None or now == before or row.is_final:
        return None
    return Prices(None if row.hourly_price is None else row.hourly_price + now - before, now)


def kept_words(provider: Provider, row: Workload, prices: Prices) -> str:
    """The sentence for it."""
    return _("What {provider} keeps for it costs {price} now").format(
        provider=provider.name, price=formats.hourly(prices.resting, row.currency)
    )


def held(row: Workload, prices: Prices, now: datetime) -> Decimal | None:
    """The most that it can cost, once it goes on at these prices."""
    if row.reserved is None or row.ends_by is None:
        return row.reserved
    more = usage.price_of(usage.seconds(row.ends_by - now), prices.resting - row.resting_hourly_price, row.rounding)
    return row.reserved + (more or Decimal(0))


def told(provider: Provider, row: Workload, fields: dict[str, Any]) -> str:
    """The sentence for it; empty where nothing changes."""
    if "hourly_price" not in fields:
        return ""
    new, old = (formats.hourly(price, row.currency) for price in (fields["hourly_price"], row.hourly_price))
    return _("{provider} charges {new} for the hardware that it gave, not {old} as estimated").format(
        provider=provider.name, new=new, old=old
    )
