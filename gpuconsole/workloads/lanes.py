"""What a provider bills side by side, such as each node of a job: kept on the row, so that costs need no query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gpuconsole.providers import remote
from gpuconsole.workloads.models import Workload


@dataclass(frozen=True, slots=True)
class Lane:
    """One of them as we count it: ``since`` by our clock, ``said`` as the provider stamped it."""

    id: str
    since: datetime
    said: datetime
    hourly_price: Decimal | None
    is_open: bool = True

    def as_json(self) -> dict[str, str | bool | None]:
        """As the row keeps it."""
        price = None if self.hourly_price is None else str(self.hourly_price)
        said, since = self.said.isoformat(), self.since.isoformat()
        return {"id": self.id, "since": since, "said": said, "price": price, "is_open": self.is_open}


def held(workload: Workload) -> Iterator[Lane]:
    """All that were ever counted, in the order in which they were told."""
    for row in workload.billed_lanes:
        price = None if row["price"] is None else Decimal(row["price"])
        since, said = datetime.fromisoformat(row["since"]), datetime.fromisoformat(row["said"])
        yield Lane(row["id"], since, said, price, row["is_open"])


def still_open(workload: Workload) -> list[Lane]:
    """Those that are billed just now."""
    return [lane for lane in held(workload) if lane.is_open]


def keep(workload: Workload, lanes: Iterable[Lane]) -> None:
    """Write them to the row."""
    workload.billed_lanes = [lane.as_json() for lane in lanes]


def are_counted(workload: Workload, told: Sequence[remote.Lane]) -> bool:
    """Whether the work is counted lane by lane: from its first billed second on, or not at all."""
    is_new = workload.billed_since is None and workload.billed_until is None
    return bool(workload.billed_lanes) or (bool(told) and is_new)


def has_news(workload: Workload, told: Sequence[remote.Lane]) -> bool:
    """Whether a lane came up or ended since we counted last."""
    known = {lane.id: lane.is_open for lane in held(workload)}
    return any(known.get(lane.id) is None or (known[lane.id] and lane.ended_at is not None) for lane in told)
