"""Extensions: another latest end for work that runs, with quotas and budgets asked again and the price said before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.core.money import Money
from gpuconsole.projects import rules
from gpuconsole.providers import registry
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.workloads import guarding, usage
from gpuconsole.workloads.events import note
from gpuconsole.workloads.guards import LONGEST_S, SHORTEST_S
from gpuconsole.workloads.limits.verdicts import WARNING, Check, Verdict, Wish, blocking, verdict
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.services.launch import only_launches_ask, refuse_if_blocked, tell_passed
from gpuconsole.workloads.states import State

EXTENDABLE = frozenset({State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.LOST})
"""States in which a latest end is still kept."""
ENDS_BY = "ends_by"


@dataclass(frozen=True, slots=True)
class Extension:
    """What another latest end means: how much it can cost from now on, and all in all; None: unknown, or no end."""

    ends_by: datetime | None
    longest_s: int | None
    more: Money | None
    whole: Money | None
    verdict: Verdict

    @property
    def blocking(self) -> tuple[Check, ...]:
        """Why it would be refused."""
        return blocking(self.verdict.checks)


def extend(*, workload: Workload, by: User | None, ends_by: datetime | None) -> Workload:
    """Move the latest end, to later or sooner; None takes it away, where an admin of the project allowed that.

    Raises Refused where the work is ending or has ended, for a moment that is none to end at, and, for a later one,
    where a limit on run times or GPU-hours or a budget says no; what it holds besides its time is its own already.
    """
    with transaction.atomic():
        rules.lock(workload.project)
        with locked(workload.pk) as row:
            _extend(row, by, ends_by, timezone.now())
    return row


def _extend(row: Workload, by: User | None, ends_by: datetime | None, now: datetime) -> None:
    _refuse_impossible(row, ends_by, now)
    found, before = extension(row, ends_by, now, stop_at_cost=row.stop_at_cost), row.ends_by
    if _is_later(before, ends_by):
        refuse_if_blocked(found.blocking, instead=only_launches_ask())
    row.ends_by, row.stop_after_s = found.ends_by, found.longest_s
    row.reserved = found.whole.amount if found.whole else None
    row.save(update_fields=["ends_by", "stop_after_s", "reserved"])
    row.warnings = tuple(check.text for check in found.verdict.checks if check.code == WARNING)
    _tell(row, before, found, by)


def extension(
    row: Workload,
    ends_by: datetime | None,
    now: datetime,
    *,
    stop_at_cost: Decimal | None = None,
    field: str = ENDS_BY,
    is_moved: bool = False,
) -> Extension:
    """What the latest end would mean as things stand now, with the cost that it is stopped at; nothing is written.

    ``field`` is the input that a limit on its money is told at. With ``is_moved`` its project has to take all of it.
    """
    pricing = pricing_of(row)
    whole = None if ends_by is None else usage.most_until(row, ends_by, now)
    whole = guarding.capped(whole, stop_at_cost, pricing)
    spent = usage.cost_so_far(row, now)
    more = None if whole is None or spent is None else max(Decimal(0), whole - spent)
    longest_s = None if ends_by is None else int((ends_by - row.clock_began).total_seconds())
    wish = Wish(
        project=row.project,
        owner=row.owner,
        provider=registry.get(row.provider),
        pricing=pricing,
        hourly=_money(row, row.hourly_price),
        upper=_money(row, more),
        longest_s=longest_s,
        ends_by=ends_by,
        now=now,
        workload=row,
        is_moved=is_moved,
        stop_field=field,
    )
    return Extension(ends_by, longest_s, _money(row, more), _money(row, whole), verdict(wish))


def pricing_of(row: Workload) -> Pricing:
    """What it costs, as frozen at its launch."""
    return Pricing(
        hourly_price=row.hourly_price,
        currency=row.currency,
        rounding=Rounding(row.rounding or Rounding.SECOND),
        gpu_count=row.gpu_count,
        hardware_model=row.gpu_model,
        hardware_id=row.hardware_id,
    )


def _is_later(before: datetime | None, ends_by: datetime | None) -> bool:
    """Whether it may run longer than before; what ends sooner is never refused for its money."""
    return before is not None and (ends_by is None or ends_by > before)


def _refuse_impossible(row: Workload, ends_by: datetime | None, now: datetime) -> None:
    if row.state not in EXTENDABLE:
        word = row.state_word.label.lower()
        text = _("{name} is {state}: there is no latest end to move.").format(name=row.name, state=word)
        raise Refused(text, code="wrong_state")
    if ends_by is None:
        if not row.project.may_never_end:
            text = _("Work in this project has a latest end. An admin can allow work without one in its settings.")
            raise Refused(text, code="needs_deadline", field=ENDS_BY)
        return
    if ends_by < now + timedelta(seconds=SHORTEST_S):
        text = _("The latest end is at least a minute away. Stop it to end it now.")
        raise Refused(text, code="invalid", field=ENDS_BY)
    if ends_by > now + timedelta(seconds=LONGEST_S):
        raise Refused(_("The latest end is at most 366 days away."), code="invalid", field=ENDS_BY)


def _tell(row: Workload, before: datetime | None, found: Extension, by: User | None) -> None:
    text = _("From {before} to {after}.").format(before=_moment(before), after=_moment(row.ends_by))
    detail = " ".join(filter(None, (text, at_most(found.whole))))
    note(row, _("Latest end moved"), kind=EventKind.INTENT, by=by, detail=detail)
    tell_passed(row, by)
    audit.record(
        "workload.extend",
        by=by,
        team=row.project.team,
        project=row.project,
        target=row,
        before={"ends_by": _iso(before)},
        after={"ends_by": _iso(row.ends_by), "at_most": str(found.whole.amount) if found.whole else None},
    )


def at_most(whole: Money | None) -> str:
    """The most that it costs, in a sentence; empty where nobody knows."""
    return _("It costs at most {amount}.").format(amount=whole) if whole else ""


def _money(row: Workload, amount: Decimal | None) -> Money | None:
    return None if amount is None else Money(amount, row.currency)


def _moment(moment: datetime | None) -> str:
    return _("none") if moment is None else f"{moment:%F %H:%M} UTC"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
