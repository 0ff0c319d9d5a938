"""The API tokens page: a text shown until Done, marks for what expires, revoking after a question."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from gpuconsole.accounts import token_requests, tokens
from gpuconsole.accounts.models import ApiToken
from gpuconsole.projects import quick_start
from gpuconsole.providers import registry
from tests import factories as make

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def project():
    return make.make_project(name="Speech ASR")


@pytest.fixture
def as_owner(client, project):
    client.force_login(make.owner_of(project.team), backend=BACKEND)
    return client


def shown(client) -> str:
    found = re.search(r"gpc_[\w-]{40}", client.get("/account/tokens/").content.decode())
    return found.group() if found else ""


def test_a_new_token_is_shown_until_done_and_never_again(as_owner, project):
    as_owner.post(
        "/account/tokens/new/", {"name": "nightly", "project": "speech-asr", "scope": "launch", "lifetime": "90"}
    )

    text = shown(as_owner)
    token = tokens.authenticate(text)
    assert (token.name, token.project, token.scopes) == ("nightly", project, ["launch"])
    assert shown(as_owner) == text
    assert all(text not in str(session.get_decoded()) for session in Session.objects.all())

    as_owner.post("/account/tokens/done/")

    assert shown(as_owner) == ""


def test_the_text_is_shown_to_its_maker_alone(as_owner, client, project):
    as_owner.post("/account/tokens/new/", {"name": "mine-alone", "project": "", "scope": "read", "lifetime": ""})
    client.force_login(make.add_member(project.team), backend=BACKEND)

    assert shown(client) == ""
    assert b"mine-alone" not in client.get("/account/tokens/").content


@pytest.mark.parametrize("field", ["scope", "project", "lifetime", "name"])
def test_bad_input_is_told_beside_its_field(as_owner, field):
    given = {"name": "n", "project": "", "scope": "read", "lifetime": "7", field: "x" * 200}

    answer = as_owner.post("/account/tokens/new/", given)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_what_expires_within_14_days_is_marked(as_owner, project):
    token, _ = make.make_token(project.team)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(days=6, hours=1))

    page = as_owner.get("/account/tokens/").content.decode()

    assert "in 6 days" in page
    assert f"1 token expires within 14 days: {token.name}." in page


def test_a_token_is_asked_about_and_then_revoked(as_owner, project):
    token, text = make.make_token(project.team)
    path = f"/account/tokens/{token.public_id}/revoke/"

    assert b"never used" in as_owner.get(path).content
    as_owner.post(path)

    assert tokens.authenticate(text) is None
    assert as_owner.get(path).status_code == 404


def test_members_do_not_see_or_revoke_the_tokens_of_others(client, project):
    token, _ = make.make_token(project.team)
    client.force_login(make.add_member(project.team), backend=BACKEND)

    assert token.prefix.encode() not in client.get("/account/tokens/").content
    assert client.post(f"/account/tokens/{token.public_id}/revoke/").status_code == 404


def test_a_member_makes_no_token_for_a_project_they_are_not_in(client, project):
    client.force_login(make.add_member(project.team), backend=BACKEND)

    answer = client.post("/account/tokens/new/", {"name": "n", "project": "speech-asr", "scope": "read"})

    assert answer.status_code == 422


def test_the_quick_start_names_the_readers_own_host(as_owner):
    content = as_owner.get("/account/tokens/").content.decode()

    assert "http://testserver/api/v1" in content


def test_the_quick_starts_example_is_a_spec_that_is_taken():
    body = json.loads(re.search(r"--json '(.*?)'", quick_start.curl("http://testserver", "p"), re.DOTALL)[1])

    assert registry.get(body["spec"]["provider"]).spec.read(body["spec"])


def test_requests_of_the_week_stand_beside_each_token(as_owner, project):
    token, text = make.make_token(project.team)
    before = token_requests.of_week([token.pk], timezone.now())[token.pk]

    for _ in range(3):
        tokens.authenticate(text)

    assert token_requests.of_week([token.pk], timezone.now()) == {token.pk: before + 3}
    assert token_requests.of_week([token.pk], timezone.now() + timedelta(days=8)) == {token.pk: 0}
    assert f">{before + 3}</td>" in as_owner.get("/account/tokens/").content.decode()
