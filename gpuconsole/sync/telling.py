"""What the engine finds out about work that its owner, the project's admins and the team's webhook should hear."""

from __future__ import annotations

from datetime import datetime

from gpuconsole.core import formats
from gpuconsole.notify import news, occasions
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload


def lost(workload: Workload, now: datetime) -> None:
    """Its provider no longer lists it, as often and as long as it takes to be sure."""
    text = f"{_provider(workload)} no longer lists it. {may_cost(workload)} We go on looking for it."
    key = f"lost:{workload.pk}:{now:%Y%m%d%H%M%S}"
    news.tell(occasions.LOST, key=key, subject=f"{workload.name} is lost", text=text, workload=workload, now=now)


def undecided(workload: Workload, now: datetime) -> None:
    """Its launch was sent, and the time to look for it is over."""
    text = f"It was sent, and {_provider(workload)} did not confirm it. {may_cost(workload)} {workload.reason_text}"
    news.tell(
        occasions.DECISION,
        key=f"decision:{workload.token}",
        subject=f"The launch of {workload.name} needs a decision",
        text=text,
        workload=workload,
        path=f"{workload.get_absolute_url()}decide/",
        now=now,
    )


def may_cost(workload: Workload) -> str:
    """What it would cost if it ran, which nobody knows just now."""
    if workload.hourly_price is None:
        return "What it may be costing is not known."
    return f"It may be costing {formats.hourly(workload.hourly_price, workload.currency)}."


def _provider(workload: Workload) -> str:
    return registry.get(workload.provider).name
