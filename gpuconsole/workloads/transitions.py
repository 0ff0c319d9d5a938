"""Moves: the only writer of a workload's state, which writes timeline, event and usage in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.core import versions
from gpuconsole.projects.models import Project
from gpuconsole.providers.remote import Phase, Tariff
from gpuconsole.workloads import attempts, bulk, meter, phases, settled
from gpuconsole.workloads.changes import Change, changes_something, tariff_in
from gpuconsole.workloads.events import note
from gpuconsole.workloads.models import Event, EventKind, Workload
from gpuconsole.workloads.states import ACTIVE, FINAL, Kind, Reason, State, may_move

WRITTEN = (
    *("state", "state_at", "attempt", "phases", "started_at", "ended_at"),
    *("reason_code", "reason_text", "reason_fault", "reason_field", "evidence"),
    *("billed_since", "billed_tariff", "billed_before_s", "billed_said_at", "billed_until", "billed_lanes"),
    *("billed_closed_s", "cost_closed", "hourly_price", "resting_hourly_price", "reserved", "remote_status"),
)
"""Columns of the row that a move writes."""


class IllegalMove(Exception):
    """A move that is not allowed from where the workload stands, or that moves nothing."""

    def __init__(self, workload: Workload, state: State) -> None:
        super().__init__(f"{workload.public_id} cannot move from {workload.state} to {state}")


def move(
    workload: Workload,
    state: State,
    *,
    why: str,
    at: datetime | None = None,
    phase: Phase | None = None,
    tariff: Tariff | None = None,
    remote_status: str | None = None,
    reason: Reason | None = None,
    by: User | None = None,
    detail: str = "",
    kind: EventKind = EventKind.MOVE,
    fields: Collection[str] = (),
    now: datetime | None = None,
) -> Event:
    """Move one workload that the caller holds locked; see ``Change`` for the words. Raises IllegalMove."""
    change = Change(
        workload=workload,
        state=state,
        why=why,
        at=at,
        phase=phase,
        tariff=tariff,
        remote_status=remote_status,
        reason=reason,
        by=by,
        detail=detail,
        kind=kind,
        fields=fields,
    )
    if state == workload.state and not changes_something(change):
        raise IllegalMove(workload, state)
    return move_many([change], now=now)[0]


def move_many(changes: Sequence[Change], *, now: datetime | None = None) -> list[Event]:
    """Make many changes of locked workloads with a fixed number of queries; several of one workload follow in order.

    Nothing is written, and no row in memory is left half changed in the database, when one of them is an IllegalMove.
    """
    now = now or timezone.now()
    events: list[Event] = []
    readings = meter.Readings()
    columns: set[str] = set()
    rows: dict[int, Workload] = {}
    outcomes: dict[int, str] = {}
    for change in changes:
        rows.setdefault(change.workload.pk, change.workload)
        outcomes.setdefault(change.workload.pk, change.workload.outcome)
        columns.update(change.fields)
        if changes_something(change):
            columns.update(WRITTEN)
            events.append(apply(change, readings, now))
        elif change.remote_status is not None and change.remote_status != change.workload.remote_status:
            change.workload.remote_status = change.remote_status
            columns.add("remote_status")
    with transaction.atomic():
        if columns:
            bulk.update(list(rows.values()), columns)
        readings.save()
        ended = readings.settled()
        settled.tell(row for pk, row in rows.items() if pk in ended or row.outcome != outcomes[pk])
        Event.objects.bulk_create(events)
        versions.bump(*sorted({topic for workload in rows.values() for topic in workload.topics}))
    return events


def charge_to(workload: Workload, project: Project, now: datetime) -> None:
    """Have another project charged from now on for work that the caller holds locked; what it has cost so far stays
    where it was booked, and its idempotency key with the project that it was launched in."""
    former, readings = workload.project, meter.Readings()
    workload.launched_in = workload.launched_in or former
    readings.rebook(workload, project, now)
    with transaction.atomic():
        bulk.update([workload], (*WRITTEN, "project", "launched_in"))
        readings.save()
        settled.tell([workload] if readings.settled() else [])
        versions.bump(f"project:{former.pk}", *workload.topics)


def touch(workload: Workload) -> None:
    """Have every open page that shows it drawn anew."""
    versions.bump(*workload.topics)


def begin(workload: Workload, *, why: str, by: User | None) -> Event:
    """Write down a launch: the new row, submitting, with the first span of its timeline and its first event."""
    now = workload.created_at
    workload.state, workload.state_at = State.SUBMITTING, now
    attempts.first(workload, State.SUBMITTING, None, now)
    with transaction.atomic():
        workload.save(force_insert=True)
        return _first_event(workload, why, by, now)


def take_over(
    workload: Workload,
    state: State,
    *,
    why: str,
    by: User | None,
    phase: Phase | None,
    tariff: Tariff,
    since: datetime,
    said: datetime | None,
    now: datetime,
) -> Event:
    """Write down work that is there already, as a new row in ``state``; its timeline and its meter begin ``since``, the
    moment that the provider ``said`` where it told one, and its first event is ``why``."""
    readings = meter.Readings()
    workload.state, workload.state_at = state, since
    attempts.first(workload, state, phase, since)
    attempts.write_times(workload, state, since)
    with transaction.atomic():
        workload.save(force_insert=True)
        readings.take(workload, state=state, tariff=tariff, said=said, now=now, began=since)
        bulk.update([workload], WRITTEN)
        readings.save()
        return _first_event(workload, why, by, now)


def explain(workload: Workload, reason: Reason, *, why: str) -> Event:
    """Write down a better reason for an end that was told already; state, times and money stay as they are.

    The caller holds the workload locked.
    """
    attempts.give_reason(workload, reason)
    workload.phases = phases.explained(workload.phases, str(reason.code.label))
    with transaction.atomic():
        workload.save(
            update_fields=["reason_code", "reason_text", "reason_fault", "reason_field", "evidence", "phases"]
        )
        return note(workload, why, detail=reason.evidence.text if reason.evidence else reason.text)


def apply(change: Change, readings: meter.Readings, now: datetime) -> Event:
    """Make one change on its row in memory and let the meter follow; gives the event. Raises IllegalMove."""
    workload = change.workload
    before, state = State(workload.state), change.state or State(workload.state)
    is_another = change.opens > workload.attempt and before in ACTIVE
    is_back = change.is_found and before in FINAL and state not in FINAL
    if not is_another and not is_back and state != before and not may_move(Kind(workload.kind), before, state):
        raise IllegalMove(workload, state)
    at = attempts.moment(workload, change.at, now)
    if is_another:
        readings.take(workload, state=state, tariff=Tariff.NOTHING, said=change.at, now=now, told=change.lanes)
        workload.phases = phases.finished(workload.phases, State.FAILED, at, change.detail)
        attempts.another(workload)
    elif before in FINAL and state != before:
        attempts.another(workload)
    attempts.write_reason(workload, state, change.reason)
    attempts.write_spans(change, state, at)
    _turn_meter(change, readings, state, now)
    if state != before:
        workload.state, workload.state_at = state, at
        attempts.write_times(workload, state, at)
    if change.remote_status is not None:
        workload.remote_status = change.remote_status
    return Event(
        workload=workload,
        at=at,
        said_at=change.at if change.at != at else None,
        written_at=now,
        kind=change.kind,
        state=state,
        attempt=workload.attempt,
        remote_status=workload.remote_status,
        text=change.why[:300],
        detail=change.detail,
        by=change.by,
    )


def _turn_meter(change: Change, readings: meter.Readings, state: State, now: datetime) -> None:
    """Stamps are those of the state: what is repriced within one is so from now on."""
    is_within = change.prices is not None and state == change.workload.state
    at = None if is_within else change.at
    if change.prices is not None:
        readings.reprice(change.workload, change.prices, now)
    readings.take(
        change.workload,
        state=state,
        tariff=tariff_in(state, change.tariff),
        said=None if change.is_guess else at,
        now=now,
        began=at,
        unsure_s=change.unsure_s,
        told=change.lanes,
    )


def _first_event(workload: Workload, why: str, by: User | None, now: datetime) -> Event:
    event = Event.objects.create(
        workload=workload,
        at=now,
        written_at=now,
        kind=EventKind.MOVE,
        state=workload.state,
        attempt=workload.attempt,
        remote_status=workload.remote_status,
        text=why[:300],
        by=by,
    )
    versions.bump(*workload.topics)
    return event
