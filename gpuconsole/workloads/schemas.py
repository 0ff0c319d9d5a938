"""What the JSON API tells of workloads."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import JsonValue

from gpuconsole.core.api import Amount, ApiSchema, PageInfo
from gpuconsole.workloads import checkpoints
from gpuconsole.workloads.estimate_schemas import EstimateOut
from gpuconsole.workloads.failure_schemas import FailureOut, shape_failure
from gpuconsole.workloads.guarding import KEYS, Guards
from gpuconsole.workloads.models import Checkpoint, Event, Intent, Workload
from gpuconsole.workloads.states import State
from gpuconsole.workloads.usage import cost_so_far


class GuardsOut(ApiSchema):
    """Rules of ours that end work; null: there is no such rule."""

    stop_after_s: int | None
    stop_at_cost: Amount | None
    idle_after_s: int | None
    idle_percent: int
    queue_limit_s: int | None
    queue_then: str
    terminate_after_s: int | None
    warn_before_s: int | None
    tell_me: str
    """What its owner is told of: trouble (always), running, failed, ended, all."""


MOST_RETRIES = 20


class ReasonOut(ApiSchema):
    """Why it failed or ended: a word for programs, whose fault, and the words of whoever said so."""

    code: str
    fault: str
    text: str
    field: str
    """Dotted wire path of the field that the provider refused; empty where it named none."""


class HardwareOut(ApiSchema):
    id: str
    gpu_model: str
    gpu_count: int
    """All GPUs of the workload together."""
    region: str


class PriceOut(ApiSchema):
    """Frozen at launch, for everything the workload holds together."""

    hourly: Amount
    currency: str
    rounding: str
    seen_at: datetime | None


class CostOut(ApiSchema):
    amount: Amount
    currency: str
    is_final: bool


class WorkloadOut(ApiSchema):
    """A workload as lists show it."""

    id: str
    kind: str
    name: str
    provider: str
    connection: str
    project: str
    owner: str | None
    labels: list[str]
    is_sandbox: bool
    state: str
    state_at: datetime
    is_final: bool
    provider_status: str
    attempt: int
    attempts_most: int
    """Tries that the provider makes by itself at most; a person may have it tried once more."""
    reason: ReasonOut | None
    remote_id: str | None
    hardware: HardwareOut
    price: PriceOut | None
    """Null: nobody knows the price."""
    cost: CostOut | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ends_by: datetime | None
    observed_at: datetime | None
    """When the provider was last asked and told how it stands; null: never yet."""


class Workloads(PageInfo):
    items: list[WorkloadOut]


class SpanOut(ApiSchema):
    phase: str
    started_at: datetime
    ended_at: datetime | None


class AttemptOut(ApiSchema):
    attempt: int
    spans: list[SpanOut]
    end: str | None


class CheckpointOut(ApiSchema):
    """A saved state of one attempt, as the provider listed it last."""

    id: str
    attempt: int
    created_at: datetime | None
    size_bytes: int | None
    is_complete: bool
    """False: the provider was still copying it out of the machine."""
    kind: str


class PortOut(ApiSchema):
    """A published port; its address is the value of ``way`` in ``connect``."""

    number: int
    """Inside."""
    protocol: str
    way: str
    use: str
    """What it is there for, where the provider says so: a tool, a node."""
    answers: bool | None
    """Whether something listens, by the provider's word; null: it does not tell."""


class EditOut(ApiSchema):
    """An edit that is on its way, or that was not made."""

    changes: dict[str, JsonValue]
    is_pending: bool
    errors: dict[str, str]
    """Why it was not made, by dotted wire path; "" for what concerns no field."""


class WorkloadDetail(WorkloadOut):
    """A workload with its spec, its timeline and the ways in."""

    spec: dict[str, JsonValue]
    request: dict[str, JsonValue]
    """What was sent, secrets masked; empty before it was sent."""
    remote: dict[str, JsonValue]
    """The provider's last answer, secrets taken out."""
    attempts: list[AttemptOut]
    parts: list[dict[str, JsonValue]]
    connect: dict[str, str | None]
    """Ways in by label while it runs; null for one that is hidden, such as a password: ask ``/ways`` for it."""
    ports: list[PortOut]
    """Those of the ways in that are published ports, while it runs."""
    checkpoints: list[CheckpointOut]
    """Newest first."""
    log_size: int
    is_log_complete: bool
    warnings: list[str]
    """Limits that were passed with a warning just now, which its events keep; and what to change before a retry."""
    failure: FailureOut | None
    """Null where it did not end, or not badly."""
    retry_of: str | None
    """The work that it was launched to run again."""
    retries: list[str]
    """The work that was launched to run it again, newest first; a retry at the provider is another attempt instead."""
    guards: GuardsOut
    idle_since: datetime | None
    """Since when its GPUs are idle; null: they are not, or nobody measures them."""
    late_min: int
    """A stop, start, restart or end that was asked for is not confirmed for 5, 15 or 60 minutes; 0: none is late."""
    edit: EditOut | None
    """The last edit, until the provider has taken it."""
    removed_at: datetime | None
    """When the provider, asked to delete what had ended, listed it no more."""


class WayOut(ApiSchema):
    """A way in that is hidden until asked for."""

    way: str
    value: str


class EventOut(ApiSchema):
    id: int
    at: datetime
    kind: str
    state: str | None
    attempt: int
    provider_status: str
    text: str
    detail: str
    by: str | None


