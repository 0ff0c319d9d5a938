"""Which of the console's processes are missed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.core import heartbeats
from gpuconsole.core.models import Heartbeat
from gpuconsole.core.processes import processes, seen_s, silent

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def seen(name: str, seconds_ago: float) -> None:
    Heartbeat.objects.create(name=name, seen_at=NOW - timedelta(seconds=seconds_ago))


def test_before_anything_has_begun_nobody_is_missed() -> None:
    assert silent(NOW) == []
    assert [one.is_running for one in processes(NOW)] == [False, False]


def test_a_watchdog_that_was_never_started_is_missed_once_workers_run() -> None:
    seen(heartbeats.TICK, 2)
    assert [one.label for one in silent(NOW)] == ["Watchdog"]


@pytest.mark.parametrize(
    ("worker_s", "watchdog_s", "missed"), [(2, 4, []), (90, 4, ["Workers"]), (2, 120, ["Watchdog"])]
)
def test_what_was_not_seen_lately_is_missed(worker_s: float, watchdog_s: float, missed: list[str]) -> None:
    seen(heartbeats.TICK, worker_s)
    seen(heartbeats.WATCHDOG, watchdog_s)
    assert [one.label for one in silent(NOW)] == missed
    assert seen_s(NOW) == {heartbeats.TICK: worker_s, heartbeats.WATCHDOG: watchdog_s}
