"""Shapes of halts in the JSON API."""

from datetime import datetime
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from ninja import Field
from pydantic import model_validator

from gpuconsole.core.api import Amount, ApiInput, ApiQuery, ApiSchema, PageInfo, PageQuery, QueryText, Text
from gpuconsole.providers import problems
from gpuconsole.workloads.halts import progress
from gpuconsole.workloads.halts.burn import Burn
from gpuconsole.workloads.halts.outlook import Outlook
from gpuconsole.workloads.halts.progress import Progress, Step, Summary
from gpuconsole.workloads.models import Effect, Halt, HaltEntry, HaltScope, InstanceEnd

_NAMED = {HaltScope.PROJECT: "project", HaltScope.CONNECTION: "connection"}
Named = Annotated[Text, Field(min_length=1, max_length=100)]


def _check_names(scope: HaltScope, project: str | None, connection: str | None, place: str) -> None:
    """A scope names what it is about, and nothing else."""
    given = {"project": project, "connection": connection}
    wanted = _NAMED.get(scope)
    wrong = [
        problems.problem(
            _("Name it: the scope needs one.")
            if name == wanted
            else _("A scope of “{scope}” has none.").format(scope=scope),
            name,
        )
        for name, value in given.items()
        if (value is None) == (name == wanted)
    ]
    problems.refuse(place, wrong)


class HaltIn(ApiInput):
    """Whose work is to end, and how."""

    scope: HaltScope
    project: Named | None = None
    """Slug; with the scope ``project``."""
    connection: Named | None = None
    """Id; with the scope ``connection``."""
    instances: InstanceEnd
    """What becomes of instances that can be put to rest; all others are terminated."""
    hold_launches: bool = False
    """Refuse launches, starts and retries there until somebody releases them."""

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        _check_names(self.scope, self.project, self.connection, "halt")
        return self


class ReachQuery(ApiQuery):
    """What would be stopped."""

    scope: HaltScope
    project: QueryText | None = None
    connection: QueryText | None = None

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        _check_names(self.scope, self.project, self.connection, "query")
        return self


class HaltQuery(PageQuery):
    """Which halts."""

    scope: HaltScope | None = None


class EntryQuery(PageQuery):
    """Which entries of a halt."""

    is_confirmed: bool | None = None


class BurnOut(ApiSchema):
    """Money per hour by currency; ``unknown`` are those whose price nobody knows."""

    hourly: dict[str, Amount]
    unknown: int


class ReachOut(ApiSchema):
    """What a halt would take in as of now."""

    scope: HaltScope
    name: str
    workloads: int
    """All that has not ended, what is at rest too."""
    at_rest: int
    """Instances at rest, that only ``terminate`` takes in."""
    can_rest: int
    """Instances that ``stop`` puts to rest."""
    requests: int
    gpus: int
    costs: BurnOut
    may_cost: BurnOut
    """Launches without an answer, on top."""
    kept: BurnOut
    """What goes on being charged with ``stop``, such as for disks."""
    if_stop: dict[Effect, int]
    if_terminate: dict[Effect, int]


class HaltOut(ApiSchema):
    """One press of "stop everything", as lists show it."""

    id: str
    url: str
    """Its report."""
    scope: HaltScope
    name: str
    project: str | None
    connection: str | None
    instances: InstanceEnd
    by: str | None
    started_at: datetime
    asked_at: datetime | None
    """When the last end was written down; null: it goes on."""
    is_holding: bool
    """Launches are refused there."""
    released_at: datetime | None


class HaltDetail(HaltOut):
    """One halt as far as it has come."""

    total: int
    confirmed: int
    is_all_confirmed: bool
    steps: dict[Step, int]
    cost_before: BurnOut
    cost_now: BurnOut
    """Of those that are not confirmed, and what is kept of those at rest."""
    cost_saved: BurnOut
    last_confirmed_at: datetime | None
    took_s: float | None
    """From the press to the last confirmation; null while any is missing."""
    began_since: int
    """Work in its reach that was launched or started after the press."""


class Halts(PageInfo):
    items: list[HaltOut]


class HaltEntryOut(ApiSchema):
    """One workload or launch request of a halt."""

    id: str
    name: str
    project: str
    effect: Effect
    step: Step
    text: str
    """Where it stands, in words."""
    is_repeat: bool
    """Its end had been asked for before."""
    state: str
    tries: int
    """How often the provider was asked; 0 once it is confirmed."""
    next_try_at: datetime | None
    asked_at: datetime
    confirmed_at: datetime | None
    hourly_before: Amount | None
    """null: nobody knows."""
    currency: str


class HaltEntries(PageInfo):
    items: list[HaltEntryOut]


def shape_reach(seen: Outlook) -> ReachOut:
    """As of now."""
    return ReachOut(
        scope=seen.reach.kind,
        name=seen.reach.row.name,
        workloads=len(seen.rows),
        at_rest=len(seen.resting),
        can_rest=len(seen.choosable),
        requests=seen.requests,
        gpus=seen.gpus,
        costs=_burn(seen.burn),
        may_cost=_burn(seen.maybe),
        kept=_burn(seen.kept),
        if_stop=dict(seen.effects(InstanceEnd.STOP)),
        if_terminate=dict(seen.effects(InstanceEnd.TERMINATE)),
    )


def shape_halt(halt: Halt) -> HaltOut:
    """A line of the list."""
    return HaltOut(**_facts(halt))


def shape_detail(halt: Halt, summary: Summary) -> HaltDetail:
    """The whole."""
    took = summary.took(halt)
    return HaltDetail(
        **_facts(halt),
        total=summary.total,
        confirmed=summary.confirmed,
        is_all_confirmed=halt.asked_at is not None and not summary.left,
        steps=dict(summary.counts),
        cost_before=_burn(summary.before),
        cost_now=_burn(summary.now),
        cost_saved=_burn(summary.saved),
        last_confirmed_at=summary.last_at,
        took_s=None if took is None else took.total_seconds(),
        began_since=summary.began_since,
    )


def shape_entry(entry: HaltEntry) -> HaltEntryOut:
    """One line of the report."""
    one: Progress = progress.of(entry)
    workload, subject = entry.workload, entry.workload or entry.request
    assert subject is not None
    return HaltEntryOut(
        id=subject.public_id,
        name=str(subject),
        project=subject.project.slug,
        effect=Effect(entry.effect),
        step=one.step,
        text=one.text,
        is_repeat=entry.is_repeat,
        state=subject.state,
        tries=workload.intent_tries if workload else 0,
        next_try_at=None if workload is None or one.is_confirmed else workload.due_at,
        asked_at=entry.at,
        confirmed_at=one.confirmed_at,
        hourly_before=entry.hourly_price,
        currency=entry.currency,
    )


def _facts(halt: Halt) -> dict[str, Any]:
    return {
        "id": halt.public_id,
        "url": f"/stop-everything/{halt.public_id}/",
        "scope": HaltScope(halt.scope),
        "name": halt.name,
        "project": halt.project.slug if halt.project else None,
        "connection": halt.connection.public_id if halt.connection else None,
        "instances": InstanceEnd(halt.instances),
        "by": halt.by.email if halt.by else None,
        "started_at": halt.started_at,
        "asked_at": halt.asked_at,
        "is_holding": halt.is_holding,
        "released_at": halt.released_at,
    }


def _burn(found: Burn) -> BurnOut:
    return BurnOut(hourly=dict(found.hourly), unknown=found.unknown)
