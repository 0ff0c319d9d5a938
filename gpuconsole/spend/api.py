"""``GET /costs``: what was spent, by day and by what one likes; and the same as files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import AfterValidator, BeforeValidator, Field

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import snapshot
from gpuconsole.core.api import COMMON_PROBLEMS, Amount, ApiQuery, ApiSchema, QueryText
from gpuconsole.core.days import Month, Span, day_of
from gpuconsole.core.errors import Refused
from gpuconsole.projects.access import find_project
from gpuconsole.spend import causes, files, scope
from gpuconsole.spend.axes import By
from gpuconsole.spend.cells import Cell
from gpuconsole.spend.currencies import Rates, Total, rates_to
from gpuconsole.spend.names import names_of
from gpuconsole.spend.reading import Reader
from gpuconsole.spend.scope import Seen
from gpuconsole.workloads.states import Fault

router = Router(tags=["Costs"])

MOST_DAYS = 400
_HOUR_S = Decimal(3600)


def _a_month(text: str) -> str:
    if Month.read(text) is None:
        raise ValueError(_("Must be a month such as 2026-11."))
    return text


def _a_day(text: Any) -> Any:
    """A bare number would be read as seconds since 1970."""
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(_("Must be a day such as 2026-11-21."))
    return text


Day = Annotated[date, BeforeValidator(_a_day)]


class CostQuery(ApiQuery):
    """Which days of which projects. Without a month or days: the running month."""

    month: (
        Annotated[str, Field(pattern=r"^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])$"), AfterValidator(_a_month)] | None
    ) = None
    first: Day | None = None
    """The first day, in the team's zone; with ``last``, in place of a month."""
    last: Day | None = None
    """The last day; at most 400 days in all."""
    project: QueryText | None = None
    """Slug."""


class CostsBy(StrEnum):
    """What amounts are told apart by; ``cause`` tells of failed runs alone, by what they failed of."""

    ALL = "all"
    PROJECT = "project"
    PERSON = "person"
    PROVIDER = "provider"
    GPU = "gpu"
    STATE = "state"
    CAUSE = "cause"


class CostsQuery(CostQuery):
    """How amounts are told apart, and in which currency they are added up."""

    by: CostsBy = CostsBy.PROJECT
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """The team's, if left out."""


class ChargedOut(ApiSchema):
    """An amount as it was charged."""

    amount: Amount
    currency: str


class CauseOut(ApiSchema):
    """What runs failed of."""

    fault: Fault
    """Whose fault it mostly is."""
    jobs: int
    """How many failed of it."""
    instances: int


class KeyCostOut(ApiSchema):
    """What was spent under one key on one day, or in all of the days."""

    day: date | None
    """Null: all days together."""
    key: str
    name: str
    cost: Amount | None
    """In the asked currency at the rate of each day; null where a rate is missing."""
    failed_cost: Amount | None
    """Of workloads that failed in the end."""
    charged: list[ChargedOut]
    gpu_hours: Amount
    unpriced_hours: Amount
    """Billed hours whose price nobody knows: they are in no amount."""
    cause: CauseOut | None = None
    """In the items of ``by=cause``, else null."""


class Costs(ApiSchema):
    """Sums by key, and by key and day. Days are those of the team's zone; running work counts up to now."""

    first: date
    last: date
    time_zone: str
    currency: str
    by: CostsBy
    counted_to: datetime
    total: KeyCostOut
    items: list[KeyCostOut]
    days: list[KeyCostOut]


