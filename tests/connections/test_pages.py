"""The pages of connections: a form made from the provider's model, results by polling, no key ever shown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.connections import checks, credentials
from gpuconsole.connections.models import CheckState, Connection
from gpuconsole.core import heartbeats, versions
from gpuconsole.core.models import Heartbeat
from gpuconsole.providers import registry
from tests import factories as make

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def team():
    return make.make_team()


@pytest.fixture
def as_owner(client, team, simulator):
    client.force_login(make.owner_of(team), backend=BACKEND)
    return client


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_the_form_asks_for_what_the_provider_needs(as_owner, slug):
    page = as_owner.get(f"/connections/new/?provider={slug}")

    for name, info in registry.get(slug).credentials.model_fields.items():
        assert f'name="credentials-{name}"' in page.content.decode()
        assert info.title in page.content.decode()


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_sandbox_connection_is_added_and_tested(as_owner, team, slug):
    given = {f"credentials-{name}": value for name, value in registry.get(slug).sandbox_credentials.items()}

    answer = as_owner.post(f"/connections/new/?provider={slug}", {"name": "Mine", "base_url": "sandbox", **given})

    connection = Connection.objects.get()
    assert answer["Location"] == f"/connections/{connection.public_id}/"
    assert (connection.team, connection.is_sandbox) == (team, True)
    assert b"A worker makes read-only calls" in as_owner.get(answer["Location"]).content
    checks.run(connection.pk)
    assert b"passed" in as_owner.get(answer["Location"]).content


def test_missing_credentials_are_told_beside_their_fields(as_owner):
    answer = as_owner.post("/connections/new/?provider=cortecs", {"name": "x", "credentials-client_id": "a"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["credentials-client_secret"]


def test_an_address_that_is_not_offered_is_refused(as_owner):
    given = {"name": "x", "base_url": "http://169.254.169.254", "credentials-api_key": "k"}

    answer = as_owner.post("/connections/new/?provider=baseten", given)

    assert answer.status_code == 422
    assert "base_url" in answer.context["form"].errors


def test_a_key_that_was_typed_does_not_come_back(as_owner):
    answer = as_owner.post("/connections/new/?provider=baseten", {"name": "", "credentials-api_key": "typed-key-123"})

    assert answer.status_code == 422
    assert b"typed-key-123" not in answer.content


def test_a_provider_that_is_none_is_a_404(as_owner):
    assert as_owner.get("/connections/new/?provider=acme").status_code == 404


def test_no_page_shows_a_key(as_owner, team):
    connection = make.make_connection(team)

    for path in (
        "/connections/",
        f"/connections/{connection.public_id}/",
        f"/connections/{connection.public_id}/rotate/",
    ):
        content = as_owner.get(path).content.decode()
        assert "sandbox-baseten-key" not in content
        assert "-key" in content


def test_a_failed_test_is_told_in_plain_words(as_owner, team):
    connection = make.make_connection(team, credentials={"api_key": "wrong-key-here"})

    as_owner.post(f"/connections/{connection.public_id}/test/")
    assert Connection.objects.get().check_state == CheckState.ASKED
    checks.run(connection.pk)

    content = as_owner.get(f"/connections/{connection.public_id}/").content.decode()
    assert "failed" in content
    assert "Key refused" in content


def test_an_unchanged_poll_is_a_204_and_a_change_is_drawn(as_owner, team):
    connection = make.make_connection(team)
    path = f"/connections/{connection.public_id}/"
    stamp = as_owner.get(path).context["stamp"]
    headers = {"HX-Request": "true"}
    assert as_owner.get(path, {"v": stamp}, headers=headers).status_code == 204

    Connection.objects.filter(pk=connection.pk).update(check_state=CheckState.ASKED)
    versions.bump_now(f"connection:{connection.pk}")

    answer = as_owner.get(path, {"v": stamp}, headers=headers)
    assert answer.status_code == 200
    assert b"A worker makes" in answer.content
    assert b"<html" not in answer.content


def test_the_key_is_rotated_on_its_page(as_owner, team):
    connection = make.make_connection(team, credentials={"api_key": "the-old-key-1"})

    as_owner.post(f"/connections/{connection.public_id}/rotate/", {"credentials-api_key": "sandbox-baseten-key"})
    checks.run(connection.pk)

    content = as_owner.get(f"/connections/{connection.public_id}/").content.decode()
    assert "Fall back" in content
    as_owner.post(f"/connections/{connection.public_id}/fall-back/")
    assert credentials.plain(credentials.open_from(Connection.objects.get())) == {"api_key": "the-old-key-1"}


def test_removing_wants_the_name_typed(as_owner, team):
    connection = make.make_connection(team)
    path = f"/connections/{connection.public_id}/remove/"

    assert as_owner.get(path).status_code == 200
    assert as_owner.post(path, {"confirm_name": "other"}).status_code == 422
    assert as_owner.post(path, {"confirm_name": connection.name}).status_code == 302

    assert not Connection.objects.kept().exists()
    assert as_owner.get(f"/connections/{connection.public_id}/").status_code == 404


def test_name_and_projects_are_changed(as_owner, team):
    connection, project = make.make_connection(team), make.make_project(team)

    as_owner.post(f"/connections/{connection.public_id}/settings/", {"name": "New name", "projects": [project.slug]})

    row = Connection.objects.get()
    assert row.name == "New name"
    assert list(row.projects.all()) == [project]


@pytest.mark.parametrize("act", ["settings", "test", "rotate", "fall-back", "remove"])
def test_members_settle_nothing_and_strangers_see_nothing(client, team, simulator, act):
    connection = make.make_connection(team)
    path = f"/connections/{connection.public_id}/{act}/"

    client.force_login(make.add_member(team), backend=BACKEND)
    assert client.get(f"/connections/{connection.public_id}/").status_code == 200
    assert client.post(path).status_code == 403
    client.force_login(make.owner_of(make.make_team()), backend=BACKEND)
    assert client.post(path).status_code == 404


def test_the_list_costs_a_constant_number_of_queries(as_owner, team, django_assert_max_num_queries):
    for _ in range(6):
        make.make_connection(team)

    with django_assert_max_num_queries(12):
        assert as_owner.get("/connections/").status_code == 200


def test_the_list_says_when_workers_and_watchdog_were_seen(as_owner, team):
    make.make_connection(team)
    assert "Watchdog not running" in page_text(as_owner)

    now = timezone.now()
    Heartbeat.objects.create(name=heartbeats.TICK, seen_at=now)
    Heartbeat.objects.create(name=heartbeats.WATCHDOG, seen_at=now - timedelta(minutes=10))

    page = page_text(as_owner)
    assert "Workers seen <time" in page
    assert "Watchdog not running, last seen <time" in page


def page_text(client) -> str:
    return client.get("/connections/").content.decode()


def test_all_are_looked_at_by_one_press_but_for_those_left_alone(as_owner, team):
    first, second = (make.make_connection(team, provider=slug) for slug in ("baseten", "cortecs"))
    Connection.objects.filter(pk=second.pk).update(breaker_until=timezone.now() + timedelta(minutes=5))

    page = as_owner.post("/connections/look/", follow=True).content.decode()

    assert "Workers look at 1 connection now" in page and "is left alone after trouble" in page
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.look_asked_at is not None, second.look_asked_at) == (True, None)


def test_the_sandbox_is_one_press_away_and_a_second_press_makes_no_other(as_owner, team):
    make.make_connection(team, provider="baseten")

    page = as_owner.post("/connections/sandbox/", follow=True).content.decode()
    as_owner.post("/connections/sandbox/")

    assert f"{len(registry.SLUGS) - 1} sandbox connections made" in page
    assert Connection.objects.filter(team=team, is_sandbox=True).count() == len(registry.SLUGS)
