"""Which findings a viewer sees, and what they may do about one."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.inventory.models import Finding, FindingKind, FindingQuerySet, FindingState
from gpuconsole.projects.access import may_act_as, visible_projects
from gpuconsole.projects.models import ProjectRole


def visible(viewer: Viewer) -> FindingQuerySet:
    """All of the team's for its admins; for others those about work of projects that they have a role in. What was
    seen only once is nobody's yet."""
    if viewer.team is None or viewer.team_role is None or not viewer.scopes:
        return Finding.objects.none()
    found = Finding.objects.filter(team=viewer.team).exclude(state=FindingState.SEEN)
    if viewer.may_administer:
        return found
    return found.filter(workload__project__in=visible_projects(viewer).values("pk"))


def find(viewer: Viewer, public_id: str) -> Finding:
    """The finding with its connection and record. Raises Http404 where the viewer does not see it."""
    rows = visible(viewer).select_related("team", "connection", "workload", "workload__project", "asked_by")
    finding = rows.filter(public_id=public_id.replace("\0", "")).first()
    if finding is None:
        raise Http404
    return finding


def may_settle(viewer: Viewer, finding: Finding) -> bool:
    """Whether it is theirs to adopt, end or put aside: an admin of the team, or of the project whose work it is."""
    if viewer.may_administer:
        return True
    return finding.workload is not None and may_act_as(viewer, finding.workload.project, ProjectRole.ADMIN)


def may_mark_ended(viewer: Viewer, finding: Finding) -> bool:
    """Whether their word is enough to close lost work: it ends the count of money without a proof."""
    return viewer.may_administer and finding.kind == FindingKind.GHOST


def require_settle(viewer: Viewer, finding: Finding) -> None:
    """Raises PermissionDenied where it is not theirs to settle."""
    if not may_settle(viewer, finding):
        raise PermissionDenied(_("Only an admin of the team, or of the project whose work it is, settles this."))


def require_team_admin_of(viewer: Viewer, finding: Finding) -> None:
    """Raises PermissionDenied for everybody but the team's admins."""
    if not viewer.may_administer:
        raise PermissionDenied(_("Only owners and admins of the team may close lost work by their word."))
