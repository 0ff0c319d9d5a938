"""Stamps of polled regions."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from gpuconsole.core import polling, versions


def asked_by(pk: int, stamp: str = "") -> HttpRequest:
    request = RequestFactory().get("/jobs/", {"v": stamp} if stamp else {})
    request.user = SimpleNamespace(pk=pk, is_authenticated=True)  # type: ignore[assignment]
    return request


@pytest.fixture
def topic() -> str:
    name = f"test:{time.time_ns()}"
    versions.bump_now(name)
    return name


def test_a_region_is_unchanged_until_its_topic_is_bumped(topic: str) -> None:
    stamp = polling.stamp(asked_by(1), topic)
    assert polling.is_unchanged(polling.read(asked_by(1, stamp)))
    versions.bump_now(topic)
    assert not polling.is_unchanged(polling.read(asked_by(1, stamp)))


def test_a_stamp_serves_only_the_person_it_was_made_for(topic: str) -> None:
    stamp = polling.stamp(asked_by(1), topic)
    assert polling.read(asked_by(2, stamp)) is None


@pytest.mark.parametrize("stamp", ["", "nonsense", "W10:abc", "x" * 10_000])
def test_a_stamp_that_was_not_made_here_counts_as_changed(stamp: str) -> None:
    assert not polling.is_unchanged(polling.read(asked_by(1, stamp)))


def test_a_region_that_draws_the_time_is_drawn_anew_after_a_while(topic: str) -> None:
    stamp = polling.stamp(asked_by(1), topic, fresh_s=-1)
    assert not polling.is_unchanged(polling.read(asked_by(1, stamp)))


def test_a_stamp_names_what_an_open_page_watches(topic: str) -> None:
    found = polling.read(asked_by(1, polling.stamp(asked_by(1), topic, watches=(4, 12))))
    assert found is not None and found.watches == (4, 12)


def test_what_is_drawn_for_a_poll_is_stamped_as_of_its_arrival(topic: str) -> None:
    poll = asked_by(1, polling.stamp(asked_by(1), topic))
    assert polling.is_unchanged(polling.read(poll))
    versions.bump_now(topic)  # while the rows are being read
    assert not polling.is_unchanged(polling.read(asked_by(1, polling.stamp(poll, topic))))


def test_a_page_is_soon_drawn_once_more_as_its_rows_were_read_before_its_stamp(topic: str) -> None:
    page = polling.read(asked_by(1, polling.stamp(asked_by(1), topic, fresh_s=60)))
    assert page is not None and page.fresh_s == polling.FIRST_FRESH_S
    poll = asked_by(1, polling.stamp(asked_by(1), topic))
    polling.read(poll)
    drawn = polling.read(asked_by(1, polling.stamp(poll, topic, fresh_s=60)))
    assert drawn is not None and drawn.fresh_s == 60