class Events(PageInfo):
    items: list[EventOut]


class RequestOut(ApiSchema):
    """One HTTP request to the provider; ``why`` says what a preparing one is for."""

    method: str
    path: str
    body: JsonValue
    why: str


class PreviewOut(ApiSchema):
    """The exact request that a launch would send, secrets masked, and what it would cost."""

    request: RequestOut
    """The launch itself."""
    requests: list[RequestOut]
    """All that is sent, in order: what prepares it, then the launch."""
    url: str
    """Full address of the launch."""
    curl: str
    python: str
    estimate: EstimateOut


def shape(workload: Workload, now: datetime) -> WorkloadOut:
    """A row of a list; asks nothing of the database when connection, project and owner came with it."""
    return WorkloadOut.model_construct(**_facts(workload, now))


def shape_detail(workload: Workload, now: datetime) -> WorkloadDetail:
    """Everything about one workload."""
    return WorkloadDetail.model_construct(
        **_facts(workload, now),
        spec=workload.spec,
        request=workload.request,
        remote=workload.remote,
        attempts=[_attempt(attempt) for attempt in workload.phases],
        parts=workload.parts,
        connect=workload.connect if workload.state == State.RUNNING else {},
        ports=[PortOut(**port) for port in workload.ports] if workload.state == State.RUNNING else [],
        checkpoints=[_checkpoint(one) for one in checkpoints.newest_first(workload)],
        log_size=workload.log_size,
        is_log_complete=workload.is_log_complete,
        failure=shape_failure(workload, now),
        retry_of=workload.retry_of.public_id if workload.retry_of else None,
        retries=list(workload.retries.order_by("-id").values_list("public_id", flat=True)[:MOST_RETRIES]),
        guards=shape_guards(workload.stop_after_s, Guards.of(workload)),
        idle_since=workload.idle_since if workload.state == State.RUNNING else None,
        late_min=workload.late_min(now),
        edit=_edit(workload),
        removed_at=workload.removed_at,
        warnings=list(workload.warnings),
    )


def shape_guards(stop_after_s: int | None, guards: Guards) -> GuardsOut:
    """The latest end with the other guards."""
    return GuardsOut.model_construct(stop_after_s=stop_after_s, **{key: getattr(guards, key) for key in KEYS})


def shape_event(event: Event) -> EventOut:
    return EventOut(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        state=event.state or None,
        attempt=event.attempt,
        provider_status=event.remote_status,
        text=event.text,
        detail=event.detail,
        by=event.by.email if event.by else None,
    )


def _facts(workload: Workload, now: datetime) -> dict[str, Any]:
    cost = cost_so_far(workload, now)
    return {
        "id": workload.public_id,
        "kind": workload.kind,
        "name": workload.name,
        "provider": workload.provider,
        "connection": workload.connection.public_id,
        "project": workload.project.slug,
        "owner": workload.owner.email if workload.owner else None,
        "labels": workload.labels,
        "is_sandbox": workload.is_sandbox,
        "state": workload.state,
        "state_at": workload.state_at,
        "is_final": workload.is_final,
        "provider_status": workload.remote_status,
        "attempt": workload.attempt,
        "attempts_most": workload.attempts_most,
        "reason": _reason(workload),
        "remote_id": workload.remote_id or None,
        "hardware": HardwareOut.model_construct(
            id=workload.hardware_id,
            gpu_model=workload.gpu_model,
            gpu_count=workload.gpu_count,
            region=workload.region,
        ),
        "price": _price(workload),
        "cost": _cost(workload, cost),
        "created_at": workload.created_at,
        "started_at": workload.started_at,
        "ended_at": workload.ended_at,
        "ends_by": workload.ends_by,
        "observed_at": workload.seen_at,
    }


def _reason(workload: Workload) -> ReasonOut | None:
    if not workload.reason_code:
        return None
    return ReasonOut.model_construct(
        code=workload.reason_code,
        fault=workload.reason_fault,
        text=workload.reason_text,
        field=workload.reason_field,
    )


def _price(workload: Workload) -> PriceOut | None:
    if workload.hourly_price is None:
        return None
    return PriceOut.model_construct(
        hourly=workload.hourly_price,
        currency=workload.currency,
        rounding=workload.rounding,
        seen_at=workload.price_seen_at,
    )


def _cost(workload: Workload, amount: Decimal | None) -> CostOut | None:
    if amount is None:
        return None
    is_final = workload.is_final and workload.billed_since is None
    return CostOut.model_construct(amount=amount, currency=workload.currency, is_final=is_final)


def _attempt(attempt: dict[str, Any]) -> AttemptOut:
    spans = [
        SpanOut(phase=phase, started_at=_moment(start), ended_at=None if end is None else _moment(end))
        for phase, start, end in attempt["spans"]
    ]
    return AttemptOut(attempt=attempt["attempt"], spans=spans, end=attempt.get("end"))


def _checkpoint(one: Checkpoint) -> CheckpointOut:
    return CheckpointOut.model_construct(
        id=one.remote_id,
        attempt=one.attempt,
        created_at=one.created_at,
        size_bytes=one.size_bytes,
        is_complete=one.is_complete,
        kind=one.kind,
    )


def _edit(workload: Workload) -> EditOut | None:
    if not workload.edit:
        return None
    is_pending = workload.intent == Intent.EDIT
    return EditOut.model_construct(changes=workload.edit, is_pending=is_pending, errors=workload.edit_errors)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
