"""The quotas and budgets that have a say about a launch, and the locks that make checking and reserving one act."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import Team, User
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Budget, Project, Quota


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one person's work in one project; of the whole team first."""

    quotas: tuple[Quota, ...] = ()
    budgets: tuple[Budget, ...] = ()


def of(project: Project, owner: User | None) -> Rules:
    """Two queries. Work without an owner is nobody's: limits for persons do not count it."""
    here = Q(team=project.team_id) & (Q(project=None) | Q(project=project))
    own = Q(member=None) if owner is None else Q(member=None) | Q(member=owner)
    found = Quota.objects.filter(here & own).select_related("member").order_by("project_id", "pk")
    quotas = tuple(one for one in found if owner is not None or not one.each_member)
    budgets = tuple(Budget.objects.filter(here).order_by("project_id", "pk"))
    for quota in quotas:
        quota.team = project.team
    for budget in budgets:
        budget.team = project.team
    return Rules(quotas, budgets)


def lock(project: Project) -> Project:
    """Hold what a launch in the project counts against: the team's row, where a team-wide rule exists, then the
    project's, so that two launches can't both take the last of it. Gives the row as it is now.

    Inside a transaction; what sets team-wide rules takes the same locks.
    """
    is_wide = _has_team_rules(project.team_id)
    while True:
        before = transaction.savepoint()
        if is_wide:
            Team.objects.select_for_update(no_key=True).get(pk=project.team_id)
        fresh = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if is_wide or not _has_team_rules(project.team_id):
            transaction.savepoint_commit(before)
            return fresh
        # a first rule for the whole team came while we waited: let go, and take the team's row first
        transaction.savepoint_rollback(before)
        is_wide = True


def lock_all(team: Team, project: Project | None) -> None:
    """Hold what a change of a rule concerns, in the order of ``lock``: the project, or the team with all of its own."""
    if project is not None:
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        return
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    list(Project.objects.select_for_update(no_key=True).filter(team=team).order_by("pk").values_list("pk"))


def refuse_archived(project: Project) -> None:
    """Raises Refused where the project takes no more work."""
    if project.archived_at is not None:
        raise Refused(_("The project is archived: nothing is launched in it any more."), code="archived")


def _has_team_rules(team_id: int) -> bool:
    quotas, budgets = (model.objects.filter(team=OuterRef("pk"), project=None) for model in (Quota, Budget))
    return Team.objects.filter(Exists(quotas) | Exists(budgets), pk=team_id).exists()
