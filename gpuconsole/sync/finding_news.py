"""Tells of findings that need a person: the one place from which news about them go out."""

from __future__ import annotations

import logging

from django.utils import timezone

from gpuconsole.inventory import pages
from gpuconsole.inventory.models import Finding, FindingKind
from gpuconsole.notify import news, occasions
from gpuconsole.notify.occasions import Occasion
from gpuconsole.providers import registry
from gpuconsole.workloads.models import ESCALATED_AFTER_MIN

logger = logging.getLogger(__name__)


def tell_shown(row: Finding) -> None:
    """A second look bore it out, or work is lost: it is in the inbox from now on."""
    _log("found", row)
    if row.kind == FindingKind.STRAY:
        text = f"No record here explains what {registry.get(row.provider).name} runs. It costs {pages.rate(row)}."
        _tell(occasions.STRAY, row, f"stray:{row.pk}", f"{row} may be orphaned", text)


def tell_late(row: Finding, minutes: int) -> None:
    """Its end was asked for so long ago, and the provider has not confirmed it."""
    _log("an end is not confirmed", row, minutes=minutes)
    if minutes >= ESCALATED_AFTER_MIN[1]:
        name = registry.get(row.provider).name
        text = f"{name} was asked {row.end_tries} times and has not confirmed it. It costs {pages.rate(row)}."
        subject = f"{row}: its end is not confirmed after {minutes} minutes"
        _tell(occasions.LATE, row, f"stray-late:{row.pk}:{minutes}", subject, text)


def _tell(occasion: Occasion, row: Finding, key: str, subject: str, text: str) -> None:
    """To the team's admins and its webhook: a stray is in no project."""
    path, now = f"/reconcile/{row.public_id}/", timezone.now()
    news.tell(occasion, key=key, subject=subject, text=text, team=row.team, path=path, now=now)


def _log(what: str, row: Finding, **more: int) -> None:
    facts = {"finding": row.public_id, "kind": row.kind, "connection": row.connection_id, "remote_id": row.remote_id}
    logger.warning(what, extra={**facts, **more})
