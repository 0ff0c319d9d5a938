"""Ties a workload to the remote that a launch made, whether its answer came or it was found later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.providers.remote import Remote, RemoteState
from gpuconsole.sync.context import Context
from gpuconsole.workloads import late_price, starting, transitions, ways
from gpuconsole.workloads.decisions import services as decisions
from gpuconsole.workloads.events import note
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.states import FROM_REMOTE, PHASE_OF, ReasonCode, State

SENT_BY = (Intent.LAUNCH, Intent.RETRY)


def adopt(context: Context, workload: Workload, remote: Remote, *, how: str, fields: Collection[str] = ()) -> None:
    """Keep what the remote tells and follow its state; the caller holds the unanswered row locked in a transaction.

    ``fields`` names columns that the caller has set beside, so that one statement writes all. An end that was asked for
    meanwhile stays asked for and is due at once.
    """
    now = context.now
    was_sent_for = workload.intent in SENT_BY
    if workload.look_until is not None:
        decisions.settle_found(workload, remote.id, now)
    told = facts(workload, remote, now)
    for name, value in told.items():
        setattr(workload, name, value)
    workload.remote_id = remote.id
    workload.hardware_id = workload.hardware_id or remote.hardware_id
    workload.observed_at = now
    workload.sending_at = workload.look_until = None
    workload.missing_since, workload.missing_count = None, 0
    workload.intent_tries, workload.intent_error = 0, ""
    workload.due_at = None if was_sent_for else now
    if was_sent_for:
        workload.intent, workload.intent_at = Intent.NONE, None
    if workload.reason_code in (ReasonCode.UNCONFIRMED, ReasonCode.NOT_FOUND):
        workload.reason_code, workload.reason_text, workload.reason_fault = ReasonCode.NONE, "", ""
    is_priced = late_price.settle(workload)
    _follow(workload, remote, how=how, fields={*told, *_OURS, *(late_price.SET if is_priced else ()), *fields})
    if is_priced:
        price = formats.hourly(workload.hourly_price, workload.currency)
        why = _("Its price was not known when it was launched.")
        note(workload, _("Priced at {price}").format(price=price), detail=why)


def facts(workload: Workload, remote: Remote, now: datetime) -> dict[str, Any]:
    """The columns of the workload that show a remote's answer."""
    return {
        "remote_status": remote.status,
        "is_status_known": remote.reading.state is not RemoteState.UNKNOWN,
        "remote": dict(remote.raw) if remote.is_whole else {**workload.remote, **remote.raw},
        "parts": starting.traced(workload.parts, remote.parts, now),
        **(ways.columns(workload, remote.connect, remote.ports) if remote.is_whole else {}),
        **({"region": remote.region} if remote.region else {}),
    }


def _follow(workload: Workload, remote: Remote, *, how: str, fields: Collection[str]) -> None:
    """Into the attempt as the remote stands; what is over already is ended by the next look, with its reason."""
    reading, state = remote.reading, FROM_REMOTE.get(remote.reading.state, State.QUEUED)
    if workload.state != State.SUBMITTING:
        workload.save(update_fields=fields)
        note(workload, how, kind=EventKind.CALL)
    elif PHASE_OF[state] is not None and reading.state is not RemoteState.UNKNOWN:
        at = remote.started_at if state == State.RUNNING else None
        transitions.move(workload, state, why=how, at=at, phase=reading.phase, tariff=reading.tariff, fields=fields)
    else:
        transitions.move(workload, State.QUEUED, why=how, fields=fields)


_OURS = (
    "remote_id",
    "hardware_id",
    "observed_at",
    "sending_at",
    "look_until",
    "missing_since",
    "missing_count",
    "intent",
    "intent_at",
    "intent_tries",
    "intent_error",
    "due_at",
    "reason_code",
    "reason_text",
    "reason_fault",
)
