"""Tells owners what they asked to be told of when they launched: that it is up, that it failed, that it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats
from gpuconsole.notify import news, occasions
from gpuconsole.notify.models import News
from gpuconsole.workloads import usage
from gpuconsole.workloads.causes import BY_PERSON
from gpuconsole.workloads.models import TellMe, Workload
from gpuconsole.workloads.moves import Move
from gpuconsole.workloads.states import FINAL, State

_TOLD: dict[str, frozenset[State]] = {
    TellMe.RUNNING: frozenset({State.RUNNING}),
    TellMe.FAILED: frozenset({State.FAILED}),
    TellMe.ENDED: frozenset(FINAL),
    TellMe.ALL: frozenset({State.RUNNING, *FINAL}),
}
_SUBJECTS = {
    State.RUNNING: gettext_noop("{workload} is up"),
    State.SUCCEEDED: gettext_noop("{workload} succeeded"),
    State.FAILED: gettext_noop("{workload} failed"),
    State.CANCELLED: gettext_noop("{workload} was cancelled"),
}
_NOT_UP_ANEW = frozenset({State.LOST, State.STOPPING})
"""From here it did not come up: it had been up all the time."""


def hear(*, moves: Sequence[Move], **_signal: object) -> None:
    """Write down what somebody asked to be told of among these moves."""
    now = timezone.now()
    news.write([_piece(move.workload, now) for move in moves if is_asked(move)])


def is_asked(move: Move) -> bool:
    """Whether its owner asked to be told of this; not of an end that they asked for themselves."""
    workload = move.workload
    if workload.state not in _TOLD.get(workload.tell_me, ()):
        return False
    if workload.state == State.RUNNING:
        return move.before not in _NOT_UP_ANEW
    is_by_person = workload.state == State.CANCELLED and workload.reason_code in BY_PERSON
    return not (is_by_person and workload.intent_by_id is not None and workload.intent_by_id == workload.owner_id)


def _piece(workload: Workload, now: datetime) -> News:
    state = State(workload.state)
    return news.piece(
        occasions.ASKED,
        key=f"asked:{workload.pk}:{state}:{workload.state_at:%Y%m%d%H%M%S%f}",
        subject=_(_SUBJECTS[state]).format(workload=workload.name),
        text=_up(workload) if state == State.RUNNING else _ended(workload, now),
        workload=workload,
        now=now,
    )


def _up(workload: Workload) -> str:
    took = _("It came up {length} after its launch.")
    if workload.attempt > 1 or workload.started_at != workload.state_at:
        took = ""  # it was started once more
    took = took.format(length=formats.duration_words(workload.state_at - workload.created_at))
    price = _("It costs {price}.").format(price=formats.hourly(workload.hourly_price, workload.currency))
    return " ".join(filter(None, (took, price if workload.hourly_price is not None else _("Its price is not known."))))


def _ended(workload: Workload, now: datetime) -> str:
    """Why, how long it ran and what it cost, as far as that is known."""
    ran, cost = "", usage.cost_so_far(workload, now)
    if workload.started_at is not None and workload.ended_at is not None:
        length = formats.duration_words(workload.ended_at - workload.started_at)
        ran = _("It ran for {length}.").format(length=length)
    paid = "" if cost is None else _("It cost {cost}.").format(cost=formats.money(cost, workload.currency))
    return " ".join(filter(None, (workload.reason_text, ran, paid)))
