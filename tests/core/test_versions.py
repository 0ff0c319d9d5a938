"""Change counters: equal while nothing changed, never equal by accident."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from gpuconsole.core import redis, versions


@pytest.fixture(autouse=True)
def _own_client() -> None:
    redis.client.cache_clear()


def test_reading_twice_gives_the_same_version() -> None:
    assert versions.read("workload:1", "logs:1") == versions.read("workload:1", "logs:1")


def test_a_change_of_any_topic_changes_the_version_of_all() -> None:
    before = versions.read("project:3", "team:1")
    versions.bump_now("team:1")
    after = versions.read("project:3", "team:1")
    versions.bump_now("team:1", "project:3")
    assert len({before, after, versions.read("project:3", "team:1")}) == 3


def test_other_topics_do_not_matter() -> None:
    before = versions.read("project:4")
    versions.bump_now("project:5")
    assert versions.read("project:4") == before


def test_a_lost_counter_never_repeats_a_number() -> None:
    versions.bump_now("workload:7")
    before = versions.read("workload:7")
    redis.client().delete("gpc:version:workload:7")
    assert versions.read("workload:7") != before
    versions.bump_now("workload:7")
    assert versions.read("workload:7") != before


@pytest.mark.django_db(transaction=True)
def test_a_bump_waits_for_the_commit() -> None:
    before = versions.read("workload:8")
    with transaction.atomic():
        versions.bump("workload:8")
        assert versions.read("workload:8") == before
    assert versions.read("workload:8") != before


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_is_not_counted() -> None:
    before = versions.read("workload:9")
    with transaction.atomic():
        versions.bump("workload:9")
        transaction.set_rollback(True)
    assert versions.read("workload:9") == before


def test_without_redis_every_version_differs_and_nothing_fails(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    versions.bump_now("workload:1")
    assert versions.read("workload:1") != versions.read("workload:1")
    redis.client.cache_clear()
