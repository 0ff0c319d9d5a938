"""What the JSON API tells of one workload: its spec, its timeline, the ways in, and how it ended."""

from datetime import datetime
from typing import Any

from pydantic import JsonValue

from gpuconsole.core.api import ApiSchema
from gpuconsole.workloads import checkpoints, phases
from gpuconsole.workloads.failure_schemas import FailureOut, shape_failure
from gpuconsole.workloads.guard_schemas import GuardsOut, shape_guards
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import Checkpoint, Intent, Workload
from gpuconsole.workloads.schemas import WorkloadOut, facts
from gpuconsole.workloads.states import State

MOST_RETRIES = 20


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


def shape_detail(workload: Workload, now: datetime) -> WorkloadDetail:
    """Everything about one workload."""
    return WorkloadDetail.model_construct(
        **facts(workload, now),
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


def _attempt(attempt: dict[str, Any]) -> AttemptOut:
    spans = [
        SpanOut(phase=phase, started_at=phases.moment(start), ended_at=None if end is None else phases.moment(end))
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
