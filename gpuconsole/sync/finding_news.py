"""Tells of findings that need a person: the one place from which news about them go out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.inventory.models import Finding, FindingKind, Mark
from gpuconsole.inventory.pages import rate
from gpuconsole.notify import news, occasions
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload

logger = logging.getLogger(__name__)

MOST_TOLD = 20
LATE_FROM_MIN = 15


def tell_shown(connection: Connection, rows: Sequence[Finding], now: datetime) -> None:
    """A second look bore them out. Of the strays among them one piece of news goes out a project, however many they
    are; other consoles' work is none, and of lost work the work itself speaks."""
    for row in rows:
        logger.warning("found", extra={"finding": row.public_id, "kind": row.kind, "remote_id": row.remote_id})
    strays = [row for row in rows if row.kind == FindingKind.STRAY and row.mark != Mark.OTHER]
    for project, theirs in _by_project(strays).items():
        _tell_strays(connection, project, theirs, now)


def _by_project(strays: Sequence[Finding]) -> dict[Project | None, list[Finding]]:
    """By the project of the record that launched each; None: no record is known, so that it is the team's alone."""
    launched = {row.workload_id for row in strays if row.workload_id is not None}
    records = Workload.objects.filter(pk__in=launched).select_related("project").only("project") if launched else ()
    projects = {record.pk: record.project for record in records}
    found: dict[Project | None, list[Finding]] = {}
    for row in strays:
        found.setdefault(projects.get(row.workload_id or 0), []).append(row)
    return found


def _tell_strays(connection: Connection, project: Project | None, strays: Sequence[Finding], now: datetime) -> None:
    first, name = strays[0], registry.get(connection.provider).name
    one = _("{provider} lists {stray}, and no record here explains it").format(provider=name, stray=first)
    what = formats.plural(len(strays), "stray", "strays")
    news.tell(
        occasions.STRAY,
        key=f"stray:{first.public_id}",
        subject=one
        if len(strays) == 1
        else _("{strays} on {connection}").format(strays=what, connection=connection.name),
        text="\n".join(f"{row} ({row.remote_id}): {rate(row)}" for row in strays[:MOST_TOLD]),
        team=connection.team,
        project=project,
        path=f"/reconcile/{first.public_id}/" if len(strays) == 1 else "/reconcile/?kind=stray",
        facts={"findings": [_facts(row) for row in strays[:MOST_TOLD]]},
        now=now,
    )


def tell_late(row: Finding, minutes: int, now: datetime) -> None:
    """Its end was asked for so long ago, and the provider has not confirmed it."""
    logger.error("an end is not confirmed", extra={"finding": row.public_id, "minutes": minutes})
    if minutes < LATE_FROM_MIN:
        return
    name = registry.get(row.provider).name
    text = _("It was asked of {provider}. It may go on costing {price}.")
    news.tell(
        occasions.LATE,
        key=f"late:{row.public_id}:{minutes}",
        subject=_("The end of {stray} is not confirmed after {minutes} minutes").format(stray=row, minutes=minutes),
        text=f"{text.format(provider=name, price=rate(row))} {row.end_error}".strip(),
        team=row.team,
        project=row.workload.project if row.workload else None,
        path=f"/reconcile/{row.public_id}/",
        facts={"findings": [_facts(row)]},
        now=now,
    )


def _facts(row: Finding) -> dict[str, Any]:
    """A finding as a webhook is told of it; null is unknown."""
    return {
        "id": row.public_id,
        "kind": row.kind,
        "provider": row.provider,
        "provider_id": row.remote_id,
        "name": row.name,
        "mark": row.mark,
        "token": row.token,
        "hourly_now": row.hourly_now,
        "currency": row.currency,
    }
