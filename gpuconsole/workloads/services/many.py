"""Ends of many workloads at once: each checked as one alone would be, all written with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.connections.models import Connection
from gpuconsole.core import wake as tasks
from gpuconsole.core.errors import Refused
from gpuconsole.workloads import bulk, transitions
from gpuconsole.workloads.events import note_many
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.services.acts import (
    HASTENED,
    NEEDED,
    Wish,
    hastened,
    is_pending,
    refuse_in_state,
    refuse_without_feature,
    wish,
)
from gpuconsole.workloads.states import Kind, Reason, Verb


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for the end of one of many."""

    workload: Workload
    is_repeat: bool = False
    """It was asked for before, or is ending by itself."""
    refusal: str = ""


def end_many(
    rows: Sequence[Workload],
    verbs: Mapping[int, Verb],
    *,
    by: User | None,
    reason_of: Callable[[Verb], Reason],
    detail: str,
    now: datetime,
) -> list[Answer]:
    """Ask for the stop or the end of rows that the caller holds locked; ``verbs`` tells which, by key.

    Asking again does no harm: it ends the wait for the next try. A row that can't be asked is no error for the others.
    Nothing goes to the audit log: whoever ends many at once writes one record for all.
    """
    answers: list[Answer] = []
    wishes: list[Wish] = []
    waiting: list[Workload] = []
    for row in rows:
        verb = verbs[row.pk]
        intent = _intent(row, verb)
        if is_pending(row, intent):
            if hastened(row, now):
                waiting.append(row)
            answers.append(Answer(row, is_repeat=True))
            continue
        refusal = why_not(row, verb)
        if not refusal:
            wishes.append(wish(row, verb, intent, by, reason_of(verb), now, detail=detail))
        answers.append(Answer(row, refusal=refusal))
    with transaction.atomic():
        bulk.update(waiting, HASTENED)
        note_many([line for one in wishes for line in one.lines], now=now)
        transitions.move_many([one.change for one in wishes], now=now)
        _wake({row.connection_id for row in (*waiting, *(one.change.workload for one in wishes))}, now)
    return answers


def _intent(row: Workload, verb: Verb) -> Intent:
    if verb is Verb.START:
        return Intent.START
    return Intent.STOP if verb is Verb.STOP and row.kind == Kind.INSTANCE else Intent.END


def is_asked(row: Workload, verb: Verb) -> bool:
    """Whether a stop, start or end was asked for before, or is coming by itself."""
    return is_pending(row, _intent(row, verb))


def why_not(row: Workload, verb: Verb) -> str:
    """Why a stop, start or end cannot be asked for as it stands; empty where it can."""
    try:
        refuse_in_state(row, verb)
        refuse_without_feature(row, verb, NEEDED.get(_intent(row, verb)))
    except Refused as no:
        return no.message
    if row.connection.removed_at is not None:
        text = _("The connection {connection} was removed: nobody here can ask there any more.")
        return text.format(connection=row.connection.name)
    return ""


def _wake(connections: set[int], now: datetime) -> None:
    Connection.objects.filter(pk__in=connections).update(due_at=now)
    for pk in sorted(connections):
        tasks.wake("sync.connection", pk)
