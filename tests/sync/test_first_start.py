"""``manage.py first_start``: one owner, however often and however many at once."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gpuconsole.accounts import tokens
from gpuconsole.accounts.models import Team, TeamRole, User
from gpuconsole.connections.models import Connection
from gpuconsole.projects.models import ExchangeRate, Project
from gpuconsole.providers import registry

pytestmark = pytest.mark.django_db


def first_start(*options: str) -> dict[str, object]:
    out = StringIO()
    call_command("first_start", *options, stdout=out)
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


@pytest.fixture(autouse=True)
def _sandbox(settings):
    settings.SIMULATOR_URL = "http://127.0.0.1:9"


def test_it_makes_all_that_a_first_launch_needs():
    said = first_start()

    owner = User.objects.get()
    team = Team.objects.get()
    assert said["created"] is True
    assert said["email"] == owner.email
    assert owner.check_password(said["password"])
    assert team.memberships.get(user=owner).role == TeamRole.OWNER
    assert Project.objects.get().slug == "first-project"
    assert list(Connection.objects.order_by("pk").values_list("provider", flat=True)) == list(registry.SLUGS)
    assert all(Connection.objects.values_list("is_sandbox", flat=True))
    assert ExchangeRate.objects.get().source == "sandbox example"


def test_the_token_reaches_the_whole_team():
    token = tokens.authenticate(str(first_start()["token"]))

    assert token.project is None
    assert token.scopes == ["read", "launch", "admin"]


def test_a_second_start_changes_nothing_and_tells_no_secret():
    email = first_start()["email"]

    assert first_start() == {"email": email, "password": None, "token": None, "created": False}
    assert Team.objects.count() == 1


def test_it_obeys_presets():
    said = first_start("--empty", "--email", "Me@Example.org", "--password", "my-own-password-1")

    assert (said["email"], said["password"]) == ("me@example.org", "my-own-password-1")
    assert not Connection.objects.exists()
    assert not ExchangeRate.objects.exists()
    assert Project.objects.exists()


def test_a_preset_password_that_is_too_weak_makes_nothing():
    with pytest.raises(CommandError, match="too common"):
        first_start("--password", "password")

    assert not User.objects.exists()
