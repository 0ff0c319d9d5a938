"""Launches that ask: launched where nothing stands in the way, else kept as a request that waits for an admin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import ApiToken, User
from gpuconsole.audit import services as audit
from gpuconsole.connections.models import Connection
from gpuconsole.core import versions
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import guarding
from gpuconsole.workloads.estimates import Estimate, estimate
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL
from gpuconsole.workloads.models import LaunchRequest, Preset, Workload
from gpuconsole.workloads.requests import scopes
from gpuconsole.workloads.services.launch import fingerprint, hold, launch, refuse_other

MOST_WAITING = 20
"""Requests of one person that may wait in one project."""


@transaction.atomic
def launch_or_ask(
    *,
    project: Project,
    connection: Connection,
    spec: Spec,
    name: str,
    by: User,
    api_token: ApiToken | None = None,
    stop_after_s: int | None = None,
    guards: Guards = guarding.NONE,
    idempotency_key: str | None = None,
    labels: Sequence[str] = (),
    preset: Preset | None = None,
    why: str = "",
    may_ask: bool = True,
) -> Workload | LaunchRequest:
    """A launch; where nothing but limits that ask stands in its way, a request that an admin decides.

    Without ``may_ask`` that is refused, for whoever was not told. The same ``idempotency_key`` with the same launch
    gives the first workload or request again. Raises Refused as ``launch`` does.
    """
    hold(project)
    mark = fingerprint(connection, spec, name, stop_after_s, labels, preset, guards)
    if idempotency_key is not None:
        first = LaunchRequest.objects.filter(project=project, idempotency_key=idempotency_key).first()
        if first is not None:
            refuse_other(first, mark)
            return first
    wanted: dict[str, Any] = {
        "project": project,
        "connection": connection,
        "name": name,
        "by": by,
        "api_token": api_token,
        "stop_after_s": stop_after_s,
        "idempotency_key": idempotency_key,
        "labels": list(dict.fromkeys(labels)),
        "preset": preset,
    }
    try:
        with transaction.atomic():
            return launch(**wanted, spec=spec, guards=guards)
    except Refused as no:
        if no.code != NEEDS_APPROVAL or not may_ask:
            raise
    figures = estimate(
        project=project, connection=connection, spec=spec, owner=by, stop_after_s=stop_after_s, guards=guards
    )
    row = LaunchRequest(**wanted, guards=guards.said, why=why.strip(), request_hash=mark, spec=spec.wire())
    return _ask(row, figures)


def _ask(row: LaunchRequest, figures: Estimate) -> LaunchRequest:
    now = timezone.now()
    _refuse_flood(row, now)
    checks, pricing = figures.blocking, figures.pricing
    row.public_id, row.team_id = new_id("req"), row.project.team_id
    row.provider, row.kind = row.connection.provider, registry.get(row.connection.provider).kind
    row.hardware_id, row.gpu_model, row.gpu_count = pricing.hardware_id, pricing.hardware_model, pricing.gpu_count
    row.hourly_price, row.currency, row.rounding = pricing.hourly_price, pricing.currency, pricing.rounding
    row.longest_s, row.held = figures.longest_s, figures.upper.amount if figures.upper else None
    row.limits = sorted({check.limit for check in checks})
    row.is_of_team = bool(scopes.of_team(row.project.team, row.limits))
    row.violations = [{"limit": check.limit, "name": check.name, "text": check.finding} for check in checks]
    row.created_at, row.expires_at = now, now + settings.LAUNCH_REQUEST_WAITS
    row.save(force_insert=True)
    tell(row, "request.ask", row.by, after=_facts(row), why=row.why)
    return row


def tell(row: LaunchRequest, action: str, by: User | None, *, after: Any = None, why: str = "") -> None:
    """Audit what became of a request, and have its pages drawn anew."""
    audit.record(action, by=by, team=row.project.team, project=row.project, target=row, after=after, why=why)
    versions.bump(f"project:{row.project_id}", f"team:{row.team_id}")


def _refuse_flood(row: LaunchRequest, now: datetime) -> None:
    waiting = LaunchRequest.objects.waiting(now).filter(project=row.project, by=row.by)
    if waiting.count() >= MOST_WAITING:
        text = _("{count} requests of yours wait here already. Withdraw one, or wait for an answer.").format(
            count=MOST_WAITING
        )
        raise Refused(text, code="too_many_waiting")


def _facts(row: LaunchRequest) -> dict[str, Any]:
    return {
        "connection": row.connection.public_id,
        "hardware": row.hardware_id,
        "gpus": row.gpu_count,
        "at_most": None if row.held is None else str(row.held),
        "currency": row.currency,
        "limits": row.limits,
    }
