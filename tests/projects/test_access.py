"""Who sees which project, in what role: not yours is a 404, too small a role a 403."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from gpuconsole.accounts.access import token_viewer
from gpuconsole.accounts.models import Scope, TeamRole
from gpuconsole.projects import access, services
from gpuconsole.projects.models import ProjectRole
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make.make_project()


def test_a_stranger_gets_a_404(project):
    other = make.make_project()
    viewer = make.viewer_of(make.owner_of(other.team), other.team)

    with pytest.raises(Http404):
        access.find_project(viewer, project.slug)
    assert access.role_in(viewer, project) is None


def test_a_member_of_the_team_outside_the_project_gets_a_404(project):
    viewer = make.viewer_of(make.add_member(project.team), project.team)

    with pytest.raises(Http404):
        access.find_project(viewer, project.slug)


def test_a_small_role_is_a_403(project):
    viewer = make.viewer_of(make.add_to_project(project, ProjectRole.VIEWER), project.team)

    assert access.find_project(viewer, project.slug) == project
    with pytest.raises(PermissionDenied):
        access.find_project(viewer, project.slug, role=ProjectRole.MEMBER)


@pytest.mark.parametrize("role", [TeamRole.OWNER, TeamRole.ADMIN])
def test_team_admins_are_admins_of_every_project(project, role):
    viewer = make.viewer_of(make.add_member(project.team, role), project.team)

    assert access.find_project(viewer, project.slug, role=ProjectRole.ADMIN) == project


@pytest.mark.parametrize(
    ("scope", "role"),
    [(Scope.READ, ProjectRole.VIEWER), (Scope.LAUNCH, ProjectRole.MEMBER), (Scope.ADMIN, ProjectRole.ADMIN)],
)
def test_a_token_never_exceeds_its_scope(project, scope, role):
    token, _ = make.make_token(project.team, scopes=[scope])

    assert access.role_in(token_viewer(token), project) is role


def test_a_token_never_exceeds_the_role_of_its_person(project):
    token, _ = make.make_token(project.team, make.add_to_project(project, ProjectRole.VIEWER))

    assert access.role_in(token_viewer(token), project) is ProjectRole.VIEWER


def test_a_token_for_one_project_sees_no_other(project):
    other = make.make_project(project.team)
    token, _ = make.make_token(project.team, project=project)
    viewer = token_viewer(token)

    assert list(access.visible_projects(viewer)) == [project]
    with pytest.raises(Http404):
        access.find_project(viewer, other.slug)


def test_roles_of_many_projects_are_one_query(project, django_assert_num_queries):
    projects = [project, *(make.make_project(project.team) for _ in range(3))]
    viewer = make.viewer_of(make.owner_of(project.team), project.team)

    with django_assert_num_queries(1):
        assert {access.role_in(viewer, one) for one in projects} == {ProjectRole.ADMIN}


def test_nothing_can_be_launched_in_an_archived_project_or_by_a_viewer(project):
    viewer = make.viewer_of(make.add_to_project(project, ProjectRole.VIEWER), project.team)
    member = make.viewer_of(make.add_to_project(project, ProjectRole.MEMBER), project.team)
    assert list(access.launchable_projects(viewer)) == []
    assert list(access.launchable_projects(member)) == [project]

    services.archive(project=project, by=make.owner_of(project.team))

    assert list(access.launchable_projects(member)) == []
    assert list(access.visible_projects(member)) == [project]
