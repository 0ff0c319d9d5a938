"""How soon a connection is looked at again, as figures alone."""

from datetime import timedelta

import pytest

from gpuconsole.sync import waits
from gpuconsole.sync.waits import Need, Price

AT_ONCE = timedelta()
LONG = timedelta(minutes=6)


@pytest.mark.parametrize(
    ("need", "seconds"),
    [
        (Need(), 60),
        (Need(is_watched=True), 60),
        (Need(live=1), 15),
        (Need(live=1, is_watched=True), 1.5),
        (Need(live=1, moving_for=AT_ONCE), 1.5),
        (Need(live=1, moving_for=LONG), 5),
        (Need(has_unread_logs=True), 3),
        (Need(live=1, has_unread_logs=True), 3),
        (Need(live=2000, pulse=0.1), 15),
        (Need(live=2000, pulse=0.5), 4),
        (Need(live=2000, pulse=20), 1.5),
        (Need(live=2000, moving_for=LONG, pulse=20), 1.5),
    ],
)
def test_a_look_is_wanted_by_who_watches_what_moves_and_what_keeps_changing(need: Need, seconds: float) -> None:
    assert waits.wanted(need) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("price", "seconds"),
    [
        (Price(took_s=0.1, calls=1, rate=5), 1.5),
        (Price(took_s=5, calls=1, rate=5), 3),  # the worker is for others too
        (Price(took_s=1, calls=40, rate=10), 4),  # 40 calls at 8 a second take 5 s, of which one is over
        (Price(took_s=300, calls=40, rate=10), 60),
    ],
)
def test_it_comes_no_sooner_than_worker_and_rate_limit_can_bear(price: Price, seconds: float) -> None:
    wait = waits.until_next_look(Need(live=1, is_watched=True), price)
    assert timedelta(seconds=seconds) <= wait <= timedelta(seconds=seconds * 1.05)


def test_no_two_connections_keep_step() -> None:
    found = {waits.until_next_look(Need(live=1), Price()) for _ in range(20)}
    assert len(found) > 15
