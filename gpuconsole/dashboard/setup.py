"""The first steps of a team: a team, a connection, a project, a launch; each done when there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections.access import visible_connections
from gpuconsole.projects.access import visible_projects
from gpuconsole.providers import registry
from gpuconsole.workloads import access


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, why, whether it is done, whether it is the next, and the way to it."""

    number: int
    title: str
    text: str
    is_done: bool
    is_next: bool
    url: str
    action: str
    is_allowed: bool = True


def has_launched(viewer: Viewer) -> bool:
    """Whether anything was ever launched in the team in focus."""
    return access.visible_workloads(viewer).exists()


def context(viewer: Viewer) -> dict[str, Any]:
    team = viewer.team
    done = [
        team is not None,
        visible_connections(viewer).exists(),
        visible_projects(viewer).filter(archived_at=None).exists(),
        has_launched(viewer),
    ]
    following = done.index(False) if False in done else None
    facts = f"{team.name}, {team.time_zone}, {team.currency}." if team else _("Ask an admin to invite you.")
    may = viewer.may_administer
    rows = [
        (_("Create the team"), facts, "/team/", _("Change"), may),
        (
            _("Connect a provider"),
            _(
                "Paste a key and it is tested with read-only calls. Not ready? The sandbox behaves like the real thing "
                "and costs nothing."
            ),
            "/connections/new/",
            _("Connect a provider"),
            may,
        ),
        (
            _("Make a project and set its budget"),
            _("People launch inside projects. A budget and a GPU quota keep surprises small."),
            "/projects/new/",
            _("Make a project"),
            may,
        ),
        (
            _("Launch something small"),
            _("Pick a provider, fill in its own fields, see the price, press Launch."),
            "/launch/",
            _("Launch a test"),
            True,
        ),
    ]
    steps = [
        Step(index + 1, title, text, done[index], index == following, url, action, allowed)
        for index, (title, text, url, action, allowed) in enumerate(rows)
    ]
    has_sandbox = bool(settings.SIMULATOR_URL)
    return {"steps": steps, "done": sum(done), "providers": registry.every(), "has_sandbox": has_sandbox}
