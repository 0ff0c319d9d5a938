"""The runs of a job as they come if nobody interferes: one after another on a node that fails, side by side on several.

Nominal seconds at speed 1: a node is found in 20 to 60 and takes the job within 5; pulling the image takes 24.5 for
each GB (3 GB unless the image says otherwise); a run that fails shows FAILING for 4. The three time limits of the job
are told in milliseconds of the calendar and are not compressed by the speed, nor are the ten minutes of the stock.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gpuconsole.simulator.dialects.otoy.hardware import Offer, assign, matching
from gpuconsole.simulator.world import chance

if TYPE_CHECKING:
    from gpuconsole.simulator.dialects.otoy.jobs import Job

PENDING, ASSIGNED, PREPARING, RUNNING = "PENDING", "ASSIGNED", "PREPARING", "RUNNING"
FAILING, CANCELLING = "FAILING", "CANCELLING"
COMPLETED, FAILED, CANCELLED = "COMPLETED", "FAILED", "CANCELLED"
FINAL = (COMPLETED, FAILED, CANCELLED)
ASSIGN_S = (20, 60)
TAKE_S = 5
PULL_FAILURE_S = 40
FAILING_S = 4
CANCELLING_S = 20
MOST_RUNS = 200  # of one job: assumed, for one that is retried for ever or takes all nodes there are


@dataclass(frozen=True)
class Run:
    """One execution on one node: `place` is the node's number, `attempt` the try there; `why` tells its end."""

    place: int
    attempt: int
    steps: tuple[tuple[float, str], ...]
    offer: Offer | None = None
    why: str = ""

    @property
    def began_at(self) -> float:
        """When it came into being."""
        return self.steps[0][0]

    @property
    def word(self) -> str:
        """Its last status."""
        return self.steps[-1][1]

    def at(self, word: str) -> float | None:
        """When it came into a status, if it did."""
        return next((moment for moment, entered in self.steps if entered == word), None)

    def until(self, now: float, cancel_asked_at: float | None, cancelling_s: float) -> "Run":
        """The run as it is at a moment, with a cancel asked for in its life; its beginning is always there."""
        steps = self.steps
        if cancel_asked_at is not None:
            steps = steps[:1] + tuple(step for step in steps[1:] if step[0] <= cancel_asked_at)
            steps += _cancelled(steps[-1][1], cancel_asked_at, cancelling_s)
        seen = steps[:1] + tuple(step for step in steps[1:] if step[0] <= now)
        return Run(self.place, self.attempt, seen, self.offer if len(seen) > 1 else None, self.why)


def _cancelled(word: str, asked_at: float, cancelling_s: float) -> tuple[tuple[float, str], ...]:
    if word in FINAL:
        return ()
    if word == PENDING:
        return ((asked_at, CANCELLED),)
    return ((asked_at, CANCELLING), (round(asked_at + cancelling_s, 3), CANCELLED))


def natural_runs(job: "Job") -> list[Run]:
    """All runs that a job would ever have, in the order of their begin."""
    offers = [] if job.is_short else matching(job.asked, job.full)
    places = max(1, min(int(job.asked["max_node_count"]), sum(offer.nodes for offer in offers), MOST_RUNS))
    retries = job.asked["max_retry_count"]
    failed: list[tuple[float, int, int]] = []
    runs = []
    for place in range(places):
        run = _run(job, offers, place, 0, job.created_at)
        if place > 0 and run.offer is None:
            break  # the limit on nodes is an upper one: the job does without
        runs.append(run)
        _note_failure(failed, run)
    while failed and retries > 0 and len(runs) < MOST_RUNS:
        moment, place, attempt = heapq.heappop(failed)
        retries -= 1
        runs.append(_run(job, offers, place, attempt + 1, moment))
        _note_failure(failed, runs[-1])
    return sorted(runs, key=lambda run: (run.began_at, run.place))


def _note_failure(failed: list[tuple[float, int, int]], run: Run) -> None:
    if run.word == FAILED and run.offer is not None:
        heapq.heappush(failed, (run.steps[-1][0], run.place, run.attempt))


def _run(job: "Job", offers: list[Offer], place: int, attempt: int, began_at: float) -> Run:
    low, high = ASSIGN_S
    ready_at = max(began_at, job.released_at or began_at) + job.span(
        low + (high - low) * chance(job.id, "assign", place, attempt)
    )
    given_up_at = began_at + job.asked["max_timeout_assign_ms"] / 1000
    found = assign(offers, ready_at, given_up_at, place)
    if found is None:
        return Run(place, attempt, _rounded([(began_at, PENDING), (given_up_at, FAILED)]), None, "no node")
    assigned_at, offer = found
    steps = [(began_at, PENDING), (assigned_at, ASSIGNED)]
    why = _live(job, attempt, assigned_at, steps)
    return Run(place, attempt, _rounded(steps), offer, why)


def _rounded(steps: list[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    return tuple((round(moment, 3), word) for moment, word in steps)


def _live(job: "Job", attempt: int, assigned_at: float, steps: list[tuple[float, str]]) -> str:
    """Go on from ASSIGNED to the end, and say what ended it."""
    plan = job.plan
    preparing_at = assigned_at + job.span(TAKE_S)
    pull_s = plan.pull_s * (0.9 + 0.2 * chance(job.id, "pull", attempt))
    prepared_at = preparing_at + job.span(pull_s if plan.is_pullable else PULL_FAILURE_S)
    too_late_at = assigned_at + job.asked["max_timeout_start_ms"] / 1000
    if preparing_at < too_late_at:
        steps.append((preparing_at, PREPARING))
    if prepared_at > too_late_at:
        steps.append((too_late_at, FAILED))
        return "start limit"
    if not plan.is_pullable:
        steps.append((prepared_at, FAILED))
        return "pull"
    steps.append((prepared_at, RUNNING))
    return _work(job, attempt, prepared_at, steps)


def _work(job: "Job", attempt: int, started_at: float, steps: list[tuple[float, str]]) -> str:
    limit_ms, plan = job.asked["max_timeout_run_ms"], job.plan
    ends_at = started_at + job.span(plan.run_s)
    cut_at = started_at + limit_ms / 1000 if limit_ms is not None else float("inf")
    if plan.loses_node(attempt) and (lost_at := started_at + job.span(min(plan.run_s, 600) / 2)) < cut_at:
        steps.append((lost_at, FAILED))
        return "node lost"
    if ends_at <= cut_at and plan.exit_of(attempt) == 0 and job.asked["task"] == "BATCH":
        steps.append((ends_at, COMPLETED))
        return "exit 0"
    end = min(ends_at, cut_at)
    steps += [(end, FAILING), (end + job.span(FAILING_S), FAILED)]
    return f"exit {plan.exit_of(attempt)}" if ends_at <= cut_at else "run limit"


def together(words: list[str]) -> str:
    """The status of a job whose nodes' latest runs have these."""
    for word, members in (
        (CANCELLING, (CANCELLING,)),
        (RUNNING, (RUNNING, FAILING)),
        (ASSIGNED, (ASSIGNED, PREPARING)),
        (PENDING, (PENDING,)),
        (CANCELLED, (CANCELLED,)),
        (FAILED, (FAILED,)),
    ):
        if any(one in members for one in words):
            return word
    return COMPLETED


def latest(runs: list[Run]) -> Iterator[Run]:
    """The last run of each node."""
    yield from {run.place: run for run in runs}.values()
