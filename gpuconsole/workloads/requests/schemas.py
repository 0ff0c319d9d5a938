"""Shapes of launch requests in the JSON API."""

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from ninja import Field
from pydantic import JsonValue

from gpuconsole.core.api import ApiInput, ApiSchema, MoneyOut, PageInfo, PageQuery, QueryText, Text
from gpuconsole.workloads.estimate_schemas import shape_money
from gpuconsole.workloads.guard_schemas import GuardsOut, shape_guards
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.input_schemas import AnySpec, GuardsIn
from gpuconsole.workloads.models import Decision, LaunchRequest
from gpuconsole.workloads.preview_schemas import RequestOut
from gpuconsole.workloads.requests.shown import LimitLine, Shown, shown

Reason = Annotated[Text, Field(max_length=500)]
LimitKey = Annotated[Text, Field(min_length=1, max_length=60)]


class LaunchRequestQuery(PageQuery):
    """What the list is narrowed to."""

    project: QueryText | None = None
    state: Decision | None = None
    is_mine_to_decide: bool = False
    """Only those that wait for you."""


class ApproveIn(ApiInput):
    """A yes."""

    limits: Annotated[list[LimitKey], Field(max_length=100)] | None = None
    """Which limits you waive, by ``limit``; left out: those that it broke when it was asked. Others refuse it."""
    reason: Reason = ""


class TrimIn(ApproveIn):
    """A yes to less: never more GPUs, a longer run or more money than was asked for."""

    spec: AnySpec = Field(None)  # type: ignore[assignment]  # left out: as it was asked for
    """The whole spec, in place of the one that was asked for."""
    guards: GuardsIn = GuardsIn()


class DeclineIn(ApiInput):
    """A no."""

    reason: Annotated[Text, Field(min_length=1, max_length=500, pattern=r"\S")]
    """Read by the person who asked."""


class LimitOut(ApiSchema):
    """One limit that stands against it: while it waits as of now, later as of when it was asked."""

    limit: str
    name: str
    text: str
    is_of_team: bool
    """Only an owner or admin of the team may waive it."""


class LeftOut(ApiSchema):
    """What one budget has left this month, apart from what this request holds, in words."""

    budget: str
    left: str


class LaunchRequestOut(ApiSchema):
    """A launch that waits for an admin, as lists show it."""

    id: str
    url: str
    """Its page."""
    state: Decision
    kind: str
    name: str
    provider: str
    connection: str
    project: str
    by: str | None
    why: str
    is_sandbox: bool
    hourly: MoneyOut | None
    """When it was asked; null: nobody knew the price."""
    at_most: MoneyOut | None
    """Held in the budgets while it waits."""
    created_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    is_trimmed: bool
    workload: str | None
    """Id of the workload that came of it."""


class LaunchRequests(PageInfo):
    items: list[LaunchRequestOut]


class LaunchRequestDetail(LaunchRequestOut):
    """A launch request with what a decision needs."""

    spec: dict[str, JsonValue]
    stop_after_s: int | None
    guards: GuardsOut
    labels: list[str]
    hourly_now: MoneyOut | None
    at_most_now: MoneyOut | None
    limits: list[LimitOut]
    blocked: list[str]
    """What stands against it now and no approval waives."""
    budgets: list[LeftOut]
    requests: list[RequestOut]
    """Everything that a launch would send, in order, secrets masked."""


def shape_request(row: LaunchRequest, now: datetime) -> LaunchRequestOut:
    """A row of a list."""
    return LaunchRequestOut.model_construct(**_facts(row, now))


def shape_request_detail(row: LaunchRequest, now: datetime) -> LaunchRequestDetail:
    """Everything about one request."""
    seen: Shown = shown(row, now)
    sent = seen.preview.requests if seen.preview else ()
    return LaunchRequestDetail.model_construct(
        **_facts(row, now),
        spec=row.spec,
        stop_after_s=row.stop_after_s,
        guards=shape_guards(row.stop_after_s, Guards.read(row.guards)),
        labels=row.labels,
        hourly_now=shape_money(seen.figures.hourly) if seen.figures else None,
        at_most_now=shape_money(seen.figures.upper) if seen.figures else None,
        limits=[_limit(line) for line in seen.limits],
        blocked=list(seen.blocked),
        budgets=[LeftOut(budget=one.label, left=one.words) for one in seen.budgets],
        requests=[RequestOut(method=one.method, path=one.path, body=one.body, why=one.why) for one in sent],
    )


def _limit(line: LimitLine) -> LimitOut:
    return LimitOut(limit=line.key, name=line.name, text=line.text, is_of_team=line.is_of_team)


def _facts(row: LaunchRequest, now: datetime) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "url": f"{settings.SITE_URL}/requests/{row.public_id}/",
        "state": row.state_at(now),
        "kind": row.kind,
        "name": row.name,
        "provider": row.provider,
        "connection": row.connection.public_id,
        "project": row.project.slug,
        "by": row.by.email if row.by else None,
        "why": row.why,
        "is_sandbox": row.connection.is_sandbox,
        "hourly": shape_money(row.hourly),
        "at_most": shape_money(row.most),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "decided_by": row.decided_by.email if row.decided_by else None,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "is_trimmed": row.is_trimmed,
        "workload": row.workload.public_id if row.workload else None,
    }