@router.get("/costs", response={200: Costs, **COMMON_PROBLEMS}, operation_id="get_costs")
def get_costs(request: HttpRequest, asked: Query[CostsQuery]) -> Costs:
    """What the projects that the token reaches have spent."""
    seen, now = _seen(request, asked), timezone.now()
    span, rates = _span(asked, seen, now), rates_to(asked.currency or seen.team.currency)
    with snapshot.one_moment():
        told = _told(Reader(seen.scope, now), span, asked.by, seen, rates)
    by_key: dict[Any, list[Cell]] = {}
    by_day: dict[Any, list[Cell]] = {}
    for cell in told.cells:
        by_key.setdefault(cell.key, []).append(cell)
        by_day.setdefault((cell.day, cell.key), []).append(cell)
    return Costs(
        first=span.first,
        last=span.last,
        time_zone=span.zone,
        currency=rates.to_currency,
        by=asked.by,
        counted_to=now,
        total=_shape(None, "", _("Together"), told.cells, rates),
        items=[
            _shape(None, key, told.names[pk], by_key[pk], rates, told.causes.get(pk))
            for pk, key in told.keys.items()
            if pk in by_key
        ],
        days=[
            _shape(day, told.keys[key], told.names[key], found, rates)
            for (day, key), found in sorted(by_day.items(), key=lambda item: (item[0][0], str(item[0][1])))
        ],
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Amounts by key and day, with what each key is called outside and in words."""

    cells: list[Cell]
    keys: Mapping[Any, str]
    names: Mapping[Any, str]
    causes: Mapping[Any, CauseOut] = field(default_factory=dict)


def _told(reader: Reader, span: Span, asked: CostsBy, seen: Seen, rates: Rates) -> _Told:
    if asked is CostsBy.CAUSE:
        return _told_by_cause(reader, span, rates)
    by = By(asked.value)
    cells = reader.cells(span, by)
    slugs: dict[Any, str] = {project.pk: project.slug for project in seen.projects}
    keys = {cell.key: slugs.get(cell.key, "") if by is By.PROJECT else str(cell.key or "") for cell in cells}
    return _Told(cells, keys, names_of(by, keys, seen.projects))


def _told_by_cause(reader: Reader, span: Span, rates: Rates) -> _Told:
    read = reader.failed(span)
    found = causes.added_up(read, rates)
    keys = {one.code.value: one.code.value for one in found}
    runs = {one.code.value: CauseOut(fault=one.fault, jobs=one.jobs, instances=one.instances) for one in found}
    return _Told(causes.by_day(read), keys, {one.code.value: one.title for one in found}, runs)


_FILE: dict[Any, Any] = {200: None, **COMMON_PROBLEMS}
_CSV = {"responses": {200: {"description": "A CSV file", "content": {"text/csv": {"schema": {"type": "string"}}}}}}


@router.get("/costs.csv", response=_FILE, operation_id="export_costs", openapi_extra=_CSV)
def export_costs(request: HttpRequest, asked: Query[CostQuery]) -> HttpResponseBase:
    """One row a workload and day, at full precision: as charged, and in the team's currency with rate and its day."""
    return _file(request, asked, files.CSV)


@router.get("/costs/focus.csv", response=_FILE, operation_id="export_focus", openapi_extra=_CSV)
def export_focus(request: HttpRequest, asked: Query[CostQuery]) -> HttpResponseBase:
    """The same in the FinOps FOCUS 1.2 format; rows without a known price are left out, as it allows no empty cost."""
    return _file(request, asked, files.FOCUS)


def _file(request: HttpRequest, asked: CostQuery, kind: str) -> HttpResponseBase:
    seen, now = _seen(request, asked), timezone.now()
    return files.of(seen, _span(asked, seen, now), now, kind)


def _seen(request: HttpRequest, asked: CostQuery) -> Seen:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return scope.of(viewer, None if asked.project is None else find_project(viewer, asked.project))


def _span(asked: CostQuery, seen: Seen, now: datetime) -> Span:
    """Raises Refused for days that are none."""
    zone = seen.team.time_zone
    if asked.first is None and asked.last is None:
        month = Month.read(asked.month or "") or Month.of(day_of(now, zone))
        return month.span(zone)
    if asked.month is not None:
        raise Refused(_("Send a month or days, not both."), code="two_spans", field="month")
    if asked.first is None or asked.last is None:
        missing = "first" if asked.first is None else "last"
        raise Refused(_("Send both the first and the last day."), code="half_a_span", field=missing)
    if not date(1970, 1, 1) <= asked.first <= asked.last <= date(9998, 12, 31):
        raise Refused(
            _("The last day must not be before the first, nor either before 1970."), code="no_days", field="last"
        )
    if asked.last - asked.first >= timedelta(days=MOST_DAYS):
        raise Refused(_("At most {most} days at once.").format(most=MOST_DAYS), code="too_many_days", field="last")
    return Span(asked.first, asked.last, zone)


def _shape(
    day: date | None, key: str, name: str, cells: list[Cell], rates: Rates, cause: CauseOut | None = None
) -> KeyCostOut:
    cost, failed, charged = Total(), Total(), dict[str, Decimal]()
    for cell in cells:
        cost.add(cell.cost, cell.currency, cell.day, rates)
        failed.add(cell.failed_cost, cell.currency, cell.day, rates)
        if cell.cost:
            charged[cell.currency] = charged.get(cell.currency, Decimal(0)) + cell.cost
    return KeyCostOut(
        day=day,
        key=key,
        name=name,
        cost=cost.amount if cost.is_whole else None,
        failed_cost=failed.amount if failed.is_whole else None,
        charged=[ChargedOut(amount=amount, currency=own) for own, amount in sorted(charged.items())],
        gpu_hours=sum((cell.gpu_s for cell in cells), Decimal(0)) / _HOUR_S,
        unpriced_hours=sum((cell.unpriced_s for cell in cells), Decimal(0)) / _HOUR_S,
        cause=cause,
    )
