"""Who sees which workload, and who may do what with it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from gpuconsole.accounts.models import ApiToken, Scope, TeamRole
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads.access import find_workload, may_ever, require, visible_workloads
from gpuconsole.workloads.states import Kind, Verb
from tests.factories_workloads import Lab, make_lab, make_user, make_viewer


def test_a_stranger_sees_nothing_and_finds_a_404(lab: Lab) -> None:
    workload, other = lab.workload(), make_lab("other")
    stranger = make_viewer(other.owner, other.team)
    assert not visible_workloads(stranger).exists()
    with pytest.raises(Http404):
        find_workload(stranger, workload.public_id)


def test_a_member_of_the_team_sees_only_the_projects_with_a_role(lab: Lab) -> None:
    hidden = lab.workload()
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    shown = lab.launch(project=other)
    viewer = make_viewer(make_user(lab.team, other=ProjectRole.VIEWER), lab.team)
    assert list(visible_workloads(viewer)) == [shown]
    with pytest.raises(Http404):
        find_workload(viewer, hidden.public_id)


def test_a_job_is_no_instance(lab: Lab) -> None:
    job, viewer = lab.launch("baseten"), make_viewer(lab.owner, lab.team)
    assert find_workload(viewer, job.public_id, Kind.JOB) == job
    with pytest.raises(Http404):
        find_workload(viewer, job.public_id, Kind.INSTANCE)


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [(ProjectRole.VIEWER, False, False), (ProjectRole.MEMBER, True, False), (ProjectRole.ADMIN, True, True)],
)
def test_members_act_on_their_own_and_admins_on_all(lab: Lab, role: ProjectRole, own: bool, others: bool) -> None:
    user = make_user(lab.team, project=role)
    viewer = make_viewer(user, lab.team)
    mine, theirs = lab.workload(by=user), lab.workload()
    assert may_ever(viewer, mine, Verb.STOP) is own
    assert may_ever(viewer, theirs, Verb.STOP) is others


def test_a_team_admin_acts_everywhere(lab: Lab) -> None:
    viewer = make_viewer(make_user(lab.team, TeamRole.ADMIN), lab.team)
    require(viewer, lab.workload())


def test_a_viewer_is_denied(lab: Lab) -> None:
    viewer = make_viewer(make_user(lab.team, project=ProjectRole.VIEWER), lab.team)
    with pytest.raises(PermissionDenied):
        require(viewer, lab.workload())


@pytest.mark.parametrize(
    ("scope", "own", "others"), [(Scope.READ, False, False), (Scope.LAUNCH, True, False), (Scope.ADMIN, True, True)]
)
def test_a_token_acts_within_its_scopes(lab: Lab, scope: Scope, own: bool, others: bool) -> None:
    token = ApiToken.objects.create(
        public_id="tok_1", team=lab.team, user=lab.owner, name="ci", hash="h", scopes=[scope]
    )
    viewer = make_viewer(lab.owner, lab.team, token)
    theirs = lab.workload(by=make_user(lab.team, project=ProjectRole.MEMBER))
    assert may_ever(viewer, lab.workload(), Verb.STOP) is own
    assert may_ever(viewer, theirs, Verb.STOP) is others


def test_a_projects_token_sees_no_other_project(lab: Lab) -> None:
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    lab.workload()
    token = ApiToken.objects.create(
        public_id="tok_1", team=lab.team, user=lab.owner, project=other, name="ci", hash="h", scopes=[Scope.ADMIN]
    )
    assert not visible_workloads(make_viewer(lab.owner, lab.team, token)).exists()


def test_a_verb_needs_the_providers_feature(lab: Lab) -> None:
    viewer = make_viewer(lab.owner, lab.team)
    instance, job = lab.workload("cortecs"), lab.workload("baseten")
    assert may_ever(viewer, instance, Verb.RESTART)
    assert may_ever(viewer, instance, Verb.START)
    assert not may_ever(viewer, job, Verb.START)
    assert may_ever(viewer, job, Verb.CLONE)
