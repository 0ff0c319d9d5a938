"""Sentences above the figures of one workload: what is in doubt, what went wrong, what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        text = " ".join((_("It may still run."), _may_cost(workload), _("We go on looking for it.")))
        found.append(Note("warning", _("The provider no longer lists it."), text))
    if workload.late_min(now):
        found.append(_late(workload, provider, now))
    elif workload.intent and workload.intent_error:
        found.append(
            Note(
                "warning",
                _("The provider refuses it.") if workload.is_intent_refused else _("The provider has not done it yet."),
                f"{workload.intent_error} {_('We ask again.')}",
            )
        )
    if workload.state == State.STOPPING and workload.reason_code in OF_GUARDS:
        counts = _("It counts as ended once {provider} confirms it.").format(provider=provider.name)
        text = f"{workload.reason_text} {counts}"
        found.append(Note("", _("A guard ends it."), text))
    return found


def _late(workload: Workload, provider: Provider, now: datetime) -> Note:
    assert workload.intent_at is not None  # late
    act = Intent(workload.intent).label.lower()
    asked = ngettext(
        "{provider} was asked {count} time in {age}.",
        "{provider} was asked {count} times in {age}.",
        workload.intent_tries,
    )
    age = formats.duration(now - workload.intent_at)
    sentences = [asked.format(provider=provider.name, count=formats.count(workload.intent_tries), age=age)]
    if workload.intent_error:
        sentences.append(_("It said: {words}.").format(words=workload.intent_error.rstrip(".")))
    text = " ".join((*sentences, _("The meter runs until it confirms; we go on asking.")))
    return Note(
        "bad" if workload.late_min(now) > ESCALATED_AFTER_MIN[0] else "warning",
        _("Not confirmed: {act}.").format(act=act),
        text,
    )


def _may_cost(workload: Workload) -> str:
    if workload.hourly_price is None:
        return _("What it may be costing is not known.")
    return _("It may be costing {price}.").format(price=formats.hourly(workload.hourly_price, workload.currency))


def _unconfirmed(workload: Workload, provider: Provider) -> list[Note]:
    """A launch whose answer was lost: still looked for, or left to a person."""
    url = f"{workload.get_absolute_url()}decide/"
    if workload.reason_code == ReasonCode.NOT_FOUND:
        ways_out = _("Adopt what it became, send it again, or give it up: each is shown with its price.")
        text = f"{workload.reason_text} {ways_out}"
        return [Note("warning", _("It was sent, and nobody knows what became of it."), text, url, _("Decide"))]
    if workload.reason_code == ReasonCode.UNCONFIRMED:
        text = f"{workload.reason_text} {_('It is not sent twice.')}"
        return [Note("warning", _("We don't know yet if it started."), text, url, _("Look closer"))]
    return []


def _wishes(workload: Workload, provider: Provider) -> Sequence[Note]:
    """What becomes of an edit, or of the record of ended work."""
    if workload.edit_errors:
        text = " ".join(f"{path}: {said}" if path else said for path, said in workload.edit_errors.items())
        if workload.edit_sent_at is not None:
            return [Note("warning", _("The last edit may have been made."), text)]
        return [
            Note("bad", _("The last edit was not made."), f"{text} {_('What was asked for still stands under Edit.')}")
        ]
    if workload.intent == Intent.DELETE:
        text = _("It is said here once {provider} lists it no more.").format(provider=provider.name)
        if not workload.is_output_complete:
            text = f"{_('What it put out is fetched first.')} {text}"
        return [
            Note(
                "",
                _("Being deleted at {provider}.").format(provider=provider.name),
                text,
            )
        ]
    if workload.intent == Intent.EDIT:
        return [
            Note(
                "",
                _("An edit is on its way."),
                _("It shows here once {provider} has taken it.").format(provider=provider.name),
            )
        ]
    return []
