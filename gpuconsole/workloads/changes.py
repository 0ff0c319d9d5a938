"""What becomes of one workload, as a value: told by whoever moves it, written by ``transitions``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gpuconsole.accounts.models import User
from gpuconsole.providers.remote import Lane, Phase, Tariff
from gpuconsole.workloads import lanes, meter, phases
from gpuconsole.workloads.meter import Prices
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import FINAL, Reason, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one locked workload.

    ``state`` None keeps the state; without another ``phase`` or ``tariff`` only the row's own ``fields`` are saved
    and no event is written. ``at`` is the provider's own stamp, None where it told none. ``tariff`` None lets the
    meter be, but for an end, which always closes it. ``fields`` names columns that the caller has set on the row.
    ``opens`` is the number of an attempt that the provider began by itself: the one before is closed as failed, with
    ``detail`` as its reason, and the state may go back.
    """

    workload: Workload
    state: State | None = None
    why: str = ""
    at: datetime | None = None
    phase: Phase | None = None
    tariff: Tariff | None = None
    remote_status: str | None = None
    reason: Reason | None = None
    by: User | None = None
    detail: str = ""
    kind: EventKind = EventKind.MOVE
    fields: Collection[str] = ()
    opens: int = 0
    is_guess: bool = False
    """``at`` is the best that we know, and no stamp of the provider's."""
    unsure_s: Decimal = Decimal(0)
    """So long nobody had looked: what is billed may have begun or ended any time within, where no stamp tells."""
    prices: Prices | None = None
    """Other prices from here on, as the provider tells them; what was billed before keeps its own."""
    lanes: Sequence[Lane] = ()
    """What is billed side by side: where there is any, it turns the meter, and ``tariff`` does not."""
    is_found: bool = False
    """What had ended by our record is there at the provider after all: another attempt, from any end."""


def changes_something(change: Change) -> bool:
    """Whether the change moves, opens another span, turns the meter or tells another reason: worth an event."""
    workload = change.workload
    if change.prices is not None:
        return True
    if change.opens > workload.attempt or (change.state is not None and change.state != workload.state):
        return True
    word = phases.word_of(State(workload.state), change.phase) if change.phase else None
    if word is not None and word != phases.open_word(workload.phases):
        return True
    if change.reason and (change.reason.code, change.reason.text) != (workload.reason_code, workload.reason_text):
        return True
    if lanes.are_counted(workload, change.lanes):
        return lanes.has_news(workload, change.lanes)
    return meter.is_turned_by(workload, tariff_in(State(workload.state), change.tariff))


def tariff_in(state: State, tariff: Tariff | None) -> Tariff | None:
    """What is billed from here on: nothing once it is over, whatever was told."""
    return Tariff.NOTHING if state in FINAL else tariff
