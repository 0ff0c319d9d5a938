"""Reads what was spent by day: from the rollups, corrected live for whatever they do not know yet.

One statement adds the cost days, takes away what the rollups say of stale workloads, and adds these workloads from
their intervals; open intervals are cut in Python. Call it inside ``core.snapshot.one_moment``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from gpuconsole.core import gpus
from gpuconsole.core.days import Span
from gpuconsole.spend import pieces
from gpuconsole.spend.axes import COLUMNS, By
from gpuconsole.spend.cells import Cell, FailedCell, Key, Odd, Scope, WorkloadCell
from gpuconsole.spend.models import TeamRollup
from gpuconsole.workloads.models import UsageInterval, Workload

_STALE = "SELECT workload_id FROM spend_staleworkload WHERE team_id = %(team)s"
_NUMBERED = frozenset({By.PROJECT, By.PERSON})
_IN_SPAN = "team_id = %(team)s AND day BETWEEN %(first)s AND %(last)s AND {projects}"

_KEY = " ".join(f"WHEN '{by}' THEN {column}::text" for by, column in COLUMNS.items())
_WHOSE = "day, project_id, owner_id, provider, gpu_model, outcome, currency, is_sandbox"
_CELLS = f"""
WITH live AS ({{live}}), asked AS (
  SELECT * FROM unnest(%(axes)s::text[], %(kept)s::text[], %(since)s::date[], %(upto)s::date[])
    AS asked (wanted, kept, since, upto)
), unlike AS (
  SELECT {_WHOSE}, -cost AS cost, -gpu_s AS gpu_s, -unpriced_s AS unpriced_s, -unpriced_gpu_s AS unpriced_gpu_s
    FROM spend_workloadday WHERE {{in_span}} AND workload_id IN ({{stale}})
   UNION ALL
  SELECT {_WHOSE}, cost, gpu_s, unpriced_s, unpriced_gpu_s FROM live WHERE {{projects}}
), days AS (
  SELECT wanted, {_WHOSE}, cost, failed_cost, gpu_s, unpriced_s, unpriced_gpu_s
    FROM spend_costday JOIN asked ON axis = kept AND day BETWEEN since AND upto WHERE {{in_span}}
   UNION ALL
  SELECT wanted, {_WHOSE}, cost, CASE outcome WHEN 'failed' THEN cost ELSE 0 END, gpu_s, unpriced_s, unpriced_gpu_s
    FROM unlike JOIN asked ON day BETWEEN since AND upto
)
SELECT NULL AS wanted, NULL AS day, NULL AS key,
       (SELECT time_zone FROM spend_teamrollup WHERE team_id = %(team)s), 0, 0, 0, 0, 0, FALSE
 UNION ALL
SELECT wanted, day, CASE wanted {_KEY} WHEN '{By.PROJECT}' THEN project_id::text ELSE '' END COLLATE "C" AS key,
       currency, sum(cost), sum(failed_cost), sum(gpu_s), sum(unpriced_s), sum(unpriced_gpu_s), bool_or(is_sandbox)
  FROM days GROUP BY wanted, day, key, currency
 ORDER BY day NULLS FIRST
"""  # noqa: S608 - made of constants of ours
"""The first row has no day, and in place of the currency the zone in which the team's days were cut."""

_WORKLOADS = """
WITH live AS ({live})
SELECT {columns} FROM spend_workloadday WHERE {in_span} AND workload_id NOT IN ({stale}) AND {more}
 UNION ALL
SELECT {columns} FROM live WHERE {projects} AND {more}
"""

_ROW = ("workload_id", "day", "project_id", "currency", "cost", "gpu_s", "unpriced_s", "billed_s", "charged_s")


