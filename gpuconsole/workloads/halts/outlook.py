"""What a halt would take in as things stand now: how much, what it costs, what ends for good and what only rests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gpuconsole.workloads.halts import plans
from gpuconsole.workloads.halts.burn import Burn, burn
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.models import Effect, HaltScope, InstanceEnd, Workload
from gpuconsole.workloads.states import State

LARGE = 10
"""More workloads than this, and the scope's name is to be typed."""
_NEEDED = (
    *("id", "public_id", "kind", "name", "provider", "state", "intent", "is_sandbox", "sending_at", "remote_id"),
    *("gpu_count", "gpu_model", "hardware_id", "currency", "hourly_price", "resting_hourly_price"),
    *("billed_since", "billed_tariff", "billed_lanes", "created_at", "project", "owner"),
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """One reach, looked at."""

    reach: Reach
    rows: Sequence[Workload]
    """All in it that has not ended, the dearest first; what is at rest too."""
    requests: int

    @property
    def stopping(self) -> Sequence[Workload]:
        """Those that are taken in whatever is chosen for instances."""
        return [row for row in self.rows if plans.effect_of(row, InstanceEnd.STOP) is not None]

    @property
    def resting(self) -> Sequence[Workload]:
        """Instances at rest, which only a terminate takes in."""
        return [row for row in self.rows if plans.effect_of(row, InstanceEnd.STOP) is None]

    @property
    def choosable(self) -> Sequence[Workload]:
        """Instances that are up and can be put to rest as well."""
        return [row for row in self.rows if plans.may_rest(row)]

    @property
    def is_empty(self) -> bool:
        return not self.rows and not self.requests

    @property
    def burn(self) -> Burn:
        """What all of it costs per hour now, apart from ``maybe``."""
        return burn((row.currency, plans.hourly(row)) for row in self.rows if not plans.may_cost(row))

    @property
    def maybe(self) -> Burn:
        """What launches without an answer may be costing on top."""
        return burn((row.currency, row.hourly_price) for row in self.rows if plans.may_cost(row))

    @property
    def kept(self) -> Burn:
        """What goes on being charged where instances are put to rest, such as for disks."""
        at_rest = (*self.choosable, *self.resting)
        return burn((row.currency, row.resting_hourly_price) for row in at_rest)

    @property
    def gpus(self) -> int:
        return sum(row.gpu_count for row in self.stopping)

    @property
    def pending(self) -> int:
        """Of how many the end was asked for already."""
        return sum(row.state == State.STOPPING for row in self.stopping)

    def effects(self, instances: InstanceEnd) -> Mapping[Effect, int]:
        """How many of each become what."""
        found = (plans.effect_of(row, instances) for row in self.rows)
        return Counter(effect for effect in found if effect is not None)

    @property
    def must_type(self) -> bool:
        """Whether so much is at stake that the scope's name must be typed: it is wide, it is much, or machines with
        their disks can go for good."""
        is_wide = self.reach.kind in (HaltScope.TEAM, HaltScope.CONNECTION)
        return is_wide or len(self.rows) > LARGE or bool(self.effects(InstanceEnd.TERMINATE)[Effect.TERMINATE])


def look(reach: Reach, now: datetime) -> Outlook:
    """Two queries."""
    rows = reach.workloads().exclude(state=State.DRAFT).select_related("project", "owner")
    found = list(rows.only(*_NEEDED, "project__name", "project__slug", "owner__name", "owner__email").order_by("-id"))
    found.sort(key=lambda row: plans.hourly(row) or 0, reverse=True)
    return Outlook(reach, found, reach.requests(now).count())
