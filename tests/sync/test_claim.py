"""Leases: one worker at a time, and no wake-up is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.accounts.models import Team
from gpuconsole.connections.models import Connection
from gpuconsole.sync import claim

NOW = timezone.now()


@pytest.fixture
def connection(db: None) -> Connection:
    team = Team.objects.create(name="Lab", slug="lab")
    return Connection.objects.create(public_id="con_1", team=team, provider="baseten", name="Baseten")


def test_a_lease_is_given_once(connection: Connection) -> None:
    assert claim.claim(connection.pk, NOW) is not None
    assert claim.claim(connection.pk, NOW) is None


def test_the_lease_of_a_dead_worker_runs_out(connection: Connection) -> None:
    claim.claim(connection.pk, NOW)
    assert claim.offer_due(NOW + timedelta(seconds=29)) == []
    assert claim.offer_due(NOW + timedelta(seconds=31)) == [connection.pk]


def test_a_renewed_lease_does_not_run_out(connection: Connection) -> None:
    lease = claim.claim(connection.pk, NOW)
    assert lease is not None
    lease.renew(NOW + timedelta(seconds=20))
    assert claim.claim(connection.pk, NOW + timedelta(seconds=40)) is None


def test_a_worker_learns_that_its_lease_was_taken(connection: Connection) -> None:
    slow = claim.claim(connection.pk, NOW)
    claim.claim(connection.pk, NOW + timedelta(seconds=31))
    assert slow is not None
    slow.renew(NOW + timedelta(seconds=32))
    assert slow.lost.is_set()


def test_a_wake_up_while_the_lease_is_held_is_seen_by_the_holder(connection: Connection) -> None:
    lease = claim.claim(connection.pk, NOW)
    assert lease is not None
    claim.mark(connection.pk, NOW)
    assert lease.take_mark()
    assert not lease.take_mark()


def test_a_wake_up_just_before_the_release_makes_the_work_due_at_once(connection: Connection) -> None:
    lease = claim.claim(connection.pk, NOW)
    assert lease is not None
    claim.mark(connection.pk, NOW)
    assert lease.release(NOW + timedelta(seconds=15), NOW)
    assert claim.offer_due(NOW) == [connection.pk]


def test_a_released_connection_is_due_when_it_was_said(connection: Connection) -> None:
    lease = claim.claim(connection.pk, NOW)
    assert lease is not None
    assert not lease.release(NOW + timedelta(seconds=15), NOW)
    assert claim.offer_due(NOW + timedelta(seconds=14)) == []
    assert claim.offer_due(NOW + timedelta(seconds=15)) == [connection.pk]


def test_an_offer_is_made_once_and_again_only_when_nobody_came(connection: Connection) -> None:
    assert claim.offer_due(NOW) == [connection.pk]
    assert claim.offer_due(NOW + timedelta(seconds=9)) == []
    assert claim.offer_due(NOW + timedelta(seconds=11)) == [connection.pk]


def test_whoever_is_woken_may_take_what_was_offered_to_another(connection: Connection) -> None:
    claim.offer_due(NOW)
    assert claim.claim(connection.pk, NOW) is not None


def test_a_connection_in_trouble_is_left_alone_until_its_time(connection: Connection) -> None:
    Connection.objects.update(breaker_until=NOW + timedelta(seconds=8))
    assert claim.claim(connection.pk, NOW) is None
    assert claim.offer_due(NOW) == []
    assert claim.claim(connection.pk, NOW + timedelta(seconds=8)) is not None


def test_a_removed_connection_is_never_claimed(connection: Connection) -> None:
    Connection.objects.update(removed_at=NOW)
    assert claim.offer_due(NOW) == []
    assert claim.claim(connection.pk, NOW) is None


def test_a_tick_with_nothing_due_is_one_query(connection: Connection, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    Connection.objects.update(due_at=NOW + timedelta(seconds=15))
    with django_assert_num_queries(3):  # the question, in a savepoint of the test's transaction
        assert claim.offer_due(NOW) == []
