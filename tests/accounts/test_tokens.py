"""API tokens: kept as a hash, checked in one query, limited by scope, project, time and membership."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.accounts import services, tokens
from gpuconsole.accounts.access import token_viewer
from gpuconsole.accounts.models import ApiToken, Scope
from gpuconsole.core.errors import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make.make_team()


def test_the_text_has_its_form_and_is_kept_nowhere(team):
    token, text = make.make_token(team)

    assert text.startswith("gpc_")
    assert len(text) == 44
    assert token.prefix == text[:8]
    row = ApiToken.objects.values().get(pk=token.pk)
    assert text not in str(row)
    assert tokens.authenticate(text) == token


@pytest.mark.parametrize("text", ["", "gpc_", "gpc_" + "a" * 40, "Bearer x", "gpc_\0"])
def test_other_texts_open_nothing(text):
    assert tokens.authenticate(text) is None


def test_one_query_and_then_one_write_a_minute(team, django_assert_num_queries):
    _, text = make.make_token(team)
    with django_assert_num_queries(2):
        tokens.authenticate(text)
    with django_assert_num_queries(1):
        token = tokens.authenticate(text)
        viewer = token_viewer(token)
        assert viewer.team == team
        assert viewer.team_role == "owner"
        assert token.project is None


def test_use_is_noted_again_after_a_minute(team):
    token, text = make.make_token(team)
    tokens.authenticate(text)
    long_ago = timezone.now() - timedelta(minutes=2)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=long_ago)

    tokens.authenticate(text)

    token.refresh_from_db()
    assert token.last_used_at > long_ago


def test_a_revoked_token_opens_nothing(team):
    token, text = make.make_token(team)

    tokens.revoke(token=token, by=token.user)
    tokens.revoke(token=token, by=token.user)

    assert tokens.authenticate(text) is None


def test_an_expired_token_opens_nothing(team):
    token, text = make.make_token(team)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())

    assert tokens.authenticate(text) is None


def test_a_token_that_would_be_expired_is_refused(team):
    with pytest.raises(Refused, match="expired already"):
        tokens.make(team=team, user=make.owner_of(team), name="x", scopes=[Scope.READ], expires_at=timezone.now())


def test_a_token_without_scopes_is_refused(team):
    with pytest.raises(Refused, match="at least one"):
        make.make_token(team, scopes=[])


def test_the_token_of_somebody_who_left_is_gone(team):
    user = make.add_member(team)
    _, text = make.make_token(team, user)

    services.remove_member(member=team.memberships.get(user=user), by=make.owner_of(team))

    assert tokens.authenticate(text) is None


def test_the_token_of_a_blocked_person_opens_nothing(team):
    user = make.add_member(team)
    _, text = make.make_token(team, user)
    user.is_active = False
    user.save()

    assert tokens.authenticate(text) is None


@pytest.mark.parametrize(
    ("scope", "reach"),
    [
        (Scope.READ, {Scope.READ}),
        (Scope.LAUNCH, {Scope.READ, Scope.LAUNCH}),
        (Scope.ADMIN, {Scope.READ, Scope.LAUNCH, Scope.ADMIN}),
    ],
)
def test_each_scope_includes_the_ones_before(team, scope, reach):
    token, _ = make.make_token(team, scopes=[scope])

    assert tokens.scopes_of(token) == reach
    assert token_viewer(token).may_administer == (scope == Scope.ADMIN)


def test_a_token_for_one_project_never_administers_the_team(team):
    token, _ = make.make_token(team, project=make.make_project(team))

    assert not token_viewer(token).may_administer
