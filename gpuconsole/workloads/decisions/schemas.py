"""Shapes of decisions about unconfirmed launches in the JSON API."""

from datetime import datetime
from typing import Annotated

from ninja import Field

from gpuconsole.core.api import ApiInput, ApiSchema, MoneyOut, Text
from gpuconsole.core.money import Money
from gpuconsole.workloads.decisions import candidates, pages, terms
from gpuconsole.workloads.decisions.candidates import Candidate
from gpuconsole.workloads.decisions.queries import is_unanswered, open_of
from gpuconsole.workloads.decisions.terms import Terms
from gpuconsole.workloads.models import Settlement, Workload


class AdoptIn(ApiInput):
    """Which of the candidates the launch became."""

    remote_id: Annotated[Text, Field(min_length=1, max_length=200)]


class DecisionTermsOut(ApiSchema):
    """What one way out costs; null: nobody knows, or there is no end to it."""

    decision: str
    hourly: MoneyOut | None
    at_most: MoneyOut | None
    text: str
    if_unseen: str
    """What it means if another of it runs at the provider that nobody here sees."""


class CandidateOut(ApiSchema):
    """Something at the provider that the launch may have made."""

    remote_id: str
    name: str
    provider_status: str
    state: str | None
    hardware: str
    gpu_count: int | None
    region: str
    created_at: datetime | None
    hourly: MoneyOut | None
    is_billed: bool
    carries_token: bool
    adopt: DecisionTermsOut


class DecisionOut(ApiSchema):
    """How far a launch whose answer was lost is."""

    is_unconfirmed: bool
    """Whether it was sent, or may have been, and nobody knows what became of it."""
    needs_decision: bool
    """Whether a person can decide now; until then it is looked for."""
    pending: str | None
    """What was decided and is not done yet."""
    error: str
    """Why the last decision could not be done."""
    sent_at: datetime | None
    looked_for_until: datetime | None
    checked_at: datetime | None
    candidates: list[CandidateOut]
    ways: list[DecisionTermsOut]
    """Sending it again, and giving it up."""


def shape_decision(workload: Workload) -> DecisionOut:
    """The workload's, as things stand now."""
    lost = open_of(workload)
    found = candidates.of(lost) if lost else []
    is_open = pages.needs_decision(workload, lost)
    ways = (terms.of_sending_again(workload), terms.of_giving_up(workload, found)) if is_open else ()
    is_unconfirmed = is_unanswered(workload)
    return DecisionOut(
        is_unconfirmed=is_unconfirmed,
        needs_decision=is_open,
        pending=str(lost.settlement) if lost and lost.is_decided else None,
        error=lost.error if lost else "",
        sent_at=workload.sending_at,
        looked_for_until=workload.look_until if is_unconfirmed else None,
        checked_at=lost.looked_at if lost else None,
        candidates=[_shape_candidate(workload, one) for one in found],
        ways=[_shape_terms(one) for one in ways],
    )


def _shape_candidate(workload: Workload, one: Candidate) -> CandidateOut:
    return CandidateOut(
        remote_id=one.id,
        name=one.name,
        provider_status=one.status,
        state=one.state,
        hardware=one.hardware,
        gpu_count=one.gpu_count,
        region=one.region,
        created_at=one.created_at,
        hourly=_shape_money(one.hourly),
        is_billed=one.is_billed,
        carries_token=one.is_marked,
        adopt=_shape_terms(terms.of_adoption(workload, one)),
    )


def _shape_terms(one: Terms) -> DecisionTermsOut:
    return DecisionTermsOut(
        decision=Settlement(one.settlement).value,
        hourly=_shape_money(one.hourly),
        at_most=_shape_money(one.most),
        text=one.text,
        if_unseen=one.unseen,
    )


def _shape_money(money: Money | None) -> MoneyOut | None:
    return None if money is None else MoneyOut(amount=money.amount, currency=money.currency)
