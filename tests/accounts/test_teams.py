"""Teams: one owner stays, only owners make owners, leaving takes roles and tokens along."""

import pytest

from gpuconsole.accounts import services
from gpuconsole.accounts.models import ApiToken, TeamRole, User
from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import ProjectMember
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make.make_team()


def membership(team, user):
    return team.memberships.select_related("user", "team").get(user=user)


def test_the_last_owner_cannot_be_removed(team):
    owner = make.owner_of(team)

    with pytest.raises(Refused, match="last owner"):
        services.remove_member(member=membership(team, owner), by=owner)


def test_the_last_owner_cannot_step_down(team):
    owner = make.owner_of(team)

    with pytest.raises(Refused, match="last owner"):
        services.change_role(member=membership(team, owner), role=TeamRole.ADMIN, by=owner)


def test_an_owner_may_leave_once_there_is_another(team):
    owner, other = make.owner_of(team), make.add_member(team)
    services.change_role(member=membership(team, other), role=TeamRole.OWNER, by=owner)

    services.remove_member(member=membership(team, owner), by=owner)

    assert list(team.memberships.values_list("user", flat=True)) == [other.pk]


@pytest.mark.parametrize("role", [TeamRole.OWNER])
def test_an_admin_makes_no_owner(team, role):
    admin, member = make.add_member(team, TeamRole.ADMIN), make.add_member(team)

    with pytest.raises(Refused, match="Only an owner"):
        services.change_role(member=membership(team, member), role=role, by=admin)


def test_an_admin_removes_no_owner(team):
    admin = make.add_member(team, TeamRole.ADMIN)
    make.add_member(team, TeamRole.OWNER)

    with pytest.raises(Refused, match="Only an owner"):
        services.remove_member(member=membership(team, make.owner_of(team)), by=admin)


def test_leaving_takes_project_roles_and_tokens_along(team):
    project = make.make_project(team)
    user = make.add_to_project(project)
    make.make_token(team, user)

    services.remove_member(member=membership(team, user), by=make.owner_of(team))

    assert not ProjectMember.objects.filter(user=user).exists()
    assert not ApiToken.objects.filter(user=user).exists()


def test_what_changed_is_in_the_audit_record(team):
    user = make.add_member(team)

    services.change_role(member=membership(team, user), role=TeamRole.ADMIN, by=make.owner_of(team))

    record = Record.objects.get(team=team, action="team.role")
    assert (record.before, record.after) == ({"role": "member"}, {"role": "admin"})
    assert record.target_name == str(user)
    assert record.user == make.owner_of(team)


def test_two_teams_of_one_name_have_two_slugs():
    assert [make.make_team(name="Vision lab").slug for _ in range(2)] == ["vision-lab", "vision-lab-2"]


def test_addresses_are_kept_in_lower_case():
    user = make.make_user("Ada@Example.ORG")

    assert user.email == "ada@example.org"
    assert User.objects.get_by_natural_key("ADA@example.org") == user


def test_an_unknown_theme_is_refused():
    with pytest.raises(Refused):
        services.set_theme(user=make.make_user(), theme="pink")
