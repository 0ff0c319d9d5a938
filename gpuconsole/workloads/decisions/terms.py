"""What each way out costs: per hour, at most, and what if another of it runs beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.providers import registry
from gpuconsole.workloads import usage
from gpuconsole.workloads.decisions.candidates import Candidate
from gpuconsole.workloads.models import Settlement, Workload


@dataclass(frozen=True, slots=True)
class Terms:
    """One way out with its money; None: nobody knows it, or there is no end to it."""

    settlement: Settlement
    hourly: Money | None
    most: Money | None
    text: str
    """What becomes of it."""
    unseen: str
    """What it means if another of it runs at the provider beside the one on record; empty: none can."""


def of_adoption(workload: Workload, candidate: Candidate) -> Terms:
    """Tie the workload to the candidate: from then on it is watched, metered and ended as any other."""
    text = _("It is watched and metered from its own begin on, and ended at the latest end as any other.")
    if candidate.is_over:
        text = _("It has ended already: its log and what it cost are fetched.")
    unseen = ""
    if not candidate.is_marked:
        unseen = f"{_('If it is not the one that was launched, that one runs on and is paid, too.')} {_shown()}"
    return Terms(Settlement.ADOPT, candidate.hourly, _most_of(workload, candidate), text, unseen)


def of_sending_again(workload: Workload) -> Terms:
    """The same workload, sent once more."""
    name = registry.get(workload.provider).name
    text = _(
        "{provider} is asked once more, for the same spec under a new token, after one more look for the first."
    ).format(provider=name)
    rate = formats.hourly(workload.hourly_price, workload.currency)
    twice = _("Then it is paid twice: another {price}, for as long as nobody ends it.")
    if workload.hourly_price is None:
        twice = _("Then both are paid, and what they cost is not known to us.")
    unseen = (_("If the first was made after all, two of it run."), twice.format(price=rate), _shown())
    return Terms(
        Settlement.SEND_AGAIN,
        _money(workload, workload.hourly_price),
        _money(workload, workload.reserved),
        text,
        " ".join(unseen),
    )


def of_giving_up(workload: Workload, candidates: Sequence[Candidate]) -> Terms:
    """Cancelled here, its budget and quota free."""
    text = _("It is cancelled here, and what was held for it of the budget is free again.")
    return Terms(Settlement.GIVE_UP, None, None, text, left_behind(workload, candidates))


def left_behind(workload: Workload, candidates: Sequence[Candidate]) -> str:
    """What may still run at the provider once its record is closed, and what that costs."""
    name = registry.get(workload.provider).name
    text = _(
        "If {provider} made it after all, it runs on there: what it costs is not known to us, until it ends by itself "
        "or somebody ends it."
    )
    if workload.hourly_price is not None:
        text = _(
            "If {provider} made it after all, it runs on there: it costs {price}, until it ends by itself or "
            "somebody ends it."
        )
    text = text.format(provider=name, price=formats.hourly(workload.hourly_price, workload.currency))
    alive = [one.id for one in candidates if not one.is_over]
    could = _("It could be {ids}.").format(ids=", ".join(alive)) if alive else ""
    return " ".join(one for one in (text, could, _shown()) if one)


def _shown() -> str:
    return _("It would show as a stray under Reconcile, to be adopted or ended there.")


def _most_of(workload: Workload, candidate: Candidate) -> Money | None:
    """From its begin to the latest end that the workload has."""
    if candidate.hourly is None or candidate.is_over:
        return None
    if workload.ends_by is None:
        return None
    lasts_s = usage.seconds(workload.ends_by - _since(workload, candidate))
    most = usage.price_of(lasts_s, candidate.hourly.amount, workload.rounding)
    return None if most is None else Money(most, candidate.hourly.currency)


def _since(workload: Workload, candidate: Candidate) -> datetime:
    return candidate.created_at or workload.created_at


def _money(workload: Workload, amount: Decimal | None) -> Money | None:
    return None if amount is None else Money(amount, workload.currency)
