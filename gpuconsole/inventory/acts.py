"""What may be done about a finding just now: the buttons of its page and of its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.inventory import access
from gpuconsole.inventory.models import Finding, FindingKind, FindingState
from gpuconsole.inventory.services.adoption import waits_for_decision


@dataclass(frozen=True, slots=True)
class Act:
    """One button: what it says, where it leads, how it looks; ``is_press`` asks nothing first."""

    label: str
    url: str
    icon: str
    css: str = ""
    is_press: bool = False


def of(viewer: Viewer, row: Finding, now: datetime) -> Sequence[Act]:
    """In the order in which they are most likely wanted; empty for whoever may only look."""
    if row.is_closed or not access.may_settle(viewer, row):
        return []
    return [*_own(viewer, row), *_aside(row, now)]


def _own(viewer: Viewer, row: Finding) -> list[Act]:
    if row.kind == FindingKind.GHOST and access.may_mark_ended(viewer, row):
        return [Act(_("Mark as ended…"), _url("ended", row), "flag")]
    if row.kind != FindingKind.STRAY:
        return []
    if row.state == FindingState.ENDING:
        return [Act(_("Ask again now"), _url("terminate", row), "refresh-cw", is_press=True)]
    adopt = [] if waits_for_decision(row) else [Act(_("Adopt…"), _url("adopt", row), "import")]
    return [*adopt, Act(_("Terminate…"), _url("terminate", row), "trash-2", "button-danger")]


def _aside(row: Finding, now: datetime) -> list[Act]:
    if row.state == FindingState.ENDING:
        return []
    if row.is_put_aside(now):
        return [Act(_("Stop ignoring"), _url("take-back", row), "eye", is_press=True)]
    return [Act(_("Ignore…"), _url("ignore", row), "eye-off")]


def _url(verb: str, row: Finding) -> str:
    return reverse(f"finding-{verb}", args=(row.public_id,))
