"""Connections: added, changed, tested, rotated, removed; credentials readable by workers alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.connections import addresses, checks, credentials, services
from gpuconsole.connections.models import CheckState, Connection, Health
from gpuconsole.connections.opening import open_adapter
from gpuconsole.connections.tasks import wake_waiting
from gpuconsole.core import blockers, crypto
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from tests import factories as make

pytestmark = pytest.mark.django_db

BASETEN = registry.get("baseten")


def key(text):
    return BASETEN.credentials.model_validate({"api_key": text})


def test_credentials_are_sealed_and_bound_to_their_row(simulator):
    first, second = make.make_connection(), make.make_connection()

    assert b"sandbox-baseten-key" not in bytes(first.credentials)
    assert first.hint == "-key"
    second.credentials = first.credentials
    with pytest.raises(crypto.SealBroken):
        credentials.open_from(second)


def test_a_blob_does_not_open_in_another_field_of_its_row(simulator):
    connection = make.make_connection()
    connection.new_credentials = connection.credentials

    with pytest.raises(crypto.SealBroken):
        credentials.open_from(connection, field="new_credentials")


def test_a_name_is_taken_once_in_a_team(simulator):
    connection = make.make_connection(name="Baseten")

    with pytest.raises(Refused) as refused:
        make.make_connection(connection.team, name="Baseten")
    assert refused.value.field == "name"
    assert make.make_connection(name="Baseten").name == "Baseten"


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://localhost:5432", "https://api.baseten.co.evil.org"])
def test_credentials_go_nowhere_that_nobody_allowed(simulator, url):
    team = make.make_team()

    with pytest.raises(Refused, match="not allowed this address"):
        services.add(
            team=team, provider=BASETEN, name="x", credentials_given=key("k"), base_url=url, by=make.owner_of(team)
        )


def test_an_address_that_the_operator_allows_is_offered_and_used(simulator, settings):
    settings.ALLOWED_BASE_URLS = ["https://proxy.example.org/baseten"]
    team = make.make_team()

    connection = services.add(
        team=team,
        provider=BASETEN,
        name="x",
        credentials_given=key("k"),
        base_url="https://proxy.example.org/baseten",
        by=make.owner_of(team),
    )

    assert addresses.base_url_of(connection) == "https://proxy.example.org/baseten"
    settings.ALLOWED_BASE_URLS = []
    with pytest.raises(Refused):
        addresses.base_url_of(connection)


def test_without_an_address_calls_go_to_the_provider_itself(simulator):
    team = make.make_team()
    connection = services.add(team=team, provider=BASETEN, name="x", credentials_given=key("k"), by=make.owner_of(team))

    assert addresses.base_url_of(connection) == BASETEN.base_url
    assert not connection.is_sandbox


@pytest.mark.parametrize("provider", registry.SLUGS)
def test_a_good_key_passes_its_test_at_every_provider(simulator, provider):
    connection = make.make_connection(provider=provider, checked=False)

    checks.run(connection.pk)

    connection.refresh_from_db()
    assert connection.check_state == CheckState.PASSED
    assert len(connection.check_steps) >= 2
    assert all(step["is_ok"] for step in connection.check_steps)
    assert connection.health == Health.HEALTHY


@pytest.mark.parametrize(
    ("provider", "wrong"),
    [("baseten", {"api_key": "wrong-key-here"}), ("cortecs", {"client_id": "sandbox", "client_secret": "wrong-one"})],
)
def test_a_wrong_key_fails_at_the_first_step_that_needs_it(simulator, provider, wrong):
    connection = make.make_connection(provider=provider, credentials=wrong, checked=False)

    checks.run(connection.pk)

    connection.refresh_from_db()
    assert connection.check_state == CheckState.FAILED
    assert [step["is_ok"] for step in connection.check_steps][-1] is False
    assert connection.health == Health.REFUSED
    assert "wrong" not in str(connection.check_steps)


def test_a_provider_that_cannot_be_reached_is_said_to_be_so(simulator, settings):
    connection = make.make_connection(checked=False)
    settings.SIMULATOR_URL = "http://127.0.0.1:1"

    checks.run(connection.pk)

    connection.refresh_from_db()
    assert connection.check_state == CheckState.FAILED
    assert connection.health == Health.FAILING


def test_a_test_runs_once_for_each_time_it_is_asked_for(simulator):
    connection = make.make_connection(checked=False)
    checks.run(connection.pk)
    first = Connection.objects.get().checked_at

    checks.run(connection.pk)

    assert Connection.objects.get().checked_at == first


def test_a_new_key_is_swapped_in_after_its_test(simulator):
    connection = make.make_connection(credentials={"api_key": "the-old-wrong-key"})
    owner = make.owner_of(connection.team)
    services.rotate(connection=connection, credentials_given=key("sandbox-baseten-key"), by=owner)
    assert credentials.plain(credentials.open_from(Connection.objects.get()))["api_key"] == "the-old-wrong-key"

    checks.run(connection.pk)

    row = Connection.objects.get()
    assert credentials.plain(credentials.open_from(row))["api_key"] == "sandbox-baseten-key"
    assert row.credentials_version == connection.credentials_version + 1
    assert (row.hint, bytes(row.new_credentials)) == ("-key", b"")
    assert credentials.plain(credentials.open_from(row, field="old_credentials"))["api_key"] == "the-old-wrong-key"
    assert timedelta(minutes=9) < row.old_until - timezone.now() <= timedelta(minutes=10)


def test_a_new_key_that_fails_leaves_the_old_one_in_use(simulator):
    connection = make.make_connection()
    services.rotate(connection=connection, credentials_given=key("wrong-key"), by=make.owner_of(connection.team))

    checks.run(connection.pk)

    row = Connection.objects.get()
    assert row.check_state == CheckState.FAILED
    assert credentials.plain(credentials.open_from(row))["api_key"] == "sandbox-baseten-key"
    assert bytes(row.new_credentials) == b""
    assert row.credentials_version == connection.credentials_version
    assert Record.objects.filter(action="connection.rotate_failed", result="refused").exists()


@pytest.fixture
def rotated(simulator):
    connection = make.make_connection(credentials={"api_key": "the-old-key-1"})
    owner = make.owner_of(connection.team)
    services.rotate(connection=connection, credentials_given=key("sandbox-baseten-key"), by=owner)
    checks.run(connection.pk)
    return Connection.objects.select_related("team").get()


def test_the_old_key_can_be_fallen_back_to(rotated):
    assert services.fall_back(connection=rotated, by=make.owner_of(rotated.team))

    row = Connection.objects.get()
    assert credentials.plain(credentials.open_from(row))["api_key"] == "the-old-key-1"
    assert row.hint == "ey-1"
    assert not services.fall_back(connection=rotated, by=make.owner_of(rotated.team))


def test_the_old_key_is_forgotten_after_ten_minutes(rotated):
    wake_waiting(timezone.now() + timedelta(minutes=11))

    assert bytes(Connection.objects.get().old_credentials) == b""
    assert not services.fall_back(connection=rotated, by=make.owner_of(rotated.team))


def test_removing_erases_every_key_and_keeps_the_row(rotated):
    services.remove(connection=rotated, by=make.owner_of(rotated.team))

    row = Connection.objects.get()
    assert row.removed_at is not None
    assert {bytes(row.credentials), bytes(row.new_credentials), bytes(row.old_credentials)} == {b""}
    assert not Connection.objects.kept().exists()
    assert make.make_connection(rotated.team, name=rotated.name).name == rotated.name


def test_removing_is_refused_with_the_list_while_work_needs_it(simulator):
    connection = make.make_connection()

    def find(row):
        return ["train-7 (running)", "train-8 (queued)"] if row.pk == connection.pk else []

    blockers.register(Connection, find)
    try:
        with pytest.raises(Refused) as refused:
            services.remove(connection=connection, by=make.owner_of(connection.team))
    finally:
        blockers._finders[Connection].remove(find)
    assert refused.value.details == ("train-7 (running)", "train-8 (queued)")
    assert Connection.objects.kept().exists()


def test_a_removed_connection_is_neither_tested_nor_changed(simulator):
    connection = make.make_connection()
    owner = make.owner_of(connection.team)
    services.remove(connection=connection, by=owner)

    for act in (
        lambda: services.ask_check(connection=connection, by=owner),
        lambda: services.rotate(connection=connection, credentials_given=key("k"), by=owner),
        lambda: services.remove(connection=connection, by=owner),
    ):
        with pytest.raises(Refused, match="was removed"):
            act()


def test_an_adapter_is_opened_once_and_anew_after_a_rotation(simulator):
    connection = make.make_connection()
    first = open_adapter(connection)
    assert open_adapter(Connection.objects.get()) is first

    services.rotate(
        connection=connection, credentials_given=key("sandbox-baseten-key"), by=make.owner_of(connection.team)
    )
    checks.run(connection.pk)

    assert open_adapter(Connection.objects.get()) is not first


def test_audit_never_holds_a_key(rotated):
    assert "sandbox-baseten-key" not in str(list(Record.objects.values()))
    assert "the-old-key" not in str(list(Record.objects.values()))
