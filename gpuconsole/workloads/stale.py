"""Work whose provider was not heard of for a while: how old its state is, and which accounts that is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.providers import registry
from gpuconsole.workloads import access
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State

STALE_AFTER = timedelta(minutes=3)
"""Steady work is looked at once a minute at the least."""


@dataclass(frozen=True, slots=True)
class Silent:
    """An account of which there is no news, and how many workloads of it a person sees that have not ended."""

    provider: str
    url: str
    since: datetime
    live: int


def words(workload: Workload, now: datetime) -> str:
    """``6 m old``, to stand beside its state; empty while the state is fresh, or for good."""
    if workload.is_final or workload.state == State.SUBMITTING or workload.seen_at is None:
        return ""
    age = now - workload.seen_at
    return _("{age} old").format(age=formats.age(age)) if age > STALE_AFTER else ""


def silent_accounts(viewer: Viewer, now: datetime) -> ArraySubquery:
    """To be selected beside a team: its accounts without news, for ``told`` to read."""
    live = access.visible_workloads(viewer).not_ended().filter(connection=OuterRef("pk"), remote_id__gt="")
    count = live.order_by().values("connection").annotate(count=Count("pk")).values("count")
    rows = Connection.objects.kept().filter(team=OuterRef("pk"), synced_at__lt=now - STALE_AFTER)
    return ArraySubquery(
        rows.order_by("synced_at").values(
            told=JSONObject(provider="provider", id="public_id", since="synced_at", live=Subquery(count))
        )
    )


def told(found: Sequence[dict[str, Any]]) -> list[Silent]:
    """Those on which this person has work."""
    return [
        Silent(
            registry.get(one["provider"]).name,
            f"/connections/{one['id']}/",
            datetime.fromisoformat(one["since"]),
            one["live"],
        )
        for one in found
        if one["live"]
    ]
