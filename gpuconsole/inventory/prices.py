"""What a remote costs that no launch of ours priced: by the provider's own word, else by its offers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gpuconsole.core import gpus
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Offer, Remote, Tariff

EXACT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Price:
    """Per hour while it runs, and while it is off; None: nobody knows."""

    running: Decimal | None = None
    resting: Decimal | None = None
    currency: str = ""
    rounding: str = ""
    gpu_model: str = ""
    is_estimated: bool = False
    """By the offers for its hardware: what this one is charged may differ."""

    def now(self, tariff: Tariff | None) -> Decimal | None:
        """Per hour just now; a status that does not tell what it is billed on counts as running."""
        if tariff is Tariff.NOTHING:
            return Decimal(0)
        return self.resting if tariff is Tariff.REST else self.running


def of_remote(remote: Remote, offers: Sequence[Offer]) -> Price:
    """The provider's own figure comes first; of several offers that fit, the cheapest is what a provider gives."""
    fitting = _fitting(remote, offers)
    best = min(fitting, key=_unknown_last, default=None)
    like = best or next(iter(offers), None)
    running, is_estimated = remote.hourly_price, False
    if running is None and best is not None and best.hourly_price is not None:
        kept = remote.resting_hourly_price or Decimal(0)
        running, is_estimated = (best.hourly_price * _units(remote, best) + kept).quantize(EXACT), True
    return Price(
        running=running,
        resting=remote.resting_hourly_price,
        currency=like.currency if like else "",
        rounding=like.billing if like and like.billing in set(Rounding) else "",
        gpu_model=best.hardware.model if best and best.hardware else "",
        is_estimated=is_estimated,
    )


def is_known(hardware_id: str, offers: Sequence[Offer]) -> bool:
    """Whether the offers name this hardware, so that a comparison with what they price makes sense."""
    return bool(_alike(hardware_id, offers))


def is_same(ours: str, theirs: str) -> bool:
    """Whether two ids of hardware mean the same GPU."""
    return ours == theirs or gpus.normal(ours) == gpus.normal(theirs)


def _fitting(remote: Remote, offers: Sequence[Offer]) -> list[Offer]:
    """Offers of its hardware in the fewest whole units that hold it, in its region where that is told."""
    found = _alike(remote.hardware_id, offers)
    found = [one for one in found if remote.region and remote.region in (one.region, *one.regions)] or found
    count = remote.gpu_count
    if count is None:
        return found if len({one.gpu_count for one in found}) == 1 else []
    same = [one for one in found if one.gpu_count == count]
    if same or not count:
        return same
    parts = [one for one in found if one.gpu_count and count % one.gpu_count == 0]
    if parts:
        largest = max(one.gpu_count for one in parts)
        return [one for one in parts if one.gpu_count == largest]
    return [one for one in found if one.gpu_count > count]


def _alike(hardware_id: str, offers: Sequence[Offer]) -> list[Offer]:
    if not hardware_id:
        return []
    by_id = [one for one in offers if one.hardware_id == hardware_id]
    model = gpus.normal(hardware_id)
    return by_id or [one for one in offers if one.hardware and gpus.normal(one.hardware.model) == model]


def _units(remote: Remote, offer: Offer) -> int:
    return max(1, (remote.gpu_count or 0) // offer.gpu_count) if offer.gpu_count else 1


def _unknown_last(offer: Offer) -> tuple[bool, bool, Decimal]:
    return offer.hourly_price is None, offer.is_doubted, offer.hourly_price or Decimal(0)
