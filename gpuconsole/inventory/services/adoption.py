"""What taking a stray over would mean: its state, its latest end, what it can cost, and the limits that it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.core.errors import Refused
from gpuconsole.core.money import Money
from gpuconsole.inventory.models import Finding
from gpuconsole.projects import quotas, rules
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import RemoteState
from gpuconsole.workloads import usage
from gpuconsole.workloads.estimates import deadline
from gpuconsole.workloads.guards import LONGEST_S, SHORTEST_S
from gpuconsole.workloads.limits.verdicts import Wish, verdict
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FROM_REMOTE, State

STOP_AFTER = "stop_after_s"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What taking a stray over into a project would mean, as things stand now."""

    state: State
    since: datetime
    joins: Workload | None
    """The record whose history goes on; None: a new one is made."""
    longest_s: int | None
    ends_by: datetime | None
    hourly: Money | None
    most: Money | None
    """All that it can cost until its latest end, what it has cost already included."""
    warnings: tuple[str, ...]
    """Limits that it breaks: it runs and costs money all the same, so that none of them is in the way."""


def joins(row: Finding) -> Workload | None:
    """The record whose history goes on with this stray: the one that launched it, and has nothing else at the provider
    now."""
    record = row.workload
    is_its_own = record is not None and record.remote_id in ("", row.remote_id)
    return record if record is not None and record.is_final and is_its_own else None


def waits_for_decision(row: Finding) -> bool:
    """Whether it may be what a launch made whose answer was lost, and a person decides about that."""
    return row.workload is not None and row.workload.state == State.SUBMITTING


def adoption(row: Finding, project: Project, by: User, stop_after_s: int | None, now: datetime) -> Adoption:
    """The figures; nothing is written. Raises Refused for a latest end that is none."""
    if stop_after_s is not None and not SHORTEST_S <= stop_after_s <= LONGEST_S:
        raise Refused(
            _("It ends in a minute at the least, and in 366 days at the most."), code="invalid", field=STOP_AFTER
        )
    provider, state = registry.get(row.provider), _state(row)
    limits = rules.of(project, by)
    longest_s = stop_after_s or project.default_stop_after_s or quotas.longest_run_s(limits.quotas, provider.kind)
    ends_by, since = deadline(now, longest_s), _since(row, now)
    hourly = None if row.hourly_price is None else Money(row.hourly_price, row.currency)
    most = None
    if ends_by is not None and row.hourly_price is not None:
        amount = usage.price_of(usage.seconds(ends_by - since), row.hourly_price, row.rounding)
        most = None if amount is None else Money(amount, row.currency)
    pricing = Pricing(
        hourly_price=row.hourly_price,
        currency=row.currency,
        rounding=Rounding(row.rounding or Rounding.SECOND),
        gpu_count=row.gpu_count or 0,
        hardware_model=row.gpu_model,
        hardware_id=row.hardware_id,
    )
    wish = Wish(
        project=project,
        owner=by,
        provider=provider,
        pricing=pricing,
        hourly=hourly,
        upper=most,
        longest_s=longest_s,
        ends_by=ends_by,
        now=now,
        stop_field=STOP_AFTER,
    )
    said = verdict(wish, limits).checks
    warnings = tuple(check.finding for check in said if not check.is_ok)
    return Adoption(state, since, joins(row), longest_s, ends_by, hourly, most, warnings)


def refuse_endless(project: Project, found: Adoption) -> None:
    """Raises Refused where the project wants a latest end and none was named."""
    if found.ends_by is None and not project.may_never_end:
        text = _("It runs until somebody ends it, as far as is known here: say after how long it is to be stopped.")
        raise Refused(text, code="needs_deadline", field=STOP_AFTER)


def _state(row: Finding) -> State:
    """A word that nobody has heard of counts as running, as its money does."""
    return FROM_REMOTE.get(RemoteState(row.remote_state), State.RUNNING)


def _since(row: Finding, now: datetime) -> datetime:
    """When it came to where it stands, by the provider's own word; else when we first saw it."""
    told = row.said_started_at or row.said_created_at or row.first_seen_at
    return min(told, now)
