"""Writes news down, in the transaction of what it tells of; it needs nothing but PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gpuconsole.accounts.models import Team
from gpuconsole.core.ids import new_id
from gpuconsole.notify.models import News
from gpuconsole.notify.occasions import Occasion
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Workload


def tell(
    occasion: Occasion,
    *,
    key: str,
    subject: str,
    text: str,
    now: datetime,
    workload: Workload | None = None,
    team: Team | None = None,
    project: Project | None = None,
    path: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Let it be told. ``key`` names what it is about: a second piece of news with the same key is none.

    Of a workload it is told to its owner and the project's admins, else to the admins of ``project`` or ``team``.
    """
    whose = workload.team_id if workload else team.pk if team else project.team_id if project else None
    assert whose is not None, "news are a team's"
    row = News(
        public_id=new_id("news"),
        key=key[:120],
        occasion=occasion.slug,
        team_id=whose,
        project_id=workload.project_id if workload else project.pk if project else None,
        workload=workload,
        at=now,
        subject=" ".join(subject.split())[:200],
        text=text,
        path=path or (workload.get_absolute_url() if workload else ""),
        facts={**(_facts(workload) if workload else {}), **(facts or {})},
    )
    News.objects.bulk_create([row], ignore_conflicts=True)


def _facts(workload: Workload) -> dict[str, Any]:
    """A workload as a webhook is told of it; null is unknown."""
    return {
        "workload": {
            "id": workload.public_id,
            "kind": workload.kind,
            "name": workload.name,
            "provider": workload.provider,
            "state": workload.state,
            "reason": workload.reason_code,
            "provider_id": workload.remote_id,
            "hourly_now": workload.hourly_now,
            "currency": workload.currency,
            "is_billed": workload.billed_since is not None,
            "is_sandbox": workload.is_sandbox,
        }
    }
