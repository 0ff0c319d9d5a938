"""What the pages of one project's settings share."""

from __future__ import annotations

from typing import Any

from gpuconsole.accounts.access import Viewer
from gpuconsole.projects.access import may_act_as, role_in
from gpuconsole.projects.models import Project, ProjectRole

_TABS = (
    ("general", "General", ""),
    ("members", "Members", "members/"),
    ("quotas", "Quotas and budgets", "quotas/"),
    ("secrets", "Secrets", "secrets/"),
)


def frame(viewer: Viewer, project: Project, current: str) -> dict[str, Any]:
    """Context of the head and the tabs: project, role in words, may_administer, tabs."""
    base = f"/projects/{project.slug}/settings/"
    role = role_in(viewer, project) or ProjectRole.VIEWER
    counts = {"members": project.memberships.count()}
    article = "an" if role is ProjectRole.ADMIN else "a"
    return {
        "project": project,
        "role_text": f"You are {article} {role.label.lower()} of this project",
        "may_administer": may_act_as(viewer, project, ProjectRole.ADMIN),
        "tabs": [
            {"label": label, "url": base + end, "current": word == current, "count": counts.get(word)}
            for word, label, end in _TABS
        ],
    }