@dataclass
class Reader:
    """Everything that is read at one moment about a scope; ``now`` is where open intervals are cut off."""

    scope: Scope
    now: datetime
    _is_rolled: bool = field(init=False, default=True)
    """Until the first statement tells."""
    _is_known: bool = field(init=False, default=False)
    _open: list[UsageInterval] = field(init=False)
    _cut: dict[Span, list[pieces.Piece]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._open = list(_open_intervals(self.scope))

    def span(self, first: date, last: date) -> Span:
        """Days in the team's zone."""
        return Span(first, last, self.scope.team.time_zone)

    def cells(self, span: Span, by: By) -> list[Cell]:
        """Amounts by day, key and currency. One statement; another one for a team without true rollups."""
        return self.cells_by({by: span})[by]

    def cells_by(self, asked: Mapping[By, Span]) -> dict[By, list[Cell]]:
        """The same by several things at once, each in days of its own: still one statement."""
        whole = self.span(min(span.first for span in asked.values()), max(span.last for span in asked.values()))
        first, *rows = _rows(_CELLS.format(**self._parts()), self._values(whole) | _asked(asked))
        if self._is_rolled and first[3] != self.scope.team.time_zone:
            self._is_rolled, self._is_known = False, True
            return self.cells_by(asked)
        self._is_known = True
        found: dict[By, list[Cell]] = {by: [] for by in asked}
        known: dict[tuple[By, str | None], Key] = {}
        for wanted, day, text, *amounts in rows:
            if (wanted, text) not in known:
                known[wanted, text] = _read_key(wanted, text)
            found[wanted].append(Cell(day, known[wanted, text], *amounts))
        for by, span in asked.items():
            found[by] += self._open_cells(span, by)
        return found

    def odd(self, span: Span) -> Odd:
        """Counted without a look at the ordinary rows. One statement."""
        statement = _WORKLOADS.format(
            columns="workload_id, outcome, unpriced_s",
            more="(outcome = 'failed' OR unpriced_s > 0)",
            **self._sure_parts(),
        )
        unpriced = {piece.interval.workload_id for piece in self._pieces(span) if piece.cost is None}
        counted = (
            "SELECT count(DISTINCT workload_id) FILTER (WHERE outcome = 'failed'), count(DISTINCT workload_id)"  # noqa: S608
            f" FILTER (WHERE unpriced_s > 0 AND workload_id <> ALL(%(open)s)) FROM ({statement}) AS odd"
        )
        [(failed, rest)] = _rows(counted, self._values(span) | {"open": list(unpriced)})
        return Odd(failed, rest + len(unpriced))

    def failed(self, span: Span) -> list[FailedCell]:
        """Failed workloads by cause, day and currency, and once more by cause alone to be counted. One statement."""
        columns = "workload_id, day, currency, cost, gpu_s, unpriced_s, is_sandbox"
        statement = _WORKLOADS.format(columns=columns, more="outcome = 'failed'", **self._sure_parts())
        added = (
            "SELECT w.reason_code, day, days.currency, coalesce(sum(cost), 0), coalesce(sum(gpu_s), 0),"  # noqa: S608
            " coalesce(sum(unpriced_s), 0), count(DISTINCT w.id) FILTER (WHERE w.kind = 'job'),"
            " count(DISTINCT w.id) FILTER (WHERE w.kind = 'instance'), bool_or(days.is_sandbox)"
            f" FROM ({statement}) AS days JOIN workloads_workload w ON w.id = workload_id"
            " GROUP BY GROUPING SETS ((w.reason_code, day, days.currency), (w.reason_code))"
        )
        return [FailedCell(*row) for row in _rows(added, self._values(span))]

    def dearest(self, span: Span, worth: Mapping[str, Decimal], most: int) -> list[int]:
        """Keys of the workloads whose ended pieces cost most; a currency that ``worth`` lacks is taken as it stands.

        Compared in floating point, which costs a third: whoever shows them adds them up exactly.
        """
        statement = _WORKLOADS.format(columns="workload_id, currency, cost", more="TRUE", **self._sure_parts())
        ordered = (
            f"SELECT workload_id FROM ({statement}) AS days"  # noqa: S608 - made of constants of ours
            " LEFT JOIN unnest(%(currencies)s::text[], %(worth)s::float8[]) AS rates(code, worth) ON code = currency"
            " GROUP BY workload_id ORDER BY sum(cost::float8 * coalesce(worth, 1)) DESC, workload_id LIMIT %(most)s"
        )
        values = {"currencies": list(worth), "worth": list(worth.values()), "most": most}
        return [pk for (pk,) in _rows(ordered, self._values(span) | values)]

    def days_of(self, span: Span, workloads: Sequence[int]) -> list[WorkloadCell]:
        """Ended pieces of some workloads, by day."""
        more = "workload_id = ANY(%(workloads)s)"
        statement = _WORKLOADS.format(columns=", ".join(_ROW), more=more, **self._sure_parts())
        return [WorkloadCell(*row) for row in _rows(statement, self._values(span) | {"workloads": list(workloads)})]

    def workload_days(self, day: date, *, after: int, limit: int) -> list[WorkloadCell]:
        """Closed pieces of one day, in order of the workloads' keys, from behind one of them."""
        more = "workload_id > %(after)s"
        statement = _WORKLOADS.format(columns=", ".join(_ROW), more=more, **self._sure_parts())
        ordered = f"SELECT * FROM ({statement}) AS days ORDER BY workload_id, project_id, currency LIMIT %(limit)s"  # noqa: S608
        values = self._values(self.span(day, day)) | {"after": after, "limit": limit}
        return [WorkloadCell(*row) for row in _rows(ordered, values)]

    def open_days(self, span: Span) -> list[WorkloadCell]:
        """The parts of open intervals, by day."""
        return [
            WorkloadCell(
                piece.interval.workload_id,
                piece.day,
                piece.interval.project_id,
                piece.interval.currency,
                piece.cost or Decimal(0),
                piece.gpu_s,
                piece.billed_s if piece.cost is None else Decimal(0),
                piece.billed_s,
                piece.charged_s,
            )
            for piece in self._pieces(span)
        ]

    def _pieces(self, span: Span) -> list[pieces.Piece]:
        """Open intervals by day; cut once a span."""
        if span not in self._cut:
            self._cut[span] = list(pieces.cut(self._open, span, self.now))
        return self._cut[span]

    def _sure_parts(self) -> dict[str, str]:
        """For statements that do not tell by themselves whether the rollups are true."""
        if not self._is_known:
            rolled = TeamRollup.objects.filter(team=self.scope.team, time_zone=self.scope.team.time_zone)
            self._is_rolled, self._is_known = rolled.exists(), True
        return self._parts()

    def _parts(self) -> dict[str, str]:
        projects = "TRUE" if self.scope.projects is None else "project_id = ANY(%(projects)s)"
        only = f"i.workload_id IN ({_STALE})"
        if not self._is_rolled:
            only = "w.team_id = %(team)s AND i.started_at < %(end)s AND i.ended_at >= %(start)s"
            only += "" if self.scope.projects is None else " AND i.project_id = ANY(%(projects)s)"
        in_span = _IN_SPAN.format(projects=projects) + ("" if self._is_rolled else " AND FALSE")
        live = pieces.WORKLOAD_DAYS.format(only=only)
        return {"live": live, "in_span": in_span, "stale": _STALE, "projects": projects}

    def _values(self, span: Span) -> dict[str, Any]:
        facts = {"team": self.scope.team.pk, "last": span.last, "start": span.start, "end": span.end}
        return pieces.parameters(span) | facts | {"projects": list(self.scope.projects or ())}

    def _open_cells(self, span: Span, by: By) -> Iterator[Cell]:
        for piece in self._pieces(span):
            workload, is_known = piece.interval.workload, piece.cost is not None
            yield Cell(
                day=piece.day,
                key=_key(piece.interval, workload, by),
                currency=piece.interval.currency,
                cost=piece.cost or Decimal(0),
                failed_cost=(piece.cost or Decimal(0)) if workload.outcome == "failed" else Decimal(0),
                gpu_s=piece.gpu_s,
                unpriced_s=Decimal(0) if is_known else piece.billed_s,
                unpriced_gpu_s=Decimal(0) if is_known else piece.gpu_s,
                has_sandbox=workload.is_sandbox,
            )


def _asked(asked: Mapping[By, Span]) -> dict[str, Any]:
    return {
        "axes": list(asked),
        "kept": [by.kept for by in asked],
        "since": [span.first for span in asked.values()],
        "upto": [span.last for span in asked.values()],
    }


def _read_key(wanted: By, text: str | None) -> Key:
    """Numbers of rows; GPUs by our name: what providers write in different words is one."""
    if wanted == By.GPU:
        return gpus.read(text or "").model
    return int(text) if text is not None and wanted in _NUMBERED else text


def _key(interval: UsageInterval, workload: Workload, by: By) -> Key:
    if by is By.GPU:
        return gpus.read(workload.gpu_model).model
    keys: dict[By, Key] = {
        By.ALL: "",
        By.PROJECT: interval.project_id,
        By.PERSON: workload.owner_id,
        By.PROVIDER: workload.provider,
        By.STATE: workload.outcome,
    }
    return keys[by]


def _open_intervals(scope: Scope) -> Any:
    found = UsageInterval.objects.filter(ended_at__isnull=True, workload__team=scope.team)
    if scope.projects is not None:
        found = found.filter(project__in=scope.projects)
    of_workload = ("team", "owner", "provider", "gpu_model", "state", "is_sandbox")
    own = [field.name for field in UsageInterval._meta.local_fields]
    return found.select_related("workload").only(*own, *(f"workload__{name}" for name in of_workload))


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[Any] = cursor.fetchall()
    return found
