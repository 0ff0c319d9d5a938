"""Projects: making them, describing them, and their members."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.accounts.models import Invitation, Membership, Team, User
from gpuconsole.audit import services as audit
from gpuconsole.core import blockers, versions
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Project, ProjectMember, ProjectRole

_RESERVED = {"new", "switch"}  # addresses below /projects/


@transaction.atomic
def create(*, team: Team, name: str, by: User, slug: str = "", description: str = "") -> Project:
    """A new project with its maker as admin; ``slug`` is made of the name where none is given."""
    slug = slug or _free_slug(team, name)
    if slug in _RESERVED:
        raise Refused(_("This short name is taken by the console. Pick another."), field="slug")
    try:
        with transaction.atomic():
            project = Project.objects.create(team=team, name=name, slug=slug, description=description)
    except IntegrityError as error:
        raise Refused(
            _("The team has a project with the short name {slug} already.").format(slug=slug), field="slug"
        ) from error
    ProjectMember.objects.create(project=project, user=by, role=ProjectRole.ADMIN)
    audit.record("project.create", by=by, team=team, target=project, project=project, after={"slug": slug})
    versions.bump(f"team:{team.pk}")
    return project


def update(
    *,
    project: Project,
    by: User,
    name: str,
    description: str,
    default_stop_after_s: int | None,
    may_never_end: bool,
    keep_output_days: int | None,
    ask_first_above: Decimal | None,
) -> None:
    """Change what describes the project; the slug stays, so that links and scripts keep working."""
    wanted = {
        "name": name,
        "description": description,
        "default_stop_after_s": default_stop_after_s,
        "may_never_end": may_never_end,
        "keep_output_days": keep_output_days,
        "ask_first_above": ask_first_above,
    }
    _write(project, by, "project.update", wanted)


def archive(*, project: Project, by: User) -> None:
    """Close the project for launches; its history stays. Refused, with the list, while work in it is active."""
    standing = blockers.of(project)
    if standing:
        count = len(standing)
        text = ngettext(
            "{count} workload is still active in {project}. End the work first.",
            "{count} workloads are still active in {project}. End the work first.",
            count,
        ).format(count=count, project=project.name)
        raise Refused(text, code="active_work", details=standing)
    _write(project, by, "project.archive", {"archived_at": project.archived_at or timezone.now()})


def unarchive(*, project: Project, by: User) -> None:
    """Open an archived project for launches again."""
    _write(project, by, "project.unarchive", {"archived_at": None})


@transaction.atomic
def set_role(*, project: Project, user: User, role: ProjectRole, by: User) -> ProjectMember:
    """Let a member of the team into the project, or change what they may do there."""
    if not Membership.objects.filter(team=project.team_id, user=user).exists():
        raise Refused(_("Only members of the team can be in its projects. Invite them first."), field="user")
    before = ProjectMember.objects.filter(project=project, user=user).values_list("role", flat=True).first()
    member, _is_new = ProjectMember.objects.update_or_create(project=project, user=user, defaults={"role": role})
    if before != role:
        audit.record(
            "project.role",
            by=by,
            team=project.team,
            project=project,
            target=user,
            before={"role": before} if before else {},
            after={"role": role.value},
        )
    return member


@transaction.atomic
def remove_member(*, member: ProjectMember, by: User) -> None:
    """Take somebody out of the project."""
    project, user = member.project, member.user
    member.delete()
    audit.record("project.remove", by=by, team=project.team, project=project, target=user, before={"role": member.role})


def grant_invited(sender: object, invitation: Invitation, user: User, **kwargs: object) -> None:
    """Receives accepted invitations: the role in the project that they name."""
    if invitation.project_id is None or not invitation.project_role:
        return
    project = Project.objects.select_related("team").get(pk=invitation.project_id)
    set_role(project=project, user=user, role=ProjectRole(invitation.project_role), by=invitation.by or user)


@transaction.atomic
def _write(project: Project, by: User, action: str, wanted: dict[str, Any]) -> None:
    """Write what differs, with its audit record; the row is locked, since launches lock it too."""
    row = Project.objects.select_for_update(of=("self",)).select_related("team").get(pk=project.pk)
    before, after = audit.changes(row, wanted)
    if not after:
        return
    for name in after:
        setattr(row, name, wanted[name])
        setattr(project, name, wanted[name])
    row.save(update_fields=list(after))
    audit.record(action, by=by, team=row.team, project=row, target=row, before=before, after=after)
    versions.bump(f"project:{row.pk}", f"team:{row.team_id}")


def _free_slug(team: Team, name: str) -> str:
    stem = slugify(name)[:70] or "project"
    taken = set(Project.objects.filter(team=team, slug__startswith=stem).values_list("slug", flat=True)) | _RESERVED
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
