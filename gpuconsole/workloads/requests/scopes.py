"""Whose limits stand against a launch: those of the project, or of the whole team."""

from __future__ import annotations

from collections.abc import Collection

from gpuconsole.accounts.models import Team
from gpuconsole.projects.models import Quota
from gpuconsole.workloads.limits.money import TEAM_BUDGET


def of_team(team: Team, limits: Collection[str]) -> frozenset[str]:
    """Those of the limits, by key, that hold for the whole team and that no project's admin may waive."""
    wide = Quota.objects.filter(team=team, project=None, public_id__in=limits).values_list("public_id", flat=True)
    return frozenset(wide) | (frozenset(limits) & {TEAM_BUDGET})
