"""The pages of people and teams: what they show, what they change, whom they let in."""

import re

import pytest
from django.contrib.sessions.models import Session

from gpuconsole.accounts import invitations
from gpuconsole.accounts.models import TeamRole, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make.make_team(name="Vision lab")


@pytest.fixture
def as_owner(client, team):
    client.force_login(make.owner_of(team), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def signed_in(client, user):
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("path", ["/account/", "/team/", "/team/settings/", "/account/sessions/"])
def test_pages_ask_strangers_to_sign_in(client, path):
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_signing_in_takes_an_address_in_any_case(client, team):
    owner = make.owner_of(team)

    answer = client.post("/sign-in/", {"login": owner.email.upper(), "password": make.PASSWORD})

    assert answer.status_code == 302
    assert client.get("/account/").status_code == 200


def test_a_wrong_password_is_told_without_saying_what_was_wrong(client, team):
    known = client.post("/sign-in/", {"login": make.owner_of(team).email, "password": "wrong"})
    unknown = client.post("/sign-in/", {"login": "nobody@example.org", "password": "wrong"})

    def said(answer):
        return answer.context["form"].non_field_errors()

    assert list(said(known)) == list(said(unknown))
    assert said(known)


def test_nobody_signs_up_by_themselves(client):
    answer = client.post("/account/sign-up/", {"email": "new@example.org", "password1": "long-enough-1"})

    assert not User.objects.filter(email="new@example.org").exists()
    assert b"<form" not in answer.content or answer.status_code in {302, 403}


def test_the_profile_is_saved_and_times_follow(as_owner, team):
    answer = as_owner.post("/account/", {"name": "Ada", "time_zone": "Europe/Berlin"})

    assert answer.status_code == 302
    user = make.owner_of(team)
    assert (user.name, user.time_zone) == ("Ada", "Europe/Berlin")


def test_habits_are_saved_and_kept_to(as_owner, team):
    said = {"name": "Ada", "time_zone": "UTC", "theme": "dark", "ask_first_above": "120"}
    answer = as_owner.post("/account/", said)

    told = make.owner_of(team).preferences
    assert (told["ask_first_above"], told["keys"], told["theme"]) == ("120", "off", "dark")
    assert answer.cookies["theme"].value == "dark"
    page = as_owner.get("/account/").content.decode()
    assert 'data-keys="off"' in page and 'value="120"' in page
    refused = as_owner.post("/account/", {**said, "ask_first_above": "-1"})
    assert list(refused.context["form"].errors) == ["ask_first_above"]


def test_a_zone_that_is_none_is_told_beside_its_field(as_owner):
    answer = as_owner.post("/account/", {"name": "Ada", "time_zone": "Moon/Base"})

    assert answer.status_code == 422
    assert "time_zone" in answer.context["form"].errors


def test_a_theme_is_kept_in_a_cookie_and_in_the_account(as_owner, team):
    answer = as_owner.post("/account/theme/", {"theme": "dark", "next": "/team/"})

    assert answer["Location"] == "/team/"
    assert answer.cookies["theme"].value == "dark"
    assert make.owner_of(team).preferences["theme"] == "dark"
    assert as_owner.post("/account/theme/", {"theme": "pink"}).status_code == 422


@pytest.mark.parametrize("target", ["https://evil.org/", "//evil.org", "javascript:alert(1)", ""])
def test_next_never_leads_to_another_host(as_owner, target):
    assert as_owner.post("/account/theme/", {"theme": "dark", "next": target})["Location"] == "/"


def test_an_invitation_link_is_shown_once(as_owner, team):
    answer = as_owner.post("/team/invite/", {"email": "", "role": "member"})

    link = re.search(r"/join/[\w-]+/", answer.content.decode()).group()
    assert invitations.find(link.split("/")[2]).team == team
    assert link not in as_owner.get("/team/").content.decode()


def test_somebody_new_joins_through_the_link(client, team):
    _, link = invitations.invite(team=team, by=make.owner_of(team))
    path = "/" + link.split("/", 3)[3]
    page = client.get(path)
    assert b"Vision lab" in page.content

    answer = client.post(path, {"email": "new@example.org", "name": "New", "password": "long-enough-1"})

    assert answer.status_code == 302
    assert team.memberships.filter(user__email="new@example.org").exists()
    assert client.get("/account/").status_code == 200
    assert client.get(path).status_code == 410


def test_a_signed_in_person_joins_with_one_press_and_the_team_is_in_focus(client, team):
    other = make.make_team()
    user = signed_in(client, make.owner_of(other)) and make.owner_of(other)
    _, link = invitations.invite(team=team, by=make.owner_of(team))

    client.post("/" + link.split("/", 3)[3])

    assert team.memberships.filter(user=user).exists()
    assert client.get("/team/").context["team"] == team


def test_errors_of_the_join_form_stand_beside_their_fields(client, team):
    _, link = invitations.invite(team=team, by=make.owner_of(team))

    answer = client.post("/" + link.split("/", 3)[3], {"email": "x@example.org", "name": "X", "password": "password"})

    assert answer.status_code == 422
    assert "password" in answer.context["form"].errors


def test_an_unknown_link_lets_nobody_in(client):
    assert client.get("/join/not-a-link/").status_code == 410


def test_switching_to_a_team_of_others_is_a_404(as_owner):
    assert as_owner.post("/team/switch/", {"team": make.make_team().slug}).status_code == 404


def test_switching_puts_the_other_team_in_focus(as_owner, team):
    other = make.make_team()
    make.add_member(other, user=make.owner_of(team))

    as_owner.post("/team/switch/", {"team": other.slug})

    assert as_owner.get("/team/").context["team"] == other


@pytest.mark.parametrize("path", ["/team/invite/", "/team/settings/"])
def test_members_settle_nothing(client, team, path):
    signed_in(client, make.add_member(team))

    assert client.post(path, {}).status_code == 403


def test_members_of_another_team_are_a_404(as_owner):
    stranger = make.make_team().memberships.get()

    assert as_owner.post(f"/team/members/{stranger.pk}/role/", {"role": "member"}).status_code == 404
    assert as_owner.get(f"/team/members/{stranger.pk}/remove/").status_code == 404


def test_a_member_is_asked_about_and_then_removed(as_owner, team):
    member = team.memberships.get(user=make.add_member(team))

    assert b"Remove" in as_owner.get(f"/team/members/{member.pk}/remove/").content
    as_owner.post(f"/team/members/{member.pk}/remove/")

    assert not team.memberships.filter(pk=member.pk).exists()


def test_the_last_owner_is_told_why_they_stay(as_owner, team):
    answer = as_owner.post(f"/team/members/{team.memberships.get().pk}/remove/")

    assert answer.status_code == 409
    assert b"last owner" in answer.content


def test_a_role_is_changed_on_the_page(as_owner, team):
    member = team.memberships.get(user=make.add_member(team))

    as_owner.post(f"/team/members/{member.pk}/role/", {"role": "admin"})

    member.refresh_from_db()
    assert member.role == TeamRole.ADMIN


def test_names_are_shown_as_text(as_owner, team):
    make.add_member(team, user=make.make_user(name="<script>alert(1)</script>"))

    content = as_owner.get("/team/").content.decode()

    assert "<script>alert(1)" not in content
    assert "&lt;script&gt;alert(1)" in content


def test_the_sessions_page_lists_this_browser(client, team):
    client.post("/sign-in/", {"login": make.owner_of(team).email, "password": make.PASSWORD})

    assert client.get("/account/sessions/").status_code == 200
    assert Session.objects.exists()


def test_a_forgotten_password_is_mailed_a_link_and_set_anew(client, team, mailoutbox):
    owner = make.owner_of(team)
    client.post("/account/password/reset/", {"email": owner.email})
    path = re.search(r"https?://[^/]+(/account/password/reset/\S+)", mailoutbox[0].body).group(1)

    page = client.get(path, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another-good-1", "password2": "another-good-1"})

    owner.refresh_from_db()
    assert owner.check_password("another-good-1")


@pytest.mark.parametrize("path", ["/account/password/change/", "/account/second-factor/", "/account/password/reset/"])
def test_allauths_pages_are_drawn_in_our_design(as_owner, path):
    answer = as_owner.get(path, follow=True)

    assert answer.status_code == 200
    assert b"gpuconsole" in answer.content
