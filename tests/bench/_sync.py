"""The measurements of `bench sync`, once Django is set up on servers of their own."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import httpx
from django.core.management import call_command
from django.db import connection as database
from django.test import override_settings
from django.utils import timezone

from gpuconsole.connections.addresses import sandbox_url
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL
from tests.bench._figures import Figure, percentile, report
from tests.bench._sync_crowd import KINDS, Crowd, insert_finished, spec
from tests.bench._sync_watch import Calls, Poller, Process, ages_s, machine_busy_s
from tests.sync.bench import engine_at

_PAGE = {"baseten": math.inf, "cortecs": math.inf, "fireworks": 200, "novita": 100, "otoy": 50}
_LISTS = {"baseten": 2, "cortecs": 1, "fireworks": 1, "novita": 1, "otoy": 2}
"""Lists that tell all of one's work: Baseten's of what ended beside the active, OTOY's of runs beside the jobs."""
_SETTLE_S, _AFTER_S = 30, 16
_MOST_WARM_UP_S = 300


@dataclass(frozen=True)
class Plan:
    """What is asked of the bench."""

    active: int
    share: float
    far_urls: Mapping[str, str]
    """By provider: each is a service of its own."""


@dataclass
class Lab:
    """The crowds."""

    plan: Plan
    crowds: Sequence[Crowd]
    team_id: int


@dataclass(frozen=True)
class Outcome:
    """One run."""

    ages: Sequence[float]
    unseen: int
    calls_a_page: float
    growth_mb: float
    is_flat_known: bool


def prepare(plan: Plan) -> Lab:
    """Launch one workload at each provider as the engine does, and make the crowds of it in both worlds."""
    call_command("migrate", verbosity=0)
    crowds, size = [], plan.active // len(KINDS)
    with engine_at(next(iter(plan.far_urls.values()))) as engine:
        for kind in KINDS:
            far = httpx.Client(base_url=plan.far_urls[kind.slug], timeout=120, trust_env=False)
            _wait(partial(_answers, far), 30)
            with override_settings(SIMULATOR_URL=plan.far_urls[kind.slug]):
                engine.connect(kind.slug, base_url=sandbox_url(registry.get(kind.slug)))
            row = engine.launch(spec(kind, plan.share))
            engine.sync(kind.slug)
            row.refresh_from_db()
            assert row.remote_id, (kind.slug, row.state, row.reason_text)
            crowds.append(Crowd(kind, row.connection, row, far, size, plan.share))
        Workload.objects.update(stop_after_s=None, ends_by=None)
        for crowd in crowds:
            crowd.keep_template()
            crowd.begin()
        team_id = engine.team.pk
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Lab(plan, crowds, team_id)


def measure(lab: Lab, pids: Mapping[str, Sequence[int]], without_s: int, seconds: int, finished: int) -> int:
    """Both runs, and the report."""
    _warm_up(lab)
    before = _run(lab, pids, without_s, "without ended workloads") if without_s else None
    insert_finished(lab.crowds, finished)
    _go_on(lab, _SETTLE_S)
    after = _run(lab, pids, seconds, f"with {finished:,} ended workloads")
    late = sum(age > 5 for age in after.ages) + after.unseen
    figures = [
        Figure("changes_later_than_5_s_percent", round(100 * late / (len(after.ages) + after.unseen), 2), 5),
        Figure("latest_change_s", round(max(after.ages), 2), 15),
        Figure("changes_never_seen", after.unseen, 0),
        Figure("calls_a_list_page", round(after.calls_a_page, 2), 1.2),
    ]
    if after.is_flat_known:
        figures.append(Figure("worker_growth_mb", round(after.growth_mb, 1), 8))
    if before is not None:
        more = percentile(after.ages, 0.95) - percentile(before.ages, 0.95)
        figures.append(Figure("p95_later_with_ended_ones_s", round(more, 2), 0.5))
    return report(figures)


