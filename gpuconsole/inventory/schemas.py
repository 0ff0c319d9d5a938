"""Shapes of findings in the JSON API."""

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from ninja import Field
from pydantic import JsonValue

from gpuconsole.core.api import ApiInput, ApiSchema, Moment, MoneyOut, PageInfo, PageQuery, QueryText, Text
from gpuconsole.core.money import Money
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed, Mark
from gpuconsole.inventory.queries import FindingView, Standing
from gpuconsole.inventory.services import CountedUntil
from gpuconsole.workloads.estimate_schemas import shape_money
from gpuconsole.workloads.guards import LONGEST_S, SHORTEST_S


class FindingQuery(PageQuery):
    """What the list is narrowed to."""

    view: FindingView = FindingView.OPEN
    """Which findings: those that need a person, of other consoles, ignored, or settled."""
    kind: FindingKind | None = None
    connection: QueryText | None = None
    """Id of a connection."""


class AdoptFindingIn(ApiInput):
    """Where a stray goes on."""

    project: Text | None = None
    """Slug of the project that is charged; left out where the record that launched it has one."""
    name: Annotated[Text, Field(max_length=200)] = ""
    """Left out: as the provider has it."""
    stop_after_s: Annotated[int, Field(ge=SHORTEST_S, le=LONGEST_S)] | None = None
    """Ended at the latest after so many seconds from now; left out: the project's usual end."""


class IgnoreIn(ApiInput):
    """Why it may stay as it is, and until when."""

    reason: Annotated[Text, Field(min_length=1, max_length=300, pattern=r"\S")]
    until: Moment


class MarkEndedIn(ApiInput):
    """Your word that lost work has ended."""

    until: CountedUntil = CountedUntil.LISTED
    """Its cost is counted until it was last listed, or until now."""
    why: Annotated[Text, Field(max_length=300)] = ""


class DifferenceOut(ApiSchema):
    field: str
    ours: str
    theirs: str


class StoryLineOut(ApiSchema):
    at: datetime
    text: str
    detail: str
    by: str
    """Whoever did it; empty: the console."""


class FindingOut(ApiSchema):
    """One difference between a provider's account and the record, as lists show it."""

    id: str
    url: str
    """Its page."""
    kind: FindingKind
    state: FindingState
    provider: str
    connection: str
    is_sandbox: bool
    remote_id: str
    name: str
    provider_status: str
    mark: Mark
    """Whose mark it carries."""
    deployment: str
    """The console whose mark it carries; empty: none."""
    token: str
    workload: str | None
    """Id of the record that it is about, that launched it, or that adopted it."""
    hardware: str
    gpu_count: int | None
    region: str
    hourly: MoneyOut | None
    """Just now; null: nobody knows."""
    is_estimated: bool
    """The price is the catalogue's for its hardware, and not the provider's own word for this one."""
    differences: list[DifferenceOut]
    created_at: datetime | None
    started_at: datetime | None
    """By the provider's own stamps."""
    first_seen_at: datetime
    ignored_until: datetime | None
    ignore_reason: str
    end_asked_at: datetime | None
    end_tries: int
    end_error: str
    closed_at: datetime | None
    how_closed: HowClosed | None
    proof: str


class Findings(PageInfo):
    items: list[FindingOut]


class FindingDetail(FindingOut):
    """A finding with the provider's own answer and what happened to it."""

    remote: dict[str, JsonValue]
    story: list[StoryLineOut]


class InventoryOut(ApiSchema):
    """The newest inventory of a connection."""

    connection: str
    read_at: datetime | None
    """Null: none was taken yet."""
    listed: int
    live: int
    findings: int
    """How many of its findings need a person."""


def shape(row: Finding, now: datetime) -> FindingOut:
    """A row of a list."""
    return FindingOut.model_construct(**_facts(row, now))


def shape_detail(row: Finding, now: datetime) -> FindingDetail:
    """Everything about one."""
    story = [StoryLineOut(**line) for line in row.story]
    return FindingDetail.model_construct(**_facts(row, now), remote=row.remote, story=story)


def shape_inventory(connection: str, found: Standing) -> InventoryOut:
    reading = found.reading
    return InventoryOut.model_construct(
        connection=connection,
        read_at=reading.read_at if reading else None,
        listed=reading.listed if reading else 0,
        live=reading.live if reading else 0,
        findings=found.count,
    )


def _facts(row: Finding, now: datetime) -> dict[str, Any]:
    hourly = None if row.hourly_now is None else Money(row.hourly_now, row.currency)
    return {
        "id": row.public_id,
        "url": f"{settings.SITE_URL}/reconcile/{row.public_id}/",
        "kind": FindingKind(row.kind),
        "state": row.state_at(now),
        "provider": row.provider,
        "connection": row.connection.public_id,
        "is_sandbox": row.connection.is_sandbox,
        "remote_id": row.remote_id,
        "name": row.name,
        "provider_status": row.remote_status,
        "mark": Mark(row.mark),
        "deployment": row.deployment,
        "token": row.token,
        "workload": row.workload.public_id if row.workload else None,
        "hardware": row.hardware_id,
        "gpu_count": row.gpu_count,
        "region": row.region,
        "hourly": shape_money(hourly),
        "is_estimated": row.is_estimated,
        "differences": [DifferenceOut(**one) for one in row.differences],
        "created_at": row.said_created_at,
        "started_at": row.said_started_at,
        "first_seen_at": row.first_seen_at,
        "ignored_until": row.ignored_until,
        "ignore_reason": row.ignore_reason,
        "end_asked_at": row.end_asked_at,
        "end_tries": row.end_tries,
        "end_error": row.end_error,
        "closed_at": row.closed_at,
        "how_closed": HowClosed(row.how_closed) if row.how_closed else None,
        "proof": row.proof,
    }
