"""The daily note to a person about what of theirs still runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from gpuconsole.accounts.mails import Mail
from gpuconsole.accounts.models import Team, User
from gpuconsole.core import formats
from gpuconsole.notify.services import Message
from gpuconsole.providers import registry
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ACTIVE, Kind, State
from gpuconsole.workloads.usage import cost_so_far

_PATHS = {Kind.JOB: "jobs", Kind.INSTANCE: "instances"}


@dataclass(frozen=True, slots=True)
class Item:
    """One workload in words."""

    name: str
    path: str
    what: str
    age: str
    cost: str
    rate: str
    end: str


def by_owner(team: Team) -> dict[User, list[Workload]]:
    """What is active or billed, of people who are still in the team. Two queries."""
    alive = Q(state__in=ACTIVE) | Q(billed_since__isnull=False)
    found = Workload.objects.filter(alive, team=team, owner__memberships__team=team).not_ended()
    owned: dict[User, list[Workload]] = defaultdict(list)
    for workload in found.select_related("owner", "project").order_by("owner_id", "created_at"):
        assert workload.owner is not None
        owned[workload.owner].append(workload)
    return owned


def message(team: Team, workloads: Sequence[Workload], day: date, now: datetime) -> Message:
    """About one person's work, dearest first."""
    ordered = sorted(workloads, key=lambda workload: workload.hourly_now or Decimal(0), reverse=True)
    rates: dict[str, Decimal] = defaultdict(Decimal)
    for workload in ordered:
        if workload.hourly_now is not None:
            rates[workload.currency] += workload.hourly_now
    hourly = " + ".join(formats.hourly(price, own) for own, price in sorted(rates.items()))
    count = formats.plural(len(ordered), "workload", "workloads")
    subject = _("Still running: {count} of yours").format(count=count)
    return Message(
        mail=Mail.RUNNING,
        key=f"running:{team.pk}:{day}",
        subject=f"{subject}, {hourly}" if hourly else subject,
        template="running",
        team=team,
        context={"items": [_item(workload, now) for workload in ordered], "count": count, "hourly": hourly},
    )


def _item(workload: Workload, now: datetime) -> Item:
    cost = cost_so_far(workload, now)
    return Item(
        name=workload.name,
        path=f"/{_PATHS[Kind(workload.kind)]}/{workload.public_id}/",
        what=_("{state}, {hardware} at {provider}").format(
            state=State(workload.state).label,
            hardware=hardware(workload),
            provider=registry.get(workload.provider).name,
        ),
        age=formats.duration(now - workload.created_at),
        cost=formats.not_priced() if cost is None else formats.money(cost, workload.currency),
        rate=formats.hourly(workload.hourly_now, workload.currency)
        if workload.billed_since
        else _("not billed just now"),
        end=formats.within(workload.ends_by - now) if workload.ends_by else "",
    )
