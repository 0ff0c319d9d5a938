"""The measurements of `bench list`, once Django is set up on servers of their own."""

from __future__ import annotations

import gc
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gpuconsole.providers.remote import LogLine
from gpuconsole.workloads import logs
from gpuconsole.workloads.states import State
from tests.bench._figures import Figure, percentile, report
from tests.bench._many import lab_with
from tests.bench._polls import MOST_BYTES, MOST_CPU_MS, Cost, cost_of, regions
from tests.factories import make_token
from tests.factories_workloads import make_lab

_PAGE_AMONG, _API_AMONG = 20_000, 100_000
_MOST_QUERIES, _MOST_TIMES = 12, 3
_WARM_UP = 30


def measure(rounds: int) -> int:
    """Fill, ask and report."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.ROOT_URLCONF = "tests.bench._bare"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    warnings.filterwarnings("ignore", "No directory at")  # nothing is collected for this
    call_command("migrate", verbosity=0)
    return report([*_page_figures(), *_poll_figures(), *_api_figures(rounds)])


def _page_figures() -> list[Figure]:
    """Queries of the jobs page, as a member sees it; the same number for 25 and for 50 rows."""
    _, reader = lab_with(_PAGE_AMONG)
    browser = Client()
    browser.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    counts, times = [], []
    for size in (25, 25, 50, 50):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(f"/jobs/?size={size}")
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.status_code
        assert answer.content.count(b"/jobs/job_") >= size
        counts.append(len(asked))
    print(f"the jobs page of 50 among {_PAGE_AMONG:,}: {counts[-1]} queries, {times[-1]:.0f} ms")
    return [
        Figure("jobs_page_queries", counts[-1], _MOST_QUERIES),
        Figure("jobs_page_queries_more_for_50_rows", counts[-1] - counts[1], 0),
    ]


def _poll_figures() -> list[Figure]:
    """The dearest unchanged poll of the pages that are open most."""
    lab = make_lab("polls")
    job = lab.workload("baseten", State.RUNNING)
    logs.append(job, [LogLine(None, "step 1")])
    browser = Client()
    browser.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    costs: dict[str, Cost] = {}
    for path in ("/", "/jobs/", f"/jobs/{job.public_id}/"):
        for region in regions(browser.get(path).content.decode()):
            name = f"{path.replace(job.public_id, 'id')} {region.target}"
            costs[name] = cost = cost_of(browser, region)
            assert cost.status == 204, (name, cost)
            print(f"unchanged {name}: {cost.size} bytes, {cost.cpu_ms:.2f} ms of CPU, {cost.queries} queries")
    return [
        Figure("unchanged_poll_bytes", max(cost.size for cost in costs.values()), MOST_BYTES),
        Figure("unchanged_poll_cpu_ms", round(max(cost.cpu_ms for cost in costs.values()), 2), MOST_CPU_MS),
    ]


def _api_figures(rounds: int) -> list[Figure]:
    lab, _ = lab_with(_API_AMONG)
    _, token = make_token(lab.team, lab.owner)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    ours, bare = "/api/v1/workloads?limit=50", f"/bare/workloads?team={lab.team.pk}"
    assert len(_asked(client, ours)["items"]) == len(_asked(client, bare)) == 50
    spent = _alternating({"ours": lambda: client.get(ours), "bare": lambda: client.get(bare)}, rounds)
    for name, times in spent.items():
        middle, late = statistics.median(times), percentile(times, 0.95)
        print(f"{name}: {middle:.2f} ms of CPU (p95 {late:.2f}) for 50 among {_API_AMONG:,}")
    ratio = statistics.median(spent["ours"]) / statistics.median(spent["bare"])
    return [Figure("api_list_times_bare_cpu", round(ratio, 2), _MOST_TIMES)]


def _asked(client: Client, url: str) -> Any:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return answer.json()


def _alternating(asks: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of this process's CPU for each request, all kinds in turns."""
    spent: dict[str, list[float]] = {name: [] for name in asks}
    gc.disable()
    for number in range(_WARM_UP + rounds):
        if number % 100 == 0:
            cache.clear()  # windows of the rate limit
            gc.collect()
        for name, ask in asks.items():
            began = time.process_time()
            ask()
            if number >= _WARM_UP:
                spent[name].append((time.process_time() - began) * 1000)
    gc.enable()
    return spent
