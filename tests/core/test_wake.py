"""Wake-ups are sent on commit, and a broker that is out stops nobody."""

import json
import time

import pytest
from django.conf import settings
from django.db import transaction
from redis import Redis

from gpuconsole.core import wake


@pytest.fixture
def broker(settings):
    wake._sender.cache_clear()
    yield settings
    wake._sender.cache_clear()


def waiting(task: str) -> int:
    """How many of its messages wait; those of other tests' servers, which may still be at work, are not counted."""
    messages = Redis.from_url(settings.REDIS_URL).lrange("celery", 0, -1)
    return sum(json.loads(message)["headers"]["task"] == task for message in messages)


@pytest.mark.django_db(transaction=True)
def test_a_task_is_sent_on_commit_and_not_before(broker):
    with transaction.atomic():
        wake.wake("nobody.listens", 1)
        assert waiting("nobody.listens") == 0

    assert waiting("nobody.listens") == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_when_the_transaction_is_undone(broker):
    with transaction.atomic():
        wake.wake("nobody.hears", 1)
        transaction.set_rollback(True)

    assert waiting("nobody.hears") == 0


@pytest.mark.parametrize("url", ["redis+socket:///nowhere/valkey.sock", "redis://127.0.0.1:1/0"])
def test_a_broker_that_is_out_costs_no_time_and_no_error(broker, url, caplog):
    broker.CELERY_BROKER_URL = url
    started = time.monotonic()

    wake.wake_now("nobody.listens", 1)

    assert time.monotonic() - started < 2
    assert "no worker was woken" in caplog.text