def _warm_up(lab: Lab) -> None:
    """Until every row is as its provider says, which is a change for each of them; and a while longer."""
    began = time.monotonic()
    while _behind(lab) > 0 and time.monotonic() - began < _MOST_WARM_UP_S:
        _go_on(lab, 5)
    print(f"all rows taken in after {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    _go_on(lab, _SETTLE_S)


def _behind(lab: Lab) -> int:
    """Rows that nobody has looked at since the crowds were made."""
    rows = Workload.objects.filter(team=lab.team_id).exclude(state__in=FINAL)
    return rows.filter(observed_at__lte=min(crowd.model.observed_at or timezone.now() for crowd in lab.crowds)).count()


def _go_on(lab: Lab, seconds: float, each: Callable[[int], None] = lambda second: None) -> None:
    """Let the providers' worlds go on for so long, second by second."""
    began = time.monotonic()
    done = 0.0
    while done < seconds:
        for crowd in lab.crowds:
            crowd.go_on(1.0)
        each(int(done))
        done += 1.0
        time.sleep(max(0.0, began + done - time.monotonic()))


def _run(lab: Lab, pids: Mapping[str, Sequence[int]], seconds: int, title: str) -> Outcome:
    poller, calls = Poller(lab.team_id), Calls([crowd.far for crowd in lab.crowds])
    processes = {name: [Process(pid) for pid in each] for name, each in pids.items()}
    for process in chain(*processes.values()):
        process.begin()
    poller.start()
    calls.begin()
    since, busy_s = time.time(), machine_busy_s()

    def each(second: int) -> None:
        if second % 5 == 0:
            calls.read()
            for process in chain(*processes.values()):
                process.sample()

    _go_on(lab, seconds, each)
    until, load = time.time(), os.getloadavg()[0]
    calls.read()
    rounds = {crowd.kind.slug: poller.rounds[crowd.connection.pk] for crowd in lab.crowds}
    cores = {name: sum(one.used_cpu_s for one in each) / (until - since) for name, each in processes.items()}
    cores["all that runs here"] = (machine_busy_s() - busy_s) / (until - since)
    _go_on(lab, _AFTER_S)
    poller.finish()
    print(f"\n{title}: {seconds} s, load {load:.1f}, " + ", ".join(f"{n} {c:.2f} cores" for n, c in cores.items()))
    ages, unseen = _ages(lab, poller, since, until)
    [worker] = processes["worker"]
    print(f"worker {worker.pss_mb[-1][1]:.0f} MB, {worker.growth_mb:+.1f} MB from the second fifth of it to the last")
    return Outcome(ages, unseen, _calls_a_page(lab, calls, rounds, seconds), worker.growth_mb, seconds >= 300)


def _ages(lab: Lab, poller: Poller, since: float, until: float) -> tuple[list[float], int]:
    every, lost = [], 0
    for crowd in lab.crowds:
        told = crowd.far.get("/_sim/changes", params={"provider": crowd.kind.slug, "since": str(since - 3600)}).json()
        pk = crowd.connection.pk
        seen = {remote_id: rows for (connection, remote_id), rows in poller.seen.items() if connection == pk}
        steps = {remote_id: each for remote_id, each in told["changes"].items() if remote_id in crowd.ids}
        if crowd.kind.changes:  # what it is launched in is no change
            steps = {key: [[0.0, each[0][1]], *each[1:]] for key, each in steps.items()}
        ages, unseen = ages_s(steps, seen, since, until)
        if ages:
            p50, p95 = percentile(ages, 0.5), percentile(ages, 0.95)
            figures = f"p50 {p50:.1f} s, p95 {p95:.1f} s, latest {max(ages):.1f} s"
            print(f"  {crowd.kind.slug:10} {len(ages):6} changes, {figures}, never seen {unseen}")
        every += ages
        lost += unseen
    return every, lost


def _calls_a_page(lab: Lab, calls: Calls, rounds: Mapping[str, int], seconds: int) -> float:
    """The most of all connections: calls of a round to know how things stand, against the pages of its lists."""
    worst = 0.0
    for crowd in lab.crowds:
        slug = crowd.kind.slug
        pages = _LISTS[slug] * math.ceil(max(crowd.size / _PAGE[slug], 1))
        looks, details = calls.counts[slug, "list"], calls.counts[slug, "detail"]
        if slug == "otoy":  # for its log, which is output, each job's one run is listed before it is read
            details -= calls.counts[slug, "output"]
        each = (looks + details) / max(rounds[slug], 1)
        every_s = seconds / max(rounds[slug], 1)
        print(
            f"  {slug:10} a round each {every_s:.1f} s: {each:.1f} calls ({details / max(rounds[slug], 1):.1f} for one)"
            f" against {pages} list pages; {calls.counts[slug, 'output'] / seconds:.1f}/s for output,"
            f" {calls.counts[slug, 'other'] / seconds:.1f}/s others"
        )
        worst = max(worst, each / pages)
    return worst


def _answers(far: httpx.Client) -> bool:
    return far.get("/_sim").is_success


def _wait(claim: Callable[[], bool], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            if claim():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
