"""The log store: whole lines, any byte offset, constant memory, nothing twice."""

import tracemalloc
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpuconsole.providers.remote import GAP, LogLine
from gpuconsole.workloads import logs
from gpuconsole.workloads.models import LogChunk, Workload
from tests.factories_workloads import START, Lab


def lines(*texts: str) -> list[LogLine]:
    return [LogLine(START, text) for text in texts]


@pytest.fixture
def job(lab: Lab) -> Workload:
    return lab.launch("baseten")


def test_lines_come_back_with_time_source_level_and_number(job: Workload) -> None:
    at = datetime(2026, 11, 21, 12, 0, 1, 234567, tzinfo=timezone(timedelta(hours=1)))
    assert logs.append(job, [LogLine(at, "step 1\tloss 2", "rank 0", "INFO"), LogLine(None, "plain")], cursor="c1")
    first, second = logs.read(job, 0).lines
    assert (first.number, first.at, first.clock) == (1, "2026-11-21T11:00:01.234Z", "11:00:01.234")
    assert (first.source, first.level, first.text) == ("rank 0", "INFO", "step 1\tloss 2")
    assert (second.number, second.at, second.clock, second.text) == (2, None, "", "plain")
    assert job.log_cursor == "c1"


def test_text_with_line_breaks_becomes_several_lines(job: Workload) -> None:
    logs.append(job, lines("a\nb\r\nc\n", "", "d\u2028e"))
    assert [line.text for line in logs.read(job, 0).lines] == ["a", "b", "c", "", "d", "e"]
    assert job.log_lines == 6


def test_long_lines_are_cut_between_characters(job: Workload) -> None:
    logs.append(job, lines("ü" * 20_000))
    found = logs.read(job, 0, logs.MOST_BYTES).lines
    assert len(found) == 3
    assert "".join(line.text for line in found) == "ü" * 20_000


def test_chunks_hold_whole_lines_and_never_more_than_64_kib(job: Workload) -> None:
    logs.append(job, lines(*("x" * 900 for _ in range(200))))
    chunks = list(LogChunk.objects.filter(workload=job).order_by("offset"))
    assert len(chunks) == 3
    assert all(chunk.size == len(chunk.body) <= 65536 and bytes(chunk.body).endswith(b"\n") for chunk in chunks)
    assert [chunk.offset for chunk in chunks] == [0, chunks[0].size, chunks[0].size + chunks[1].size]
    assert sum(chunk.size for chunk in chunks) == job.log_size


def test_a_fetch_that_another_worker_has_kept_already_is_dropped(job: Workload) -> None:
    twin = Workload.objects.get(pk=job.pk)
    assert logs.append(job, lines("a"), cursor="c1")
    assert not logs.append(twin, lines("a"), cursor="c1")
    assert twin.log_cursor == "c1"
    assert [line.text for line in logs.read(job, 0).lines] == ["a"]


def test_reading_follows_to_the_end_and_says_when_it_is_complete(job: Workload) -> None:
    logs.append(job, lines("a", "b"))
    part = logs.read(job, 0)
    assert (part.next, part.size, part.is_complete) == (job.log_size, job.log_size, False)
    job.is_log_complete = True
    rest = logs.read(job, part.next)
    assert (rest.lines, rest.next, rest.is_complete) == ((), job.log_size, True)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=50), min_size=1, max_size=30), data=st.data())
def test_any_offset_starts_at_the_next_whole_line(lab: Lab, texts: list[str], data: st.DataObject) -> None:
    job = lab.launch("baseten")
    half = len(texts) // 2
    logs.append(job, lines(*texts[:half]))
    logs.append(job, lines(*texts[half:]))
    whole = logs.read(job, 0, logs.MOST_BYTES)
    after = data.draw(st.integers(0, job.log_size + 3))
    part = logs.read(job, after, logs.MOST_BYTES)
    assert part.start >= min(after, job.log_size)
    assert whole.text.encode()[part.start :].decode() == part.text
    assert part.start in (0, job.log_size) or whole.text.encode()[part.start - 1 : part.start] == b"\n"
    assert b"\n" not in whole.text.encode()[min(after, job.log_size) : max(part.start - 1, 0)]
    assert part.lines == whole.lines[len(whole.lines) - len(part.lines) :]


def test_pages_put_together_are_the_whole_log(job: Workload) -> None:
    for number in range(40):
        logs.append(job, lines(*(f"{number}-{line} " + "y" * 700 for line in range(10))))
    after, texts = 0, []
    while after < job.log_size:
        part = logs.read(job, after, 20_000)
        assert len(part.text) <= 20_000
        texts += [line.text.split()[0] for line in part.lines]
        after = part.next
    assert texts == [f"{number}-{line}" for number in range(40) for line in range(10)]


def test_the_tail_is_the_last_lines(job: Workload) -> None:
    logs.append(job, lines(*(f"line {number}" for number in range(5000))))
    part = logs.tail(job, 16_384)
    assert part.next == job.log_size
    assert part.lines[-1].text == "line 4999"
    assert part.lines[-1].number == 5000
    assert len(part.text) <= 16_384


def test_a_log_of_many_megabytes_is_read_in_constant_memory_and_queries(
    job: Workload, django_assert_num_queries: object
) -> None:
    block = lines(*("z" * 1000 for _ in range(1000)))
    for _ in range(12):
        logs.append(job, block)
    tracemalloc.start()
    logs.read(job, job.log_size - 500_000)
    assert sum(len(part) for part in logs.stream_text(job)) > 12_000_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
    with django_assert_num_queries(1):  # type: ignore[operator]
        logs.read(job, 6_000_000)


def test_nul_and_broken_text_are_kept(job: Workload) -> None:
    logs.append(job, lines("a\0b", "\ud800"))
    assert [line.text for line in logs.read(job, 0).lines] == ["a\0b", "?"]


def test_rows_are_tinted_by_level_words() -> None:
    def css(text: str, level: str = "") -> str:
        return logs.StoredLine(1, None, "", level, text).css

    assert (css("CUDA error: oom"), css("x", "ERROR"), css("WARN slow")) == ("log-error", "log-error", "log-warn")
    assert (css("terror"), css("error", "INFO"), css("step 1")) == ("", "", "")


def test_an_offset_far_out_is_the_end(job: Workload) -> None:
    logs.append(job, [LogLine(datetime.now(UTC), "a")])
    assert logs.read(job, 2**62).next == job.log_size
    assert logs.read(job, -5).start == 0


def test_a_gap_is_told_apart_from_output(job: Workload) -> None:
    logs.append(job, [LogLine(START, "step 1"), LogLine(None, "Lines are missing here: gone.", level=GAP)])
    step, gap = logs.read(job, 0).lines
    assert (step.is_gap, step.css, gap.is_gap, gap.css) == (False, "", True, "log-gap")
