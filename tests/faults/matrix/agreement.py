"""Says where the console and the simulator disagree: the one judge of the matrix and of the storm.

What the simulator tells about itself under ``/_sim/resources`` is the truth. The console agrees with it when every
launch has exactly one resource, or none and a reason; when nothing runs that no workload knows; when each state is what
the provider's own status table makes of the simulator's word; and when timeline, meter and reservation fit that state.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx

from gpuconsole.connections.models import Connection
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads.models import Event, EventKind, Intent, UsageInterval, Workload
from gpuconsole.workloads.states import FINAL, FROM_REMOTE, Kind, ReasonCode, State, may_move

DELETED = "deleted"
"""The simulator's word for what the provider has forgotten."""
NOT_FOUND, UNCONFIRMED, ENDING = ReasonCode.NOT_FOUND.value, ReasonCode.UNCONFIRMED.value, "ending"
"""Flags: a person is told that nobody knows whether it was made; it is looked for; the provider does not end it."""
GONE = ReasonCode.GONE.value
"""Flag: the provider no longer lists it."""


@dataclass(frozen=True)
class Record:
    """All that the console holds of one workload."""

    workload: Workload
    events: Sequence[Event]
    usage: Sequence[UsageInterval]


@dataclass
class Verdict:
    """How many agree, how many are shown as doubtful and why, and what is wrong."""

    agreed: int = 0
    flagged: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        """Take another one's figures in."""
        self.agreed += other.agreed
        self.flagged += other.flagged
        self.complaints += other.complaints


def compare(connection: Connection, far: httpx.Client, *, allowed: Collection[str] = ()) -> Verdict:
    """The verdict on one connection as both sides stand now; flags that are not allowed are complaints."""
    answer = far.get("/_sim/resources", params={"provider": connection.provider}).raise_for_status()
    return judge(registry.get(connection.provider), records(connection), answer.json()["resources"], allowed=allowed)


def records(connection: Connection) -> list[Record]:
    """What the console holds of a connection's workloads."""
    rows = Workload.objects.filter(connection=connection).order_by("pk").prefetch_related("events", "usage")
    return [
        Record(
            row,
            sorted(row.events.all(), key=lambda event: event.pk),
            sorted(row.usage.all(), key=lambda interval: interval.pk),
        )
        for row in rows
    ]


def judge(
    provider: Provider,
    held: Sequence[Record],
    resources: Sequence[Mapping[str, Any]],
    *,
    allowed: Collection[str] = (),
) -> Verdict:
    """The verdict from what both sides hold."""
    verdict = Verdict(complaints=[*_doubled(provider, held, resources), *_unknown(held, resources)])
    by_id = {row["id"]: row for row in resources}
    for record in held:
        row = record.workload
        wrong = [*_out_of_order(record), *_badly_metered(record)]
        flag = _flag(record)
        if flag in allowed:
            verdict.flagged[flag] += 1
        else:
            wrong += _disagreement(provider, row, by_id.get(row.remote_id))
            verdict.agreed += not wrong
        verdict.complaints += [f"{row.public_id} ({row.state}): {text}" for text in wrong]
    return verdict


