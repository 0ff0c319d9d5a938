"""The costs part of `bench money`: the costs page over a million usage intervals. Needs Django set up on servers."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.utils import timezone

from gpuconsole.accounts.models import Team
from gpuconsole.projects.models import ExchangeRate, Project
from gpuconsole.spend import rollup, stale
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import State
from tests.bench._figures import Figure, as_in_a_web_worker, percentile
from tests.factories_workloads import Lab, make_lab, make_user
from tests.spend.conftest import give_budget

INTERVALS = 1_000_000
_A_WORKLOAD = 4
_DAYS = 365
_PROJECTS, _PEOPLE, _OPEN, _STALE = 12, 40, 200, 50
_MOST_MS = 300
_ADDRESSES = {
    "costs_page_p95_ms": "/costs/",
    "costs_page_by_workload_p95_ms": "/costs/?by=person&table=workload",
    "costs_page_last_month_p95_ms": "/costs/?by=gpu&table=person&step=week&month={before}",
}


def figures(rounds: int = 40, intervals: int = INTERVALS) -> list[Figure]:
    """Fill, roll up, let some work run and some wait for the next rollup, then ask; in milliseconds of the server."""
    lab = seeded(intervals)
    _tidy_up()
    began = time.perf_counter()
    days = rollup.roll_up(lab.team, from_scratch=True)
    print(f"{intervals:,} usage intervals rolled up to {days:,} workload days in {time.perf_counter() - began:.0f} s")
    _unsettled(lab)
    _tidy_up()
    browser = Client()
    browser.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    before = (timezone.now().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    return [
        Figure(name, _p95_ms(browser, url.format(before=before), rounds), _MOST_MS) for name, url in _ADDRESSES.items()
    ]


def _tidy_up() -> None:
    """As the server does by itself where rows come over days and not in one second."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _p95_ms(browser: Client, url: str, rounds: int) -> float:
    times, own = [], []
    for number in range(rounds + 3):
        if number == 3:
            as_in_a_web_worker()
        began, began_own = time.perf_counter(), time.process_time()
        answer = browser.get(url)
        assert answer.status_code == 200, answer.status_code
        if number >= 3:
            times.append((time.perf_counter() - began) * 1000)
            own.append((time.process_time() - began_own) * 1000)
    middle, late, mine = percentile(times, 0.5), percentile(times, 0.95), percentile(own, 0.5)
    print(f"{url}: median {middle:.0f} ms, p95 {late:.0f} ms; {mine:.0f} ms of this process's CPU")
    return round(late, 1)


def seeded(intervals: int) -> Lab:
    """A team with a year of use: projects with budgets, people, two currencies, every outcome, some without a price."""
    lab = make_lab("bench")
    first = lab.workload("baseten", State.SUCCEEDED, name="first")
    now = timezone.now()
    made = [Project(team=lab.team, name=f"Project {n}", slug=f"project-{n}") for n in range(_PROJECTS)]
    projects = [project.pk for project in Project.objects.bulk_create(made)]
    people = [make_user(lab.team).pk for _ in range(_PEOPLE)]
    ExchangeRate.objects.create(
        currency="EUR", to_currency="USD", rate="1.1", on=now.date() - timedelta(days=900), source="bench"
    )
    _workloads(lab.team, first, intervals // _A_WORKLOAD, projects, people)
    _intervals(lab.team)
    for project in Project.objects.filter(pk__in=projects):
        give_budget(project, 400_000)
    return lab


def _workloads(team: Team, first: Workload, count: int, projects: list[int], people: list[int]) -> None:
    each = {
        "public_id": "'job_' || lpad(to_hex(id::bigint * 10000000 + n), 26, '0')",
        "token": "'gc-' || lpad(to_hex(id::bigint * 10000000 + n), 20, '0')",
        "remote_id": "remote_id || '-' || n",
        "name": "'run-' || n",
        "project_id": "(%(projects)s::bigint[])[1 + mod(n, %(count_projects)s)]",
        "owner_id": "(%(people)s::bigint[])[1 + mod(n * 7, %(count_people)s)]",
        "provider": "(ARRAY['baseten', 'cortecs', 'fireworks', 'novita', 'otoy'])[1 + mod(n * 3, 5)]",
        "gpu_model": "(ARRAY['H100', 'A100', 'L4', 'RTX 4090', 'B200', 'H200'])[1 + mod(n * 5, 6)]",
        "state": "(ARRAY['succeeded', 'failed', 'cancelled', 'succeeded', 'succeeded'])[1 + mod(n * 11, 5)]",
        "currency": "CASE WHEN mod(n, 9) = 0 THEN 'EUR' ELSE 'USD' END",
        "hourly_price": "CASE WHEN mod(n, 50) = 0 THEN NULL ELSE 1 + mod(n, 90) * 0.11 END",
        "gpu_count": "1 + mod(n, 8)",
        "created_at": f"created_at - interval '{_DAYS} days' * (1 - n::float / %(count)s) - interval '1 day'",
        "ended_at": f"created_at - interval '{_DAYS} days' * (1 - n::float / %(count)s)",
    }
    columns = [field.column for field in Workload._meta.local_fields if not field.primary_key]
    values = {"projects": projects, "people": people, "count": count, "first": first.pk}
    values |= {"count_projects": len(projects), "count_people": len(people)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO workloads_workload ({', '.join(columns)})"
            f" SELECT {', '.join(each.get(column, column) for column in columns)}"
            " FROM workloads_workload, generate_series(1, %(count)s) AS n WHERE id = %(first)s",
            values,
        )


def _intervals(team: Team) -> None:
    """Four stretches of one to five hours a workload, within its last day."""
    columns = [field.column for field in UsageInterval._meta.local_fields if not field.primary_key]
    each = {
        "workload_id": "w.id",
        "project_id": "w.project_id",
        "attempt": "k",
        "started_at": "w.created_at + k * interval '6 hours' - interval '5 hours'",
        "ended_at": "w.created_at + k * interval '6 hours' - interval '1 minute' * mod(w.id * k, 240)",
        "billed_s": "18000 - 60 * mod(w.id * k, 240)",
        "cost": "round((18000 - 60 * mod(w.id * k, 240)) * w.hourly_price / 3600, 6)",
        "hourly_price": "w.hourly_price",
        "currency": "w.currency",
        "rounding": "'minute'",
        "gpu_count": "w.gpu_count",
        "before_s": "0",
        "state": "'running'",
        "tariff": "'run'",
        "lane": "''",
        "unsure_s": "0",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO workloads_usageinterval ({', '.join(columns)})"
            f" SELECT {', '.join(each.get(column, 'NULL') for column in columns)}"
            f" FROM workloads_workload w, generate_series(1, {_A_WORKLOAD}) AS k"
            " WHERE w.team_id = %s AND w.name LIKE 'run-%%'",
            [team.pk],
        )


def _unsettled(lab: Lab) -> None:
    """Work that runs now, and work that ended since the last rollup."""
    for number in range(_OPEN):
        lab.workload("baseten", State.RUNNING, name=f"running-{number}")
    ended = list(Workload.objects.filter(team=lab.team, state="failed").order_by("-id")[:_STALE])
    stale.mark(None, ended)
