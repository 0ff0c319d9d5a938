"""What a halt does to each workload: a pure decision from its kind, its state and what its provider offers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q

from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.workloads.models import Effect, InstanceEnd, Intent, Workload
from gpuconsole.workloads.states import ACTIVE, FINAL, Kind, State, Verb

_UP = frozenset({State.STARTING, State.RUNNING})

VERB_OF: Mapping[Effect, Mapping[Kind, Verb]] = {
    Effect.CANCEL: {Kind.JOB: Verb.STOP, Kind.INSTANCE: Verb.TERMINATE},
    Effect.END: {Kind.JOB: Verb.STOP},
    Effect.TERMINATE: {Kind.INSTANCE: Verb.TERMINATE},
    Effect.STOP: {Kind.INSTANCE: Verb.STOP},
}


def taken_in(instances: InstanceEnd) -> Q:
    """Which workloads a halt takes in: all that is active or about to be; what is at rest only to be terminated."""
    at_rest = Q(state=State.STOPPED)
    return Q(state__in=ACTIVE) | (at_rest if instances is InstanceEnd.TERMINATE else at_rest & Q(intent=Intent.START))


def effect_of(row: Workload, instances: InstanceEnd) -> Effect | None:
    """What becomes of it; None: it is left as it is. An instance that is not up yet can only be terminated."""
    if row.state in FINAL or row.state == State.DRAFT:
        return None
    if row.state == State.SUBMITTING and row.sending_at is None:
        return Effect.CANCEL
    if row.kind == Kind.JOB:
        return Effect.END
    if instances is InstanceEnd.TERMINATE or row.intent == Intent.END:
        return Effect.TERMINATE
    if row.state == State.STOPPED:
        return Effect.STOP if row.intent == Intent.START else None
    can_rest = Feature.STOP in registry.get(row.provider).features and (row.state in _UP or row.state == State.STOPPING)
    return Effect.STOP if can_rest else Effect.TERMINATE


def may_rest(row: Workload) -> bool:
    """Whether there is a choice for it: put to rest, or end for good."""
    return effect_of(row, InstanceEnd.STOP) is Effect.STOP


def hourly(row: Workload) -> Decimal | None:
    """What it costs per hour just now; 0 where nothing is billed, None where nobody knows whether, or how much."""
    if may_cost(row):
        return None
    return Decimal(0) if row.billed_since is None else row.hourly_now


def may_cost(row: Workload) -> bool:
    """Whether it may be costing money although nobody saw it begin: sent, and no answer came."""
    return row.state in (State.SUBMITTING, State.STOPPING) and row.sending_at is not None and not row.remote_id
