"""One thing that needs a person, as the overview lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gpuconsole.workloads.models import Workload


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that needs a person: what happened, why we think so, what to do about it."""

    icon: str
    css: str
    name: str
    text: str
    why: str
    at: datetime
    url: str
    action: str
    hourly: Decimal | None = None
    """What it costs now, as far as that is known; the dearest is named first."""
    other_url: str = ""
    other: str = ""
    """Another thing to do; of a workload for those alone who may act on it."""
    workload: Workload | None = None
    percent: Decimal | None = None
    pace: Decimal | None = None
    """Of a budget: how much is spent, and would be at an even pace; out of 100."""
