"""What the engine finds out about work that its owner, the project's admins and the team's webhook should hear."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.notify import news, occasions
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload


def lost(workload: Workload, now: datetime) -> None:
    """Its provider no longer lists it, as often and as long as it takes to be sure."""
    gone = _("{provider} no longer lists it.").format(provider=_provider(workload))
    text = " ".join((gone, may_cost(workload), _("We go on looking for it.")))
    key = f"lost:{workload.pk}:{now:%Y%m%d%H%M%S}"
    news.tell(
        occasions.LOST,
        key=key,
        subject=_("{workload} is lost").format(workload=workload.name),
        text=text,
        workload=workload,
        now=now,
    )


def undecided(workload: Workload, now: datetime) -> None:
    """Its launch was sent, and the time to look for it is over."""
    sent = _("It was sent, and {provider} did not confirm it.").format(provider=_provider(workload))
    text = f"{sent} {may_cost(workload)} {workload.reason_text}"
    news.tell(
        occasions.DECISION,
        key=f"decision:{workload.token}",
        subject=_("The launch of {workload} needs a decision").format(workload=workload.name),
        text=text,
        workload=workload,
        path=f"{workload.get_absolute_url()}decide/",
        now=now,
    )


def may_cost(workload: Workload) -> str:
    """What it would cost if it ran, which nobody knows just now."""
    if workload.hourly_price is None:
        return _("What it may be costing is not known.")
    return _("It may be costing {price}.").format(price=formats.hourly(workload.hourly_price, workload.currency))


def _provider(workload: Workload) -> str:
    return registry.get(workload.provider).name
