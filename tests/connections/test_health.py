"""Health in words from real calls, and ticks that cost little."""

from datetime import UTC, datetime, timedelta

import pytest

from gpuconsole.connections import checks, health, services
from gpuconsole.connections.calls import Calls
from gpuconsole.connections.models import Connection, Health, HealthTick
from gpuconsole.providers import registry
from gpuconsole.providers.errors import NotAuthorized, RateLimited, Unconfirmed
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 14, 40, tzinfo=UTC)


@pytest.fixture
def connection():
    made = make.make_connection()
    yield Connection.objects.select_related("team").get(pk=made.pk)
    health._memory.counts.clear()
    health._memory.usual_ms.clear()


def note(connection, *, took_ms=100, error=None, failures_in_a_row=0, after_s=0):
    connection.failures = failures_in_a_row
    now = NOW + timedelta(seconds=after_s)
    calls = Calls()
    calls.note("GET", "/jobs", 200 if error is None else 503, took_ms)
    health.note_round(connection, ok=error is None, counted=calls.take(), error=error, now=now)


def test_a_good_call_makes_it_healthy(connection):
    note(connection)

    connection.refresh_from_db()
    assert connection.health == Health.HEALTHY


def test_one_failure_is_a_hiccup_and_two_are_failing(connection):
    note(connection)
    note(connection, error=Unconfirmed("Baseten answered 503."), failures_in_a_row=1)
    assert Connection.objects.get().health == Health.HEALTHY

    note(connection, error=Unconfirmed("Baseten answered 503."), failures_in_a_row=2)

    row = Connection.objects.get()
    assert (row.health, row.health_text) == (Health.FAILING, "Baseten answered 503.")


def test_a_refused_key_is_told_at_once(connection):
    note(connection, error=NotAuthorized("Baseten answered 401: key not known."), failures_in_a_row=1)

    assert Connection.objects.get().health == Health.REFUSED


def test_a_rate_limit_is_slow_and_not_failing(connection):
    note(connection, error=RateLimited("Baseten asks to wait 10 s.", wait_s=10), failures_in_a_row=5)

    assert Connection.objects.get().health == Health.SLOW


def test_slow_calls_are_slow_until_they_are_clearly_quick_again(connection):
    for _ in range(20):
        note(connection, took_ms=2000)
    assert Connection.objects.get().health == Health.SLOW

    for _ in range(20):
        note(connection, took_ms=1200)
    assert Connection.objects.get().health == Health.SLOW

    for _ in range(20):
        note(connection, took_ms=300)
    assert Connection.objects.get().health == Health.HEALTHY


def test_the_age_of_a_health_begins_when_it_became_so(connection):
    note(connection)
    first = Connection.objects.get().health_at
    note(connection, error=Unconfirmed("503"), failures_in_a_row=2)
    note(connection, error=Unconfirmed("502"), failures_in_a_row=3)

    row = Connection.objects.get()
    assert row.health_at > first
    assert row.health_text == "502"


def test_an_unchanged_round_writes_nothing(connection, django_assert_num_queries):
    note(connection)

    with django_assert_num_queries(0):
        for second in range(1, 29, 2):
            note(connection, after_s=second)


def test_calls_are_counted_by_the_half_hour(connection):
    for second in (0, 10, 20, 40):
        note(connection, after_s=second)
    note(connection, error=Unconfirmed("503"), failures_in_a_row=1, after_s=60)
    note(connection, after_s=21 * 60)
    health.flush()

    rows = list(HealthTick.objects.order_by("starts_at").values_list("starts_at", "calls", "failures", "total_ms"))
    assert rows == [
        (datetime(2026, 11, 21, 14, 30, tzinfo=UTC), 5, 1, 500),
        (datetime(2026, 11, 21, 15, 0, tzinfo=UTC), 1, 0, 100),
    ]


def test_48_ticks_are_shown_with_their_colour(connection, django_assert_num_queries):
    for back, calls, failures in ((0, 100, 1), (1, 100, 5), (2, 100, 10), (47, 3, 0), (48, 9, 9)):
        starts_at = datetime(2026, 11, 21, 14, 30, tzinfo=UTC) - timedelta(minutes=30) * back
        HealthTick.objects.create(connection=connection, starts_at=starts_at, calls=calls, failures=failures)

    with django_assert_num_queries(1):
        ticks = health.days([connection], NOW)[connection.pk].ticks

    assert len(ticks) == 48
    assert [tick.kind for tick in ticks[-3:]] == ["bad", "slow", "ok"]
    assert ticks[0].kind == "ok"
    assert {tick.kind for tick in ticks[1:-3]} == {""}


def test_the_error_budget_counts_thirty_days(connection):
    HealthTick.objects.create(connection=connection, starts_at=NOW - timedelta(days=1), calls=1000, failures=5)
    HealthTick.objects.create(connection=connection, starts_at=NOW - timedelta(days=31), calls=1000, failures=1000)

    assert health.failed_share([connection], NOW) == {connection.pk: 0.005}


def test_a_refused_new_key_falls_back_to_the_old_one_by_itself(connection, simulator):
    given = registry.get("baseten").credentials.model_validate({"api_key": "sandbox-baseten-key"})
    services.rotate(connection=connection, credentials_given=given, by=make.owner_of(connection.team))
    checks.run(connection.pk)
    row = Connection.objects.select_related("team").get()

    note(row, error=NotAuthorized("401"), failures_in_a_row=1)

    after = Connection.objects.get()
    assert after.credentials_version == row.credentials_version + 1
    assert after.health == Health.UNKNOWN
    assert after.old_until is None


def test_the_median_of_a_day_is_told_from_all_its_ticks(connection):
    for second, took_ms in ((0, 40), (1, 40), (2, 9000), (21 * 60, 60), (21 * 60 + 1, 60)):
        note(connection, took_ms=took_ms, after_s=second)
    health.flush()
    note(connection, took_ms=60, after_s=21 * 60 + 2)
    health.flush()

    day = health.days([connection], NOW + timedelta(minutes=25))[connection.pk]
    assert (day.calls, day.failed_percent) == (6, 0)
    assert 50 <= day.median_ms <= 75
    assert day.ticks[-1].text == "15:00: 3 of 3 calls fine, half of them within 62 ms"
