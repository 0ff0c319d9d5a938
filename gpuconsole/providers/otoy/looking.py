"""What is held of OTOY's jobs between two looks: a job's own row, and its runs, which change without it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpuconsole.providers.looks import Mark, mark_of
from gpuconsole.providers.otoy import runs
from gpuconsole.providers.otoy.runs import Run
from gpuconsole.providers.wire import moment

_EVERY_S = 60
"""Runs of work that is settled are read anew so often, of all jobs in the same look: they are in one list."""
_EVERY_AMONG_MANY_S = 10
"""The same of work that comes up, where its runs are many pages: what it comes to shows in its own row, which every
look reads; how far it has come on the way there, and its addresses, may be so old, unless somebody watches it."""
_TICKING = "duration_ms"


@dataclass(frozen=True, slots=True)
class JobMark:
    """A job as it was told, its runs as they were told, and until when (monotonic) that of the runs is good."""

    job: Mark
    runs: Mark
    good_until: float

    def is_of(self, job: Mapping[str, Any]) -> bool:
        """Whether the job's own row is the same, and its runs need no other look yet."""
        return time.monotonic() < self.good_until and self.job == mark_of(job)

    def is_like(self, other: Mark) -> bool:
        """Whether both stand for the same answers."""
        return isinstance(other, JobMark) and (other.job, other.runs) == (self.job, self.runs)


def marked(job: Mapping[str, Any], its_runs: Sequence[Run], *, among_many: bool = False) -> JobMark:
    """The mark of a job and its runs; ``among_many``: of so many jobs that their runs are not read in every look."""
    lasting = [run if runs.is_over(run) else {**run, _TICKING: None} for run in its_runs]
    return JobMark(mark_of(job), mark_of(lasting), _good_until(job, its_runs, among_many=among_many))


def _good_until(job: Mapping[str, Any], its_runs: Sequence[Run], *, among_many: bool) -> float:
    """Its runs may go on without it while it comes up; later they seldom do. What has none shows in its own row."""
    now = time.monotonic()
    if not its_runs:
        return float("inf") if job.get("status") == "PENDING" else now
    is_up = job.get("status") == "RUNNING" and all(run.get("node_urls") or runs.is_over(run) for run in its_runs)
    if is_up or _has_run_long(job, its_runs):
        return now + _EVERY_S - now % _EVERY_S
    return now + _EVERY_AMONG_MANY_S - now % _EVERY_AMONG_MANY_S if among_many else now


def _has_run_long(job: Mapping[str, Any], its_runs: Sequence[Run]) -> bool:
    """Some publish no address at all: those are not waited for without end."""
    changed_at, began_at = moment(job.get("updated_at")), runs.started_at(its_runs[-1])
    told = max((at for at in (changed_at, began_at) if at), default=None)
    return job.get("status") == "RUNNING" and told is not None and time.time() - told.timestamp() > _EVERY_S
