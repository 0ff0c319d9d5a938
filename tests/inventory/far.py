"""What somebody else does at the same account, past this console, and how the console takes note of it."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from gpuconsole.connections.models import Connection
from gpuconsole.connections.opening import open_adapter
from gpuconsole.core.ids import new_id
from gpuconsole.inventory.models import Finding, FindingKind, FindingState
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Remote, RemoteState, Tariff
from gpuconsole.workloads.models import Workload
from tests.contract.samples import sample
from tests.sync.bench import Engine

BY_HAND = "made-by-hand"
THEIRS = "gc-0the0123456789abcdef"


def launch_elsewhere(engine: Engine, slug: str, token: str = BY_HAND, **changes: object) -> Remote:
    """Made at the provider itself, with the account's own key."""
    spec = registry.get(slug).spec.read({**copy.deepcopy(sample(slug)), **changes})
    return open_adapter(engine.connect(slug)).launch(spec, token, {})


def look(engine: Engine, slug: str = "baseten", times: int = 1, after_s: float = 400) -> None:
    """So many inventories, each in a round of its own."""
    for _ in range(times):
        engine.wait_here(after_s)
        engine.sync(slug)


def look_now(engine: Engine, slug: str = "baseten", times: int = 1) -> None:
    """The same without a turn of our own clock, which the services of people do not follow."""
    for _ in range(times):
        Connection.objects.update(next_inventory_at=None, breaker_until=None)
        engine.wait_here(0)
        engine.sync(slug)


def shown() -> list[Finding]:
    """Everything that people are shown, oldest first."""
    return list(Finding.objects.exclude(state=FindingState.SEEN).order_by("pk"))


def ghost_of(workload: Workload) -> Finding:
    """What an inventory makes of lost work."""
    return make_finding(workload, FindingKind.GHOST, workload=workload, name=workload.name)


def make_finding(like: Workload, kind: FindingKind = FindingKind.STRAY, **fields: Any) -> Finding:
    """One on the connection of a workload, as an inventory writes it."""
    now = timezone.now()
    usual: dict[str, Any] = {
        "remote_id": like.remote_id if kind != FindingKind.STRAY else f"remote-{new_id('x')}",
        "state": FindingState.OPEN,
        "remote_status": "RUNNING",
        "remote_state": RemoteState.RUNNING.value,
        "tariff": Tariff.RUN,
        "hardware_id": like.hardware_id,
        "gpu_model": like.gpu_model,
        "gpu_count": like.gpu_count,
        "hourly_price": like.hourly_price,
        "hourly_now": like.hourly_price,
        "currency": like.currency,
        "rounding": like.rounding,
        "said_started_at": now - timedelta(hours=2),
        "first_seen_at": now - timedelta(hours=1),
        "last_seen_at": now - timedelta(hours=1),
    }
    row = Finding(
        public_id=new_id("find"),
        team_id=like.team_id,
        connection=like.connection,
        provider=like.provider,
        kind=kind,
        **{**usual, **fields},
    )
    row.tell(row.first_seen_at, gettext("First seen"))
    row.save()
    return row
