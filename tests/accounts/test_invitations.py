"""Invitations: a link works once, for a while, and grants what it says."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from gpuconsole.accounts import invitations
from gpuconsole.accounts.models import Invitation, TeamRole
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import ProjectRole
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make.make_team()


def invite(team, **wanted):
    invitation, link = invitations.invite(team=team, by=make.owner_of(team), **wanted)
    return invitation, link.rstrip("/").rsplit("/", 1)[1]


def test_only_the_hash_of_the_link_is_kept(team):
    invitation, token = invite(team)

    assert token not in str(Invitation.objects.values().get())
    assert invitations.find(token) == invitation


def test_somebody_new_makes_an_account_and_is_in(team):
    invitation, _ = invite(team, role=TeamRole.ADMIN)

    user = invitations.accept_as_new(invitation=invitation, email="New@x.org", name="N", password="long-enough-1")

    assert team.memberships.get(user=user).role == TeamRole.ADMIN
    assert user.check_password("long-enough-1")


def test_a_link_works_once(team):
    invitation, token = invite(team)
    invitations.accept(invitation=invitation, user=make.make_user())

    assert invitations.find(token) is None
    with pytest.raises(Refused, match="used already"):
        invitations.accept(invitation=invitation, user=make.make_user())


@pytest.mark.parametrize("change", [{"expires_at": timezone.now() - timedelta(1)}, {"revoked_at": timezone.now()}])
def test_a_link_that_is_too_old_or_taken_back_lets_nobody_in(team, change):
    invitation, token = invite(team)
    Invitation.objects.filter(pk=invitation.pk).update(**change)

    assert invitations.find(token) is None
    with pytest.raises(Refused):
        invitations.accept(invitation=invitation, user=make.make_user())


def test_a_refused_account_leaves_the_link_open(team):
    invitation, token = invite(team)

    with pytest.raises(Refused) as refused:
        invitations.accept_as_new(invitation=invitation, email="a@x.org", name="A", password="password")

    assert refused.value.field == "password"
    assert invitations.find(token) == invitation


def test_an_address_with_an_account_is_told_to_sign_in(team):
    invitation, _ = invite(team)
    user = make.make_user()

    with pytest.raises(Refused, match="Sign in"):
        invitations.accept_as_new(invitation=invitation, email=user.email, name="A", password="long-enough-1")


def test_the_role_in_a_project_comes_along(team):
    project = make.make_project(team)
    invitation, _ = invite(team, project=project, project_role=ProjectRole.VIEWER)
    user = make.make_user()

    invitations.accept(invitation=invitation, user=user)

    assert project.memberships.get(user=user).role == ProjectRole.VIEWER


def test_a_role_that_somebody_has_is_never_lowered(team):
    admin = make.add_member(team, TeamRole.ADMIN)
    invitation, _ = invite(team)

    invitations.accept(invitation=invitation, user=admin)

    assert team.memberships.get(user=admin).role == TeamRole.ADMIN


def test_nobody_is_invited_as_owner(team):
    with pytest.raises(Refused, match="Owners are made from members"):
        invite(team, role=TeamRole.OWNER)


def test_a_member_is_not_invited_again(team):
    with pytest.raises(Refused, match="in this team already"):
        invite(team, email=make.owner_of(team).email.upper())


def test_the_link_is_mailed(team, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        _, token = invite(team, email="new@example.org")

    assert mail.outbox[0].to == ["new@example.org"]
    assert token in mail.outbox[0].body
