"""Bounds outside of which a price is more likely a mistake than a bargain: shown with its reason, ranked last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.core import formats

FACTOR = 10
BELIEVED_AFTER = timedelta(days=7)
"""A price that jumped and stays is believed after this long: by then the provider would have put a mistake right."""


class Doubt(models.TextChoices):
    """Why a price is not believed."""

    NONE = "", gettext_lazy("Believed")
    ZERO = "zero", gettext_lazy("Nothing to pay")
    FELL = "fell", gettext_lazy("Fell to a tenth or less")
    ROSE = "rose", gettext_lazy("Rose to ten times or more")
    LOW = "low", gettext_lazy("A tenth or less of the published price")
    HIGH = "high", gettext_lazy("Ten times the published price or more")


PASSING = frozenset({Doubt.FELL, Doubt.ROSE})
"""Doubts that time settles; the others stand as long as the price does."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Lowest and highest published price of one GPU-hour of a model."""

    low: Decimal
    high: Decimal
    currency: str


def doubt(
    price: Decimal | None, currency: str, *, gpu_count: int, before: Decimal | None = None, usual: Usual | None = None
) -> Doubt:
    """What is odd about a price per hour; ``before`` is the last one believed, in the same currency."""
    if price is None:
        return Doubt.NONE
    if price <= 0:
        return Doubt.ZERO
    if before and price * FACTOR <= before:
        return Doubt.FELL
    if before and price >= before * FACTOR:
        return Doubt.ROSE
    if usual is None or usual.currency != currency or not gpu_count:
        return Doubt.NONE
    each = price / gpu_count
    if each * FACTOR <= usual.low:
        return Doubt.LOW
    return Doubt.HIGH if each >= usual.high * FACTOR else Doubt.NONE


def sentence(found: str, before: Decimal | None, currency: str) -> str:
    """The reason in words, for people; empty where nothing is odd."""
    was = _("before") if before is None else formats.hourly(before, currency)
    return {
        Doubt.ZERO: _("Hardware is not given away: a price of nothing is most likely a mistake."),
        Doubt.FELL: _("It fell to a tenth or less of what it was, {before}: most likely a mistake.").format(before=was),
        Doubt.ROSE: _("It rose to ten times or more of what it was, {before}: most likely a mistake.").format(
            before=was
        ),
        Doubt.LOW: _("A tenth or less of the lowest price published for this GPU: most likely a mistake."),
        Doubt.HIGH: _("Ten times the highest price published for this GPU, or more: most likely a mistake."),
    }.get(Doubt(found), "")
