"""What the pages of one project's settings share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.projects.access import may_act_as, role_in
from gpuconsole.projects.models import Project, ProjectRole

_TABS = (
    ("general", gettext_noop("General"), ""),
    ("members", gettext_noop("Members"), "members/"),
    ("quotas", gettext_noop("Quotas and budgets"), "quotas/"),
    ("providers", gettext_noop("Providers"), "providers/"),
    ("presets", gettext_noop("Presets"), "presets/"),
    ("secrets", gettext_noop("Secrets"), "secrets/"),
    ("webhooks", gettext_noop("Webhook"), "webhooks/"),
)
_OF_ADMINS = frozenset({"webhooks"})
_YOU_ARE = {
    ProjectRole.ADMIN: gettext_noop("You are an admin of this project"),
    ProjectRole.MEMBER: gettext_noop("You are a member of this project"),
    ProjectRole.VIEWER: gettext_noop("You are a viewer of this project"),
}


def frame(viewer: Viewer, project: Project, current: str) -> dict[str, Any]:
    """Context of the head and the tabs: project, section (the open tab; empty: the first), role in words,
    may_administer, tabs."""
    base = f"/projects/{project.slug}/settings/"
    role = role_in(viewer, project) or ProjectRole.VIEWER
    counts = {"members": project.memberships.count()}
    may_administer = may_act_as(viewer, project, ProjectRole.ADMIN)
    return {
        "project": project,
        "section": next((_(label) for word, label, end in _TABS if word == current and end), ""),
        "role_text": _(_YOU_ARE[role]),
        "may_administer": may_administer,
        "tabs": [
            {"label": _(label), "url": base + end, "current": word == current, "count": counts.get(word)}
            for word, label, end in _TABS
            if may_administer or word not in _OF_ADMINS
        ],
    }
