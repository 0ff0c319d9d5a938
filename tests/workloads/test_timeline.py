"""The geometry of timelines: DESIGN's clock, bars, live edge, ends, labels, even steps, and the words for all of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuconsole.workloads import phases, timeline, timeline_clock
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from gpuconsole.workloads.timeline import Timeline, geometry
from tests.factories_workloads import START, later


def story(*spans: tuple[str, float, float | None], end: str | None = None, note: str = "", number: int = 1) -> Any:
    """One attempt; times in seconds after START, 10:00 UTC."""
    at = START.timestamp()
    drawn = [[word, at + start, None if stop is None else at + stop] for word, start, stop in spans]
    return {"attempt": number, "spans": drawn, "end": end, "note": note}


def full(*attempts: Any, now: float = 7200, **options: Any) -> Timeline:
    return geometry(attempts, now=later(now), size="full", **options)


RUNNING = story(("queued", 120, 360), ("preparing", 360, 900), ("running", 900, None))


def test_a_live_clock_goes_from_the_first_tick_to_a_little_past_now() -> None:
    drawn = full(RUNNING)
    assert drawn.now_x == pytest.approx(100 / 1.04, abs=0.01)
    assert drawn.now_label == "12:00 now"
    assert [tick.label for tick in drawn.ticks] == ["10:00", "", "10:30", "", "11:00", "", "11:30", "", ""]


def test_bars_lie_where_their_time_is() -> None:
    queued, preparing, running = full(RUNNING).rows[0].bars
    assert queued.phase == "queued"
    assert queued.x == pytest.approx(120 / 7488 * 100, abs=0.01)
    assert queued.width == pytest.approx(240 / 7488 * 100 - timeline.GAP, abs=0.01)
    assert preparing.x == pytest.approx(360 / 7488 * 100, abs=0.01)
    assert running.x + running.width == pytest.approx(7200 / 7488 * 100 - timeline.GAP, abs=0.02)


def test_an_ended_clock_stops_at_the_end_without_a_now_line() -> None:
    drawn = full(story(("running", 0, 3600), end="succeeded"))
    (bar,) = drawn.rows[0].bars
    assert (drawn.now_x, drawn.now_label, drawn.rows[0].live, drawn.rows[0].end) == (None, "", None, None)
    assert bar.x + bar.width == pytest.approx(100 - timeline.GAP, abs=0.01)


def test_a_sliver_is_drawn_at_its_least_width_and_pushes_nothing() -> None:
    thin, wide = full(story(("assigned", 0, 1), ("running", 1, None)), now=10_000).rows[0].bars
    assert thin.width == 0.4
    assert wide.x == pytest.approx(0.01, abs=0.01)


def test_spans_are_parted_by_a_gap() -> None:
    first, second = full(story(("queued", 0, 3600), ("running", 3600, None))).rows[0].bars
    assert second.x - (first.x + first.width) == pytest.approx(0.12, abs=0.011)


@pytest.mark.parametrize(
    ("length", "step"),
    [(59, 60), (599, 60), (600, 900), (7199, 900), (7200, 3600), (43_199, 3600), (43_200, 21_600), (259_200, 86_400)],
)
def test_ticks_by_the_length_of_the_clock(length: int, step: int) -> None:
    assert timeline_clock.step_of(timedelta(seconds=length)) == timedelta(seconds=step)


@pytest.mark.parametrize("length_s", [5, 300, 550, 3000, 7000, 20_000, 43_000, 100_000, 250_000, 3_000_000, 40_000_000])
def test_no_clock_has_more_than_eight_labels(length_s: int) -> None:
    ticks = full(story(("running", 0, None)), now=length_s).ticks
    assert 0 < len(ticks) <= 24
    assert len([tick for tick in ticks if tick.label]) <= 8
    assert all(0 <= tick.x <= 100 for tick in ticks)


def test_a_label_makes_room_for_the_one_of_now() -> None:
    drawn = full(story(("running", 0, None)), now=3600 + 30)
    assert drawn.now_x is not None
    assert all(tick.label == "" for tick in drawn.ticks if drawn.now_x - 9 < tick.x)


def test_ticks_are_in_the_readers_zone() -> None:
    drawn = full(story(("running", 0, 20_000), end="succeeded"), zone=ZoneInfo("Asia/Kolkata"))
    assert [tick.label for tick in drawn.ticks][:2] == ["15:00", "16:00"]
    assert drawn.extent == "15:30 to 21:03"


def test_no_label_runs_out_of_an_ended_clock() -> None:
    drawn = full(story(("running", 0, 3600 + 30), end="succeeded"))
    assert [tick.label for tick in drawn.ticks if tick.x > 97] == [""]


def test_what_goes_on_for_days_is_told_with_them() -> None:
    assert full(story(("running", 0, 100_000), end="succeeded")).extent == "21 Nov 10:00 to 22 Nov 13:46"


def test_days_begin_at_midnight_on_both_sides_of_summer_time() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 23, 12, tzinfo=UTC)
    clock = timeline_clock.life(start, start + timedelta(days=6), start, zone, is_live=False)
    moments = [clock.start + (clock.end - clock.start) * tick.x / 100 for tick in clock.ticks]
    assert all(abs((at.astimezone(zone).hour + 1) % 24 - 1) == 0 for at in map(_nearest_hour, moments))
    assert [tick.label for tick in clock.ticks][:2] == ["23 Oct", "24 Oct"]


def test_an_open_span_ends_in_a_dot_on_the_now_line() -> None:
    drawn = full(RUNNING)
    assert drawn.rows[0].live == timeline.Live("running", drawn.now_x or 0)


def test_a_failure_has_its_reason_right_of_the_mark() -> None:
    failed = story(("running", 0, 600), end="failed", note="prepare timeout, 18 m")
    again = story(("running", 600, None), number=2)
    row = full(failed, again).rows[0]
    note = "prepare timeout, 18 m"
    assert row.end == timeline.End("failed", pytest.approx(8.01, abs=0.01), note, False, note)  # type: ignore[arg-type]
    assert (row.outcome, row.outcome_state) == ("prepare timeout, 18 m", "failed")


def test_a_long_reason_is_told_by_tooltip_and_row_label_alone() -> None:
    long = "The node did not answer for 120 s, so it was given back"
    row = full(story(("running", 0, 600), end="failed", note=long)).rows[0]
    assert row.end is not None
    assert (row.end.text, row.end.title, row.outcome) == ("", long, long)
    kept = phases.finished([story(("running", 0, None))], State.FAILED, later(1), "x" * 200)[0]["note"]
    assert len(kept) == phases.NOTE_LENGTH and kept.endswith("…")


def test_a_late_failure_has_its_reason_elsewhere() -> None:
    end = full(story(("running", 0, 600), end="failed", note="x")).rows[0].end
    assert end is not None
    assert end.is_late


def test_a_cancelled_end_is_a_mark_without_text() -> None:
    row = full(story(("running", 0, 600), end="cancelled", note="Stopped by a person")).rows[0]
    assert row.end is not None
    assert (row.end.state, row.end.text, row.outcome) == ("cancelled", "", "Stopped by a person")


def test_a_label_is_written_where_it_fits() -> None:
    short, long = full(story(("queued", 0, 60), ("running", 60, None))).rows[0].bars
    assert (short.label, long.label) == ("", "1 h 59 m")
    assert short.title == "Queued, 1 m"


def test_each_attempt_is_a_row_of_a_full_timeline_and_all_are_one_of_a_mini() -> None:
    attempts = [story(("running", 0, 600), end="failed"), story(("queued", 600, None), number=2)]
    assert [row.attempt for row in full(*attempts).rows] == [1, 2]
    mini = geometry(attempts, now=later(1200), size="mini")
    assert [bar.phase for bar in mini.rows[0].bars] == ["running", "queued"]
    assert (mini.ticks, mini.spans, mini.now_x) == ((), (), None)


def test_a_mini_is_the_whole_of_its_own_life() -> None:
    (bar,) = geometry([story(("running", 100, 700), end="succeeded")], now=later(9999), size="mini").rows[0].bars
    assert (bar.x, bar.width) == (0, 99.88)


def test_even_steps_are_equally_wide_and_share_their_width() -> None:
    first = story(("queued", 0, 9000), ("running", 9000, 9001), end="failed")
    second = story(("queued", 9001, 9002), ("preparing", 9002, 9003), ("running", 9003, None), number=2)
    drawn = full(first, second, scale="even")
    assert {bar.width for row in drawn.rows for bar in row.bars} == {31.88}
    assert [bar.x for bar in drawn.rows[1].bars] == [0, 32, 64]
    assert (drawn.ticks, drawn.now_x) == ((), None)
    assert drawn.rows[1].live == timeline.Live("running", 96)
    assert drawn.rows[0].end is not None
    assert drawn.rows[0].end.x == 64


def test_a_strip_runs_off_the_left_edge_of_its_window() -> None:
    clock = timeline_clock.window(later(3600), later(7200))
    drawn = geometry([RUNNING], now=later(7200), size="strip", window=clock)
    (bar,) = drawn.rows[0].bars
    assert (bar.phase, bar.x, bar.is_cut) == ("running", 0, True)
    assert drawn.now_x == clock.now_x == pytest.approx(100 / 1.04, abs=0.01)


def test_what_ended_before_the_window_draws_nothing() -> None:
    clock = timeline_clock.window(later(3600), later(7200))
    row = geometry([story(("running", 0, 60), end="failed")], now=later(7200), size="strip", window=clock).rows[0]
    assert (row.bars, row.live) == ((), None)


def test_many_slivers_stay_few_bars() -> None:
    spans = [("running", second, second + 1.0) for second in range(200)]
    mini = geometry([story(*spans, ("running", 200, 100_000), end="failed")], now=later(100_000), size="mini")
    assert len(mini.rows[0].bars) < 10


def test_a_workload_without_spans_draws_nothing_and_says_so() -> None:
    drawn = full()
    assert (drawn.rows, drawn.sentence) == ((), "Nothing has happened at the provider yet.")


def test_a_moment_of_life_is_drawn_without_dividing_by_zero() -> None:
    assert full(story(("submitting", 0, None)), now=0).rows[0].bars
    assert geometry([story(("submitting", 0, 0), end="cancelled")], now=later(0), size="mini").rows[0].bars


def test_the_sentence_says_what_the_chart_shows() -> None:
    attempts = [story(("running", 0, 60), end="failed"), RUNNING | {"attempt": 2}]
    text = "Attempt 2 of 2, running for 1 hour 45 minutes after 4 minutes queued and 9 minutes preparing."
    assert full(*attempts).sentence == text
    ended = full(story(("running", 0, 60), end="failed", note="exit code 1"))
    assert ended.sentence == "Attempt 1 of 1, failed after 1 minute running. exit code 1."


def test_every_span_is_read_out() -> None:
    assert full(RUNNING).spans == (
        "Attempt 1: queued from 10:02:00 to 10:06:00, 4 minutes",
        "Attempt 1: preparing from 10:06:00 to 10:15:00, 9 minutes",
        "Attempt 1: running since 10:15:00, 1 hour 45 minutes so far",
    )


def test_the_phase_table_has_five_cells_with_usual_times_and_the_expected_end() -> None:
    job = Workload(phases=[RUNNING], state=State.RUNNING, started_at=later(900), ends_by=later(14_400))
    cells = timeline.phase_table(job, later(7200), {"queued": 220.0, "running": 11_100.0})
    assert [(cell.label, cell.value, cell.note) for cell in cells] == [
        ("Queued", "4 m", "usual 3 m 40 s"),
        ("Assigned", "–", ""),
        ("Preparing", "9 m", ""),
        ("Running", "1 h 45 m", "usual 3 h 5 m"),
        ("Expected end", "≈ 13:20", "limit 14:00"),
    ]


def test_the_phase_table_of_ended_work_shows_the_end() -> None:
    job = Workload(phases=[story(("running", 0, 60), end="failed")], state=State.FAILED, ended_at=later(60))
    assert timeline.phase_table(job, later(7200), {})[-1].label == "Ended"


def test_the_phase_table_of_an_earlier_attempt_says_how_that_ended() -> None:
    first = story(("queued", 0, 60), ("running", 60, 600), end="failed", note="no heartbeat")
    job = Workload(phases=[first, RUNNING | {"attempt": 2}], state=State.RUNNING, started_at=later(900))
    cells = timeline.phase_table(job, later(7200), {}, 1)
    assert [cells[index].value for index in (0, 3)] == ["1 m", "9 m"]
    assert (cells[4].label, cells[4].value, cells[4].note) == ("Ended", "10:10", "no heartbeat")
    assert timeline.phase_table(job, later(7200), {}, 7)[4].label == "Expected end"


_LENGTHS = st.lists(st.tuples(st.sampled_from(phases.WORDS), st.floats(0, 1e6)), min_size=1, max_size=30)


@given(lengths=_LENGTHS, is_open=st.booleans(), size=st.sampled_from(["mini", "strip", "full"]), even=st.booleans())
def test_whatever_is_drawn_stays_on_the_chart(
    lengths: list[tuple[str, float]], is_open: bool, size: Any, even: bool
) -> None:
    spans: list[tuple[str, float, float | None]] = []
    at = 0.0
    for word, length in lengths:
        spans.append((word, at, at + length))
        at += length
    if is_open:
        spans[-1] = (*spans[-1][:2], None)
    clock = timeline_clock.window(later(at - 21_600), later(at)) if size == "strip" else None
    attempt = story(*spans, end=None if is_open else "failed")
    drawn = geometry([attempt], now=later(at), size=size, window=clock, scale="even" if even else "time")
    for bar in drawn.rows[0].bars:
        assert 0 <= bar.x <= 100
        assert 0.4 <= bar.width <= 100
        assert bar.x + bar.width <= 100.011
        assert (bar.x, bar.width) == (round(bar.x, 2), round(bar.width, 2))


def _nearest_hour(at: datetime) -> datetime:
    return (at + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0)
