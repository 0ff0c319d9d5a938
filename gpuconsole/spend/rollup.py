"""Keeps the rollups true: a worker adds up anew what was marked as stale, or all of a team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F, Max, Min, Q
from django.utils import timezone

from gpuconsole.accounts.models import Team
from gpuconsole.core.days import Span, day_of
from gpuconsole.spend import pieces
from gpuconsole.spend.axes import COLUMNS, By
from gpuconsole.spend.models import CostDay, StaleWorkload, TeamRollup, WorkloadDay
from gpuconsole.workloads.models import UsageInterval

AT_ONCE = 5_000
"""Marks taken in one transaction."""
_LOCK = 0x6770_6332  # any number of our own: one worker a team
_INSERT = ", ".join(pieces.COLUMNS)
_ALIKE = "team_id, day, project_id, is_sandbox, currency"
_AXES = "".join(f" WHEN grouping({column}) = 0 THEN '{by}'" for by, column in COLUMNS.items())
_ADD_UP = f"""
INSERT INTO spend_costday ({_ALIKE}, axis, owner_id, provider, gpu_model, outcome,
                           cost, failed_cost, gpu_s, unpriced_s, unpriced_gpu_s)
SELECT {_ALIKE}, CASE{_AXES} ELSE '{By.PROJECT}' END,
       owner_id, coalesce(provider, ''), coalesce(gpu_model, ''), coalesce(outcome, ''),
       sum(cost), coalesce(sum(cost) FILTER (WHERE outcome = 'failed'), 0),
       sum(gpu_s), sum(unpriced_s), sum(unpriced_gpu_s)
  FROM spend_workloadday WHERE team_id = %(team)s AND {{only}}
 GROUP BY GROUPING SETS (({_ALIKE}), {", ".join(f"({_ALIKE}, {column})" for column in COLUMNS.values())})
"""  # noqa: S608 - made of constants of ours


def due_teams() -> list[Team]:
    """Teams whose rollups are not wholly true."""
    marked = StaleWorkload.objects.values("team").distinct()
    whole = TeamRollup.objects.filter(time_zone=F("team__time_zone")).values("team")
    return list(Team.objects.filter(Q(pk__in=marked) | ~Q(pk__in=whole)).order_by("pk"))


def roll_up(team: Team, *, from_scratch: bool = False) -> int:
    """Make a team's rollups true; the number of workload days written. Another worker's team is left to it."""
    written = 0
    while True:
        with transaction.atomic():
            if not _is_ours(team):
                return written
            team.refresh_from_db(fields=["time_zone"])
            rollup = TeamRollup.objects.filter(team=team).first()
            if from_scratch or rollup is None or rollup.time_zone != team.time_zone:
                return written + _all(team)
            stale = _taken(team)
            written += _some(team, stale)
            TeamRollup.objects.filter(team=team).update(rolled_at=timezone.now())
        if len(stale) < AT_ONCE:
            return written


def _is_ours(team: Team) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, team.pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def _taken(team: Team) -> list[int]:
    """Marks are taken away before the intervals are read: what is committed later brings a mark of its own."""
    oldest = StaleWorkload.objects.filter(team=team).order_by("pk").values("pk")[:AT_ONCE]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM spend_staleworkload WHERE id = ANY(%s) RETURNING workload_id",
            [[row["pk"] for row in oldest]],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _all(team: Team) -> int:
    StaleWorkload.objects.filter(team=team).delete()
    for model in (CostDay, WorkloadDay):
        model.objects.filter(team=team).delete()
    ended = UsageInterval.objects.filter(workload__team=team, ended_at__isnull=False)
    span = _span(ended.aggregate(first=Min("started_at"), last=Max("ended_at")), team)
    days = _write("w.team_id = %(team)s", span, team=team.pk) if span else []
    _add_up(team, None)
    now = timezone.now()
    TeamRollup.objects.update_or_create(team=team, defaults={"time_zone": team.time_zone, "rolled_at": now})
    return len(days)


def _some(team: Team, workloads: list[int]) -> int:
    if not workloads:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM spend_workloadday WHERE workload_id = ANY(%s) RETURNING day", [workloads])
        gone = {day for (day,) in cursor.fetchall()}
    ended = UsageInterval.objects.filter(workload__in=workloads, ended_at__isnull=False)
    span = _span(ended.aggregate(first=Min("started_at"), last=Max("ended_at")), team)
    days = _write("i.workload_id = ANY(%(workloads)s)", span, workloads=workloads) if span else []
    _add_up(team, gone.union(days))
    return len(days)


def _span(ends: dict[str, datetime | None], team: Team) -> Span | None:
    first, last = ends["first"], ends["last"]
    if first is None or last is None:
        return None
    return Span(day_of(first, team.time_zone), day_of(last, team.time_zone), team.time_zone)


def _write(only: str, span: Span, **values: object) -> list[date]:
    statement = f"INSERT INTO spend_workloadday ({_INSERT}) {pieces.WORKLOAD_DAYS.format(only=only)} RETURNING day"
    with connection.cursor() as cursor:
        cursor.execute(statement, pieces.parameters(span) | values)
        return [day for (day,) in cursor.fetchall()]


def _add_up(team: Team, days: Iterable[date] | None) -> None:
    """Cost days of some days from the workload days; None: of all."""
    only, values = ("TRUE", {}) if days is None else ("day = ANY(%(days)s)", {"days": list(days)})
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM spend_costday WHERE team_id = %(team)s AND {only}", {"team": team.pk, **values})  # noqa: S608
        cursor.execute(_ADD_UP.format(only=only), {"team": team.pk, **values})
