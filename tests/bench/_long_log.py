"""What `bench logs` measures. Needs Django set up on servers of its own."""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.core.management import call_command
from django.db import connection, reset_queries

from gpuconsole.providers.remote import LogLine
from gpuconsole.workloads import log_search, logs
from gpuconsole.workloads.models import Workload
from tests.bench import _log_page
from tests.bench._figures import Figure, percentile, report
from tests.factories_workloads import START, make_lab

_MB = 1024 * 1024
_LINE = "epoch 3 step {number:>9} loss 2.7182 grad_norm 0.9134 lr 3.0e-05 tokens/s 41312 gpu 0.97 " + "·" * 20
_RARE = "Überlauf in Zeile"
_BATCH = 8_000
_READS = 200
T = TypeVar("T")


def measure(megabytes: int) -> int:
    """Fill, then read in every way; memory is what the process holds at most beyond what it held before reading."""
    call_command("migrate", verbosity=0)
    lab = make_lab("bench")
    job = lab.launch("baseten")
    began = time.perf_counter()
    _fill(job, megabytes * _MB)
    took = time.perf_counter() - began
    print(f"{job.log_size / _MB:,.0f} MB in {job.log_lines:,} lines, written at {job.log_size / _MB / took:.0f} MB/s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    logs.tail(job)
    before = _resident_mb()
    places = [job.log_size * number // _READS for number in range(_READS)]
    page_ms = _p95_ms([lambda place=place: logs.read(job, place) for place in places])
    lines = [1 + job.log_lines * number // _READS for number in range(_READS)]
    line_ms = _p95_ms([lambda number=number: log_search.offset_of(job, number) for number in lines])
    whole_s, length = _timed(lambda: sum(len(part) for part in logs.stream_text(job)))
    search_s, (found, longest_s) = _timed(lambda: _search(job))
    after = _peak_mb()
    print(f"downloaded {length / _MB:,.0f} MB in {whole_s:.1f} s; searched in {search_s:.1f} s, {found} found")
    assert found == len(range(0, job.log_lines, 1_000_000)), found
    return report(
        [
            Figure("read_page_p95_ms", page_ms, 50),
            Figure("find_line_p95_ms", line_ms, 50),
            Figure("search_answer_longest_s", round(longest_s, 2), 3),
            Figure("memory_grew_mb", round(after - before, 1), 24),
            *_log_page.figures(lab, job),
        ]
    )


def _fill(job: Workload, size: int) -> None:
    for start in itertools.count(0, _BATCH):
        numbers = range(start, start + _BATCH)
        texts = (f"{_RARE} {number}" if number % 1_000_000 == 0 else _LINE.format(number=number) for number in numbers)
        logs.append(job, [LogLine(START, text, "rank 0") for text in texts])
        reset_queries()
        if job.log_size >= size:
            return


def _search(job: Workload) -> tuple[int, float]:
    """How many lines have the rare word, and how long the slowest answer took."""
    count, longest_s, after = 0, 0.0, 0
    while True:
        took, found = _timed(lambda after=after: log_search.search(job, _RARE.upper(), after=after))
        longest_s = max(longest_s, took)
        count += len(found.matches)
        if found.next is None:
            return count, longest_s
        after = found.next


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    answer = call()
    return time.perf_counter() - began, answer


def _p95_ms(calls: list[Callable[[], object]]) -> float:
    return round(percentile([_timed(call)[0] * 1000 for call in calls], 0.95), 2)


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / _MB


def _peak_mb() -> float:
    """The most that the process held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
