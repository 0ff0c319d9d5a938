"""What can be done with our own record of a workload, for the menu of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.workloads import access
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, State


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: where it leads, and why that can't be just now (empty: it can)."""

    label: str
    url: str
    icon: str
    reason: str = ""
    asks: bool = True
    css: str = ""


def of(viewer: Viewer, workload: Workload, url: str) -> Sequence[Entry]:
    """Whoever sees it may keep a copy; the rest is for those who may act on it."""
    download = Entry(_("Download the record"), f"{url}record.json", "download", asks=False)
    if not access.may_act(viewer, workload):
        return [download]
    on_its_way = _("Its launch is on its way.") if workload.state == State.SUBMITTING else ""
    not_over = "" if workload.state in FINAL else _("Only the record of what has ended can be deleted.")
    return [
        Entry(_("Rename"), f"{url}rename/", "pencil-line"),
        Entry(_("Labels"), f"{url}labels/", "tag"),
        Entry(_("Move to another project"), f"{url}project/", "folder-input", on_its_way),
        download,
        Entry(_("Delete the record"), f"{url}delete-record/", "trash-2", not_over, css="danger"),
    ]
