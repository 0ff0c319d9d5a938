"""What the JSON API tells of workloads in a list."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from gpuconsole.core.api import Amount, ApiSchema, PageInfo
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.usage import cost_so_far


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


def shape(workload: Workload, now: datetime) -> WorkloadOut:
    """A row of a list; asks nothing of the database when connection, project and owner came with it."""
    return WorkloadOut.model_construct(**facts(workload, now))


def facts(workload: Workload, now: datetime) -> dict[str, Any]:
    """The fields that a list and the workload alone tell alike."""
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
