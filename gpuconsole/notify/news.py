"""Writes news down, in the transaction of what it tells of; it needs nothing but PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from gpuconsole.accounts.models import Team
from gpuconsole.core.ids import new_id
from gpuconsole.notify.models import News
from gpuconsole.notify.occasions import Occasion
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Workload


class Said(TypedDict, total=False):
    """What a piece of news says. ``key`` names what it is about: a second one with the same key is none."""

    key: Required[str]
    subject: Required[str]
    text: Required[str]
    now: Required[datetime]
    workload: Workload
    team: Team
    project: Project | None
    path: str
    """Where more is to be seen; of a workload its page, where nothing is said."""
    facts: Mapping[str, Any]
    """What a webhook is told besides."""


def tell(occasion: Occasion, **said: Unpack[Said]) -> None:
    """Let one piece of news be told."""
    write([piece(occasion, **said)])


def write(pieces: Sequence[News]) -> None:
    """Let all of them be told; one whose key is there already is no news."""
    if pieces:
        News.objects.bulk_create(pieces, ignore_conflicts=True)


def piece(occasion: Occasion, **said: Unpack[Said]) -> News:
    """A piece of news, not written yet: of a workload, else of ``project`` or ``team``. The occasion says for whom."""
    workload, project, team = said.get("workload"), said.get("project"), said.get("team")
    whose = workload.team_id if workload else team.pk if team else project.team_id if project else None
    assert whose is not None, "news are a team's"
    return News(
        public_id=new_id("news"),
        key=said["key"][:120],
        occasion=occasion.slug,
        team_id=whose,
        project_id=workload.project_id if workload else project.pk if project else None,
        workload=workload,
        at=said["now"],
        subject=" ".join(said["subject"].split())[:200],
        text=said["text"],
        path=said.get("path", "") or (workload.get_absolute_url() if workload else ""),
        facts={**(_facts(workload) if workload else {}), **said.get("facts", {})},
    )


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
