"""Who sees which connection, and which project may use it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from gpuconsole.accounts.models import TeamRole
from gpuconsole.connections import access, services
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make.make_project()


@pytest.fixture
def limited(project):
    return make.make_connection(project.team, projects=[project, make.make_project(project.team)])


def test_another_team_gets_a_404(limited):
    other = make.make_team()

    with pytest.raises(Http404):
        access.find_connection(make.viewer_of(make.owner_of(other), other), limited.public_id)


def test_a_member_sees_what_their_project_may_use_and_nothing_else(project, limited):
    inside = make.viewer_of(make.add_to_project(project), project.team)
    outside = make.viewer_of(make.add_member(project.team), project.team)
    for_all = make.make_connection(project.team)

    assert set(access.visible_connections(inside)) == {limited, for_all}
    assert access.visible_connections(inside).count() == 2
    assert list(access.visible_connections(outside)) == [for_all]


def test_only_team_admins_settle_connections(project, limited):
    member = make.viewer_of(make.add_to_project(project), project.team)
    admin = make.viewer_of(make.add_member(project.team, TeamRole.ADMIN), project.team)

    with pytest.raises(PermissionDenied):
        access.find_own_connection(member, limited.public_id)
    assert access.find_own_connection(admin, limited.public_id) == limited


def test_a_project_uses_its_own_connections_and_those_for_all(project, limited):
    other = make.make_project(project.team)
    for_all = make.make_connection(project.team)

    assert set(access.usable_connections(project)) == {limited, for_all}
    assert list(access.usable_connections(other)) == [for_all]


def test_a_launch_may_name_a_connection_by_id_or_name(project, limited):
    assert access.find_connection_for(project, limited.public_id) == limited
    assert access.find_connection_for(project, limited.name) == limited
    assert access.find_connection_for(make.make_project(project.team), limited.name) is None


def test_a_removed_connection_is_gone_for_everybody(project, limited):
    services.remove(connection=limited, by=make.owner_of(project.team))

    assert list(access.usable_connections(project)) == []
    with pytest.raises(Http404):
        access.find_connection(make.viewer_of(make.owner_of(project.team), project.team), limited.public_id)
