"""Sentences above the figures of one workload: what is in doubt, what went wrong, what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gpuconsole.core import formats
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads import causes
from gpuconsole.workloads.models import ESCALATED_AFTER_MIN, Intent, Workload
from gpuconsole.workloads.states import OF_GUARDS, ReasonCode, State


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence above the figures that a person must not miss."""

    kind: str
    lead: str
    text: str
    url: str = ""
    """Where something can be done about it."""
    label: str = ""


def of(workload: Workload, provider: Provider, now: datetime, *, has_card: bool = False) -> Sequence[Note]:
    """All that hold just now; ``has_card``: why it ended stands on the same page already."""
    ended = [] if has_card or not causes.ended_badly(workload) else [_why_it_ended(workload)]
    return [*ended, *_troubles(workload, provider, now), *_wishes(workload, provider)]


def _why_it_ended(workload: Workload) -> Note:
    return Note("bad", f"{ReasonCode(workload.reason_code).label}.", workload.reason_text)


def _troubles(workload: Workload, provider: Provider, now: datetime) -> Sequence[Note]:
    found: list[Note] = []
    if workload.state == State.SUBMITTING and workload.sending_at is not None:
        found += _unconfirmed(workload, provider)
    if workload.state == State.LOST:
        text = f"It may still run. {_may_cost(workload)} We go on looking for it."
        found.append(Note("warning", "The provider no longer lists it.", text))
    if workload.late_min(now):
        found.append(_late(workload, provider, now))
    elif workload.intent and workload.intent_error:
        found.append(Note("warning", "The provider has not done it yet.", f"{workload.intent_error} We ask again."))
    if workload.state == State.STOPPING and workload.reason_code in OF_GUARDS:
        text = f"{workload.reason_text} It counts as ended once {provider.name} confirms it."
        found.append(Note("", "A guard ends it.", text))
    return found


def _late(workload: Workload, provider: Provider, now: datetime) -> Note:
    assert workload.intent_at is not None  # late
    act = Intent(workload.intent).label.lower()
    age = formats.duration(now - workload.intent_at)
    said = f" It said: {workload.intent_error.rstrip('.')}." if workload.intent_error else ""
    tries = formats.plural(workload.intent_tries, "time", "times")
    text = f"{provider.name} was asked {tries} in {age}.{said} The meter runs until it confirms; we go on asking."
    return Note("bad" if workload.late_min(now) > ESCALATED_AFTER_MIN[0] else "warning", f"Not confirmed: {act}.", text)


def _may_cost(workload: Workload) -> str:
    if workload.hourly_price is None:
        return "What it may be costing is not known."
    return f"It may be costing {formats.hourly(workload.hourly_price, workload.currency)}."


def _unconfirmed(workload: Workload, provider: Provider) -> list[Note]:
    """A launch whose answer was lost: still looked for, or left to a person."""
    url = f"{workload.get_absolute_url()}decide/"
    if workload.reason_code == ReasonCode.NOT_FOUND:
        text = (
            f"{workload.reason_text} Adopt what it became, send it again, or give it up: each is shown with its price."
        )
        return [Note("warning", "It was sent, and nobody knows what became of it.", text, url, "Decide")]
    if workload.reason_code == ReasonCode.UNCONFIRMED:
        text = f"{workload.reason_text} It is not sent twice."
        return [Note("warning", "We don't know yet if it started.", text, url, "Look closer")]
    return []


def _wishes(workload: Workload, provider: Provider) -> Sequence[Note]:
    """What becomes of an edit, or of the record of ended work."""
    if workload.edit_errors:
        text = " ".join(f"{path}: {said}" if path else said for path, said in workload.edit_errors.items())
        if workload.edit_sent_at is not None:
            return [Note("warning", "The last edit may have been made.", text)]
        return [Note("bad", "The last edit was not made.", f"{text} What was asked for still stands under Edit.")]
    if workload.intent == Intent.DELETE:
        first = "" if workload.is_output_complete else "What it put out is fetched first. "
        return [
            Note(
                "",
                f"Being deleted at {provider.name}.",
                f"{first}It is said here once {provider.name} lists it no more.",
            )
        ]
    if workload.intent == Intent.EDIT:
        return [Note("", "An edit is on its way.", f"It shows here once {provider.name} has taken it.")]
    return []
