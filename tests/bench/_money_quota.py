"""What quotas and budgets add to a launch in a large team; part of `bench money`, once Django is set up."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from statistics import median

from django.db import connection, transaction
from django.utils import timezone

from gpuconsole.accounts.models import TeamRole
from gpuconsole.core.money import Money
from gpuconsole.projects import rules
from gpuconsole.projects.models import ExchangeRate
from gpuconsole.providers import registry
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.workloads.limits.verdicts import Wish, verdict
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import State
from tests.bench._figures import Figure
from tests.factories import set_budget, set_quota
from tests.factories_workloads import Lab, make_lab, make_user

_ACTIVE = 5_000
_MOST_MS = 10.0
_ROUNDS, _WARM_UP = 60, 10
_OWN = {
    "public_id": "'job_' || lpad(to_hex({pk}::bigint * 1000000 + n), 26, '0')",
    "token": "'gc-' || lpad(to_hex({pk}::bigint * 1000000 + n), 20, '0')",
    "remote_id": "remote_id || '-' || n",
    "owner_id": "(ARRAY[{owners}])[mod(n, {people}) + 1]",
    "gpu_model": "(ARRAY['H100', 'A100', 'NVIDIA L40S'])[mod(n, 3) + 1]",
}


def figures() -> list[Figure]:
    """What 10 quotas add among 5,000 active workloads of the team, and two budgets besides: medians, as the rest of a
    launch is the same with and without."""
    lab = large_lab()
    bare_ms = median(_times(lab))
    _ten_quotas(lab)
    quota_ms = median(_times(lab))
    set_budget(lab.project, 10**8)
    set_budget(lab.project, 10**8, wide=True)
    both_ms = median(_times(lab))
    print(f"locks and rules: {bare_ms:.1f} ms; with 10 quotas {quota_ms:.1f} ms; with 2 budgets too {both_ms:.1f} ms")
    return [
        Figure("quota_check_adds_ms", round(quota_ms - bare_ms, 2), _MOST_MS),
        Figure("budget_check_adds_ms", round(both_ms - quota_ms, 2), 2 * _MOST_MS),
    ]


def large_lab(count: int = _ACTIVE) -> Lab:
    """A team with so many running jobs of 40 people, each billed since it began."""
    lab = make_lab()
    told = {"rate": "1.1", "source": "bench"}
    ExchangeRate.objects.get_or_create(currency="EUR", to_currency="USD", on=timezone.now().date(), defaults=told)
    people = [make_user(lab.team, TeamRole.MEMBER, project="member") for _ in range(40)]
    first = lab.workload("baseten", State.RUNNING, name="first", stop_after_s=7200)
    owners = ",".join(str(one.pk) for one in people)
    each = {name: text.format(pk=first.pk, owners=owners, people=len(people)) for name, text in _OWN.items()}
    _multiply(
        Workload._meta.db_table, [field.column for field in Workload._meta.local_fields[1:]], each, first.pk, count
    )
    with connection.cursor() as cursor:
        table, columns = UsageInterval._meta.db_table, [one.column for one in UsageInterval._meta.local_fields[1:]]
        values = [f"w.{name}" if name == "id" else "w.id" if name == "workload_id" else f"i.{name}" for name in columns]
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table} i, {Workload._meta.db_table} w WHERE i.workload_id = %s AND w.id <> %s AND w.team_id = %s",
            [first.pk, first.pk, lab.team.pk],
        )
        cursor.execute("VACUUM ANALYZE")  # as the server does by itself within a minute
    return lab


def _multiply(table: str, columns: list[str], each: dict[str, str], pk: int, count: int) -> None:
    """So many more rows from one, with what differs from row to row."""
    values = [each.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table}, generate_series(1, %s) AS n WHERE id = %s",
            [count, pk],
        )


def _ten_quotas(lab: Lab) -> None:
    """Every measure, for the team, the project, each person and one person."""
    project, owner = lab.project, lab.owner
    set_quota(project, "gpus", 99_999, wide=True)
    set_quota(project, "gpus", 99_999)
    set_quota(project, "gpus", 99_999, gpu_model="H100")
    set_quota(project, "workloads", 99_999, wide=True, each_member=True)
    set_quota(project, "workloads", 99_999, kind="job")
    set_quota(project, "hourly_price", 10**8)
    set_quota(project, "gpus", 99_999, member=owner)
    set_quota(project, "run_s", 86_400)
    set_quota(project, "gpu_hours", 10**8)
    set_quota(project, "providers", allowed=["baseten", "cortecs"])


def _times(lab: Lab) -> list[float]:
    """Milliseconds of the locks and the whole verdict, as a launch has them within its transaction."""
    return [_took(lambda: _check(lab)) for _ in range(_ROUNDS + _WARM_UP)][_WARM_UP:]


def _check(lab: Lab) -> None:
    now = timezone.now()
    hourly = Money(Decimal(13), "USD")
    wish = Wish(
        project=lab.project,
        owner=lab.owner,
        provider=registry.get("baseten"),
        pricing=Pricing(
            hourly.amount, "USD", Rounding.MINUTE, gpu_count=2, hardware_model="H100", hardware_id="H100x2"
        ),
        hourly=hourly,
        upper=hourly * 2,
        longest_s=7200,
        ends_by=now + timedelta(hours=2),
        now=now,
    )
    with transaction.atomic():
        rules.lock(lab.project)
        said = verdict(wish)
    assert not said.violations, said.violations


def _took(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
