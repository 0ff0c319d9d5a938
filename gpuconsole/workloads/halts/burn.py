"""What work costs per hour, added up by currency; an unknown price is counted and never taken for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core import formats


@dataclass(frozen=True, slots=True)
class Burn:
    """Money per hour by currency, and of how many nobody knows it."""

    hourly: Mapping[str, Decimal] = field(default_factory=dict)
    unknown: int = 0

    @property
    def words(self) -> str:
        """``$26.40 per hour and €4.20 per hour; of 1 the price is not known``."""
        prices = [formats.hourly(amount, currency) for currency, amount in self.hourly.items()]
        known = _(" and ").join(prices)
        if not self.unknown:
            return known or _("nothing per hour")
        text = ngettext("what {count} costs is not known", "what {count} cost is not known", self.unknown)
        text = text.format(count=self.unknown)
        return f"{known}; {text}" if known else text

    def __sub__(self, other: Burn) -> Burn:
        """What is left away; amounts that fall away altogether are left out, the unknown ones never below none."""
        left = {currency: amount - other.hourly.get(currency, Decimal(0)) for currency, amount in self.hourly.items()}
        return Burn(
            {currency: amount for currency, amount in left.items() if amount}, max(0, self.unknown - other.unknown)
        )


def burn(prices: Iterable[tuple[str, Decimal | None]]) -> Burn:
    """Added up from (currency, price per hour); None counts as unknown, 0 as nothing."""
    hourly: dict[str, Decimal] = {}
    unknown = 0
    for currency, price in prices:
        if price is None:
            unknown += 1
        elif price:
            hourly[currency] = hourly.get(currency, Decimal(0)) + price
    return Burn(dict(sorted(hourly.items())), unknown)
