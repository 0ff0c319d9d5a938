"""The meter: opens, splits and closes usage intervals for moves, many at once with a fixed number of queries.

A *stretch* is the time that is billed on one tariff without a break; it is rounded up as a whole. Its *pieces*, one
for each state that it went through, are the rows of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection

from gpuconsole.projects.models import Project
from gpuconsole.providers import remote
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import corrections, lanes, usage
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import FINAL, State


def is_turned_by(workload: Workload, tariff: Tariff | None) -> bool:
    """Whether the word that it is billed on ``tariff`` changes what the meter does; None lets it be."""
    return tariff is not None and _wanted(workload, tariff) != workload.billed_tariff


@dataclass(frozen=True, slots=True)
class Prices:
    """Per hour, running and at rest."""

    running: Decimal | None
    resting: Decimal


@dataclass(slots=True)
class Readings:
    """What the meters of some workloads do within one transaction; ``save`` writes it."""

    opened: dict[tuple[int, str], UsageInterval] = field(default_factory=dict)
    """Open pieces that are not in the database yet, by workload and lane."""
    ended: list[UsageInterval] = field(default_factory=list)
    """Opened and closed in one go."""
    closed: dict[tuple[int, str], UsageInterval] = field(default_factory=dict)
    """Ends of pieces that are open in the database, by workload and lane."""
    overrun: list[corrections.Overrun] = field(default_factory=list)
    """Stretches of which more was counted than their provider says that they lasted."""

    def take(
        self,
        workload: Workload,
        *,
        state: State,
        tariff: Tariff | None,
        said: datetime | None,
        now: datetime,
        began: datetime | None = None,
        unsure_s: Decimal = Decimal(0),
        told: Sequence[remote.Lane] = (),
    ) -> None:
        """Set the meter of one workload that comes into ``state``; tariff None goes on with what is billed.

        ``said`` is the provider's stamp of the change; without one, ``began`` may tell better than ``now`` when it was.
        The row still has the state that it leaves. Where the provider told lanes, they alone are counted.
        """
        if lanes.are_counted(workload, told):
            self._take_lanes(workload, told, said if state in FINAL else None, now, is_over=state in FINAL)
            return
        wanted = Tariff(workload.billed_tariff) if tariff is None else _wanted(workload, tariff)
        if wanted != workload.billed_tariff:
            self._close(workload, said, now, unsure_s)
            self._open(workload, state, wanted, said, min(began or now, now), unsure_s)
        elif wanted and state != workload.state:
            self._split(workload, state, said, now)

    def reprice(self, workload: Workload, prices: Prices, now: datetime) -> None:
        """Go on at other prices: the piece that is open ends at its own one, and its stretch goes on in another."""
        is_open = self._cut(workload, now)
        workload.hourly_price, workload.resting_hourly_price = prices.running, prices.resting
        if is_open:
            self._go_on(workload)

    def rebook(self, workload: Workload, project: Project, now: datetime) -> None:
        """Go on for another project: what was billed so far stays booked to the one that it was for."""
        is_open = self._cut(workload, now)
        workload.project = project
        if is_open:
            self._go_on(workload)

    def _cut(self, workload: Workload, now: datetime) -> bool:
        """End the open piece in the midst of its stretch; false where none is open, or each lane counts by itself."""
        if workload.billed_since is None or workload.billed_lanes:
            return False
        end = max(now, workload.billed_since)
        self._end(workload, usage.seconds(end - workload.billed_since), end, None)
        workload.billed_since = end
        return True

    def _go_on(self, workload: Workload) -> None:
        assert workload.billed_since is not None  # it was cut there
        self._begin(workload, State(workload.state), workload.billed_since, None)

    def settled(self) -> set[int]:
        """Workloads of which an interval was closed."""
        return {*(pk for pk, _ in self.closed), *(interval.workload_id for interval in self.ended)}

    def save(self) -> None:
        """Close first: a workload has one open piece at most, or one a lane."""
        if self.closed:
            _save_ends(self.closed)
        if self.ended or self.opened:
            UsageInterval.objects.bulk_create([*self.ended, *self.opened.values()])
        if self.overrun:
            corrections.write(self.overrun)

    def _take_lanes(
        self, workload: Workload, told: Sequence[remote.Lane], said: datetime | None, now: datetime, *, is_over: bool
    ) -> None:
        """Open and close each as its provider stamped it; once the work is over, close what it told no end of."""
        known = {lane.id: lane for lane in lanes.held(workload)}
        for one in told:
            lane = known.get(one.id) or self._open_lane(workload, one, now)
            ends = one.ended_at is not None and lane.is_open
            known[one.id] = self._close_lane(workload, lane, one.ended_at, now) if ends else lane
        for lane in [lane for lane in known.values() if lane.is_open and is_over]:
            known[lane.id] = self._close_lane(workload, lane, said, now)
        lanes.keep(workload, known.values())
        workload.billed_since = min((lane.since for lane in known.values() if lane.is_open), default=None)
        workload.billed_tariff = Tariff.RUN if workload.billed_since else Tariff.NOTHING

    def _open_lane(self, workload: Workload, one: remote.Lane, now: datetime) -> lanes.Lane:
        lane = lanes.Lane(one.id, max(min(one.started_at, now), workload.created_at), one.started_at, one.hourly_price)
        self.opened[workload.pk, lane.id] = UsageInterval(
            workload=workload,
            project_id=workload.project_id,
            attempt=one.attempt,
            lane=lane.id,
            state=State.RUNNING,
            started_at=lane.since,
            said_started_at=lane.said,
            hourly_price=lane.hourly_price,
            currency=workload.currency,
            rounding=workload.rounding,
            gpu_count=one.gpu_count,
        )
        return lane

    def _close_lane(self, workload: Workload, lane: lanes.Lane, said: datetime | None, now: datetime) -> lanes.Lane:
        end = max(min(said or now, now), lane.since)
        ours_s = usage.seconds(end - lane.since)
        whole_s = usage.billed_length_s(ours_s, (lane.said, said), is_sandbox=workload.is_sandbox)
        cost = usage.price_of(whole_s, lane.hourly_price, workload.rounding)
        workload.billed_closed_s += whole_s
        workload.cost_closed += cost or Decimal(0)
        workload.billed_until = max(workload.billed_until or end, end)
        self._ended(workload, lane.id, end, said, whole_s, cost)
        return replace(lane, is_open=False)

    def _open(
        self,
        workload: Workload,
        state: State,
        tariff: Tariff,
        said: datetime | None,
        now: datetime,
        unsure_s: Decimal,
    ) -> None:
        if not tariff:
            return
        start = max(min(said or now, now), workload.billed_until or workload.created_at)
        workload.billed_since, workload.billed_said_at = start, said
        workload.billed_tariff, workload.billed_before_s = tariff, Decimal(0)
        self._begin(workload, state, start, said, unsure_s)

    def _split(self, workload: Workload, state: State, said: datetime | None, now: datetime) -> None:
        """Another state of the same stretch: its provider's stamps count at the ends of the whole alone."""
        start = workload.billed_since
        assert start is not None
        end = max(min(said or now, now), start)
        self._end(workload, usage.seconds(end - start), end, said)
        workload.billed_since = end
        self._begin(workload, state, end, said)

    def _close(self, workload: Workload, said: datetime | None, now: datetime, unsure_s: Decimal) -> None:
        start = workload.billed_since
        if start is None:
            return
        end = max(min(said or now, now), start)
        before_s, stamps = workload.billed_before_s, (workload.billed_said_at, said)
        ours_s = before_s + usage.seconds(end - start)
        whole_s = usage.billed_length_s(ours_s, stamps, is_sandbox=workload.is_sandbox)
        self._end(workload, max(Decimal(0), whole_s - before_s), end, said, unsure_s)
        if whole_s < before_s:
            usage.settle(workload, before_s, whole_s)
            tariff = Tariff(workload.billed_tariff)
            assert said is not None  # our own clock never counts less than it did
            self.overrun.append(corrections.Overrun(workload.pk, tariff, end, min(said, now), whole_s))
        workload.billed_since = None
        workload.billed_tariff, workload.billed_before_s = Tariff.NOTHING, Decimal(0)

    def _begin(
        self,
        workload: Workload,
        state: State,
        start: datetime,
        said: datetime | None,
        unsure_s: Decimal = Decimal(0),
    ) -> None:
        self.opened[workload.pk, ""] = UsageInterval(
            workload=workload,
            project_id=workload.project_id,
            attempt=workload.attempt,
            state=state,
            tariff=workload.billed_tariff,
            started_at=start,
            said_started_at=said,
            before_s=workload.billed_before_s,
            unsure_s=Decimal(0) if said else unsure_s,
            hourly_price=usage.tariff_price(workload, Tariff(workload.billed_tariff)),
            currency=workload.currency,
            rounding=workload.rounding,
            gpu_count=workload.gpu_count if workload.billed_tariff == Tariff.RUN else 0,
        )

    def _end(
        self,
        workload: Workload,
        billed_s: Decimal,
        end: datetime,
        said: datetime | None,
        unsure_s: Decimal = Decimal(0),
    ) -> None:
        before_s = workload.billed_before_s
        cost = usage.settle(workload, before_s, before_s + billed_s)
        workload.billed_before_s += billed_s
        workload.billed_until = end
        self._ended(workload, "", end, said, billed_s, cost, Decimal(0) if said else unsure_s)

    def _ended(
        self,
        workload: Workload,
        lane: str,
        end: datetime,
        said: datetime | None,
        billed_s: Decimal,
        cost: Decimal | None,
        unsure_s: Decimal = Decimal(0),
    ) -> None:
        interval = self.opened.pop((workload.pk, lane), None)
        if interval is None:
            self.closed[workload.pk, lane] = interval = UsageInterval(workload=workload, lane=lane)
        else:
            self.ended.append(interval)
        interval.ended_at, interval.said_ended_at, interval.billed_s, interval.cost = end, said, billed_s, cost
        interval.unsure_s += unsure_s


