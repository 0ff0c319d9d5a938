"""Launches that are held: where everything was stopped, nothing new begins until somebody lets it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.projects.models import Project
from gpuconsole.workloads.limits.verdicts import Check
from gpuconsole.workloads.models import Halt, HaltScope

HELD = "launches_held"


def checks(project: Project, connection: Connection) -> Sequence[Check]:
    """The line beside the Launch button where launches are held; it stands in the way of starts and retries too."""
    reaches = Q(scope=HaltScope.TEAM) | Q(scope=HaltScope.PROJECT, project=project)
    reaches |= Q(scope=HaltScope.CONNECTION, connection=connection)
    found = Halt.objects.holding().filter(reaches, team=project.team_id)
    halt = found.select_related("team", "person", "project", "connection", "by").order_by("pk").first()
    if halt is None:
        return ()
    who = halt.by.display_name if halt.by else _("Whoever runs this console")
    since = formats.exact_time(halt.started_at)
    text = _(
        "Held since {since} UTC: {who} stopped everything {phrase}. An admin lets launches be made again there."
    ).format(since=since, who=who, phrase=halt.phrase)
    return (Check(_("Launches"), False, text, code=HELD),)