def _doubled(provider: Provider, held: Sequence[Record], resources: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """More than one resource for a launch, by the mark that it carries, or more than there were launches."""
    ids = Counter(record.workload.remote_id for record in held if record.workload.remote_id)
    yield from (f"{remote_id} belongs to {count} workloads" for remote_id, count in ids.items() if count > 1)
    if not provider.keeps_token:
        if len(resources) > len(held):
            yield f"{len(held)} launches made {len(resources)} resources"
        return
    texts = [json.dumps([row["name"], row["create_body"]]) for row in resources]
    for record in held:
        count = sum(record.workload.token in text for text in texts)
        if count > record.workload.attempt:
            yield f"{record.workload.public_id} was made {count} times"


def _unknown(held: Sequence[Record], resources: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Resources that no workload has: they may run and cost money, and nobody here would end them."""
    known = {record.workload.remote_id for record in held}
    for row in resources:
        if row["id"] not in known:
            yield f"{row['id']} ({row['state']}) is at the provider and in no workload"


def _flag(record: Record) -> str:
    """The reason that a doubtful row shows to people; empty for one that is in no doubt."""
    row = record.workload
    if row.state == State.SUBMITTING and row.reason_code in (UNCONFIRMED, NOT_FOUND):
        return str(row.reason_code)
    if row.state == State.CANCELLED and row.reason_code == NOT_FOUND:
        return NOT_FOUND
    if row.state == State.LOST and row.reason_code == GONE:
        return GONE
    is_late = any(event.kind == EventKind.WARNING and "not confirmed" in event.text for event in record.events)
    if row.state == State.STOPPING and row.intent in (Intent.STOP, Intent.END) and is_late:
        return ENDING
    return ""


def _disagreement(provider: Provider, row: Workload, resource: Mapping[str, Any] | None) -> Iterable[str]:
    if resource is None:
        if row.remote_id:
            yield f"the provider never had {row.remote_id}"
        elif row.state not in FINAL or not row.reason_code:
            yield f"it has no resource, and reason {row.reason_code or 'none'}"
        return
    if resource["vanished"]:
        yield from () if row.state == State.LOST else ["it is listed no more"]
        return
    if resource["state"] == DELETED:
        yield from () if row.state in FINAL else ["it was deleted"]
        return
    reading = provider.reading(resource["state"])
    said = FROM_REMOTE.get(reading.state)
    if said != row.state:
        yield f"the provider says {resource['state']}"
    elif row.state not in FINAL and reading.tariff is not None and reading.tariff != row.billed_tariff:
        yield f"{resource['state']} is billed as {reading.tariff or 'nothing'}, not as {row.billed_tariff or 'nothing'}"


def _out_of_order(record: Record) -> Iterable[str]:
    """The timeline: first the launch, then moves that are allowed, none of them twice, up to where the row stands."""
    row, events = record.workload, record.events
    moves = [event for event in events if event.kind != EventKind.CALL and event.state]
    if not moves or moves[0].state != State.SUBMITTING or moves[0] is not events[0]:
        yield "its timeline does not begin with the launch"
        return
    for before, after in pairwise(moves):
        is_another = after.attempt > before.attempt
        if after.state != before.state and not is_another and not may_move(Kind(row.kind), *_states(before, after)):
            yield f"its timeline goes from {before.state} to {after.state}"
        if after.state == before.state and after.state in FINAL and not is_another:
            yield f"it ended twice ({after.state})"
        if after.at < before.at:
            yield f"“{after.text}” is dated before “{before.text}”"
    if moves[-1].state != row.state:
        yield f"its timeline ends with {moves[-1].state}"


def _states(before: Event, after: Event) -> tuple[State, State]:
    return State(before.state), State(after.state)


def _badly_metered(record: Record) -> Iterable[str]:
    """The meter and what is held against the budget, which must fit the state."""
    row, usage = record.workload, record.usage
    still_open = [interval for interval in usage if interval.ended_at is None]
    if bool(still_open) != (row.billed_since is not None) or bool(row.billed_tariff) != bool(still_open):
        yield f"{len(still_open)} intervals are open, and it is billed since {row.billed_since}"
    if row.state in FINAL and still_open:
        yield "it has ended, and its meter runs"
    for before, after in pairwise(sorted(usage, key=lambda interval: (interval.lane, interval.started_at))):
        if before.lane == after.lane and (before.ended_at is None or after.started_at < before.ended_at):
            yield "it is billed twice for the same time"
    closed = sum((interval.cost for interval in usage if interval.cost is not None), start=row.cost_closed * 0)
    if closed != row.cost_closed:
        yield f"its intervals cost {closed}, its row says {row.cost_closed}"
    if row.is_active and row.reserved is None and row.estimated_most is not None:
        yield "nothing is held against the budget for it"
    if not row.is_active and row.reserved is not None and row.intent != Intent.START:
        yield f"{row.reserved} are held against the budget for what costs nothing more"