def _wanted(workload: Workload, tariff: Tariff) -> Tariff:
    """Nothing is charged at rest for what was never up, nor where the provider charges nothing for it."""
    was_up = workload.billed_since is not None or workload.billed_until is not None
    return tariff if tariff != Tariff.REST or (was_up and workload.resting_hourly_price) else Tariff.NOTHING


_SAVE_ENDS = """
    UPDATE workloads_usageinterval AS piece
    SET ended_at = told.ended_at, said_ended_at = told.said_ended_at, billed_s = told.billed_s, cost = told.cost,
        unsure_s = piece.unsure_s + told.unsure_s
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::numeric[], %s::numeric[],
                %s::numeric[]) AS told (workload_id, lane, ended_at, said_ended_at, billed_s, cost, unsure_s)
    WHERE piece.workload_id = told.workload_id AND piece.lane = told.lane AND piece.ended_at IS NULL
"""
"""A CASE for each column would look at each end for each piece: for many workloads that takes seconds."""


def _save_ends(ends: Mapping[tuple[int, str], UsageInterval]) -> None:
    told = (
        (pk, lane, end.ended_at, end.said_ended_at, end.billed_s, end.cost, end.unsure_s)
        for (pk, lane), end in ends.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(_SAVE_ENDS, [list(column) for column in zip(*told, strict=True)])
