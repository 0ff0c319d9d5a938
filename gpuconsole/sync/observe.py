"""Compares what a provider tells about a workload with what we hold; decides, and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import attempts, charged, observed_words, reasons, unseen, waits
from gpuconsole.sync.acting import ACTS
from gpuconsole.sync.adopt import facts
from gpuconsole.workloads import ways
from gpuconsole.workloads.changes import Change, changes_something
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import FINAL, FROM_REMOTE, OF_GUARDS, Fault, Kind, Reason, ReasonCode, State, may_move


@dataclass(frozen=True, slots=True)
class Finding:
    """What one reading makes of one workload, in order, and a warning that is worth an event."""

    changes: tuple[Change, ...]
    warning: str = ""

    @property
    def workload(self) -> Workload:
        """Whose changes they are."""
        return self.changes[0].workload


def compare(
    provider: Provider, row: Workload, remote: Remote | None, now: datetime, last_look: datetime | None
) -> Finding | None:
    """What is to be written, or None where all is as we hold it. Sets the columns that change on ``row``.

    ``remote`` None: the provider answered and did not list it. ``last_look`` is the time of the reading before.
    """
    if remote is None:
        return _missing(provider, row, now, last_look)
    return _seen(provider, row, remote, now, last_look)


def _seen(
    provider: Provider, row: Workload, remote: Remote, now: datetime, last_look: datetime | None
) -> Finding | None:
    reading, past = remote.reading, attempts.begun_since(provider, row, remote)
    before = past[-1].state or State(row.state) if past else State(row.state)
    said = FROM_REMOTE.get(reading.state)
    target = _target(row, before, said)
    fields = {name: value for name, value in facts(row, remote, now).items() if getattr(row, name) != value}
    is_news = "remote_status" in fields and said != before
    warning = observed_words.warning(provider, row, remote, said, target) if is_news else ""
    fields |= (dearer := charged.found(row, remote))
    if (prices := charged.kept(row, remote)) is not None:
        fields |= {"reserved": charged.held(row, prices, now)}
    warning = warning or charged.told(provider, row, dearer)
    if row.missing_count:
        fields |= {"missing_count": 0, "missing_since": None}
    reason = _reason(provider, row, before, remote, target) if target is not None else None
    fields |= _settled_intent(row, said, now, is_new="remote_status" in fields)
    is_followed = said in (before, target)
    change = Change(
        workload=row,
        state=target,
        why=observed_words.why(provider, before, target, remote, reason),
        at=_moment(row, remote, said),
        phase=reading.phase if is_followed else None,
        tariff=reading.tariff,
        remote_status=remote.status,
        reason=reason,
        detail=observed_words.detail(remote, target, reason),
        fields=_set(row, fields, now),
        lanes=remote.lanes,
    )
    if prices is not None:
        change = replace(change, prices=prices, why=change.why if target else charged.kept_words(provider, row, prices))
    if not fields and not past and not changes_something(change):
        return None
    run = unseen.run(provider, row, before, remote, target, reason, last_look)
    unseen_s = unseen.seconds(row, now, last_look)
    changes = [replace(one, lanes=remote.lanes, unsure_s=unseen_s) for one in (*past, run, change) if one]
    if (begun_s := unseen.begun_before_up_s(provider, row, remote, last_look)) > 0:
        changes[-1] = replace(changes[-1], is_guess=True, unsure_s=begun_s)
    return Finding(tuple(changes), warning)


def _target(row: Workload, before: State, said: State | None) -> State | None:
    """The state to move to; None keeps ours: a wish is not answered yet, or the word is odd."""
    if said is None or said == before:
        return None
    if row.intent in (Intent.STOP, Intent.END) and said in _STILL_UP:
        return None
    if row.intent == Intent.END and said == State.STOPPED:
        return None
    return said if may_move(Kind(row.kind), before, said) else None


_STILL_UP = frozenset({State.QUEUED, State.STARTING, State.RUNNING})


def is_accepted(row: Workload) -> bool:
    """Whether the provider took what we asked for last."""
    return row.intent_tries > 0 and not row.intent_error


def _settled_intent(row: Workload, said: State | None, now: datetime, *, is_new: bool) -> dict[str, Any]:
    """The wish, taken back where the provider's word confirms it; due at once where a step of it was made."""
    if row.intent not in ACTS or said is None:
        return {}
    confirming = {
        Intent.STOP: FINAL | {State.STOPPED},
        Intent.END: FINAL,
        Intent.START: _STILL_UP | FINAL,
        Intent.RESTART: _STILL_UP | FINAL,
    }[Intent(row.intent)]
    if said in confirming and (said in FINAL or row.intent == Intent.STOP or is_accepted(row)):
        return {"intent": Intent.NONE, "intent_at": None, "intent_tries": 0, "intent_error": "", "due_at": None}
    return {"due_at": now} if is_new and row.intent_tries else {}


def _reason(provider: Provider, row: Workload, before: State, remote: Remote, target: State) -> Reason | None:
    if target not in FINAL and target != State.STOPPED:
        return None
    return reasons.of_end(
        provider.slug, remote, before=before, intent=row.intent, asked=_asked(row), parts=reasons.of_parts(row)
    )


def _asked(row: Workload) -> Reason | None:
    """Why the end was asked for, where that was written down with the wish."""
    if row.reason_code not in OF_GUARDS | {ReasonCode.STOPPED_BY_PERSON}:
        return None
    return Reason(ReasonCode(row.reason_code), row.reason_text, Fault(row.reason_fault or Fault.NOBODY))


def _moment(row: Workload, remote: Remote, said: State | None) -> datetime | None:
    """The provider's own stamp for the word, where it has one; none tells when what was lost was found again."""
    if said in FINAL or said == State.STOPPED:
        return remote.ended_at
    started = remote.started_at if said == State.RUNNING else None
    return None if started and row.state == State.LOST and started < row.state_at else started


def _missing(provider: Provider, row: Workload, now: datetime, last_look: datetime | None) -> Finding | None:
    if row.intent == Intent.END and is_accepted(row) and _was_ending(provider, row):
        return _gone(provider, row, now, last_look)
    if row.state == State.LOST and row.intent != Intent.END:
        return None
    count = min(row.missing_count + 1, waits.MISSING_COUNT)
    since = row.missing_since or now
    is_certain = count >= waits.MISSING_COUNT and now - since >= waits.MISSING_FOR
    if is_certain and row.intent == Intent.END:
        return _gone(provider, row, now, last_look)
    if is_certain and row.state == State.STOPPED and not row.intent:
        return _deleted_elsewhere(provider, row)
    if is_certain and row.state != State.LOST:
        why = _("{provider} no longer lists it").format(provider=provider.name)
        text = _("{provider} no longer lists it. It may still run and cost money: look at {provider}.")
        text = text.format(provider=provider.name)
        reason = Reason(ReasonCode.GONE, text, Fault.PROVIDER)
        return Finding((Change(workload=row, state=State.LOST, why=why, reason=reason),))
    if count == row.missing_count:
        return None
    fields = _set(row, {"missing_count": count, "missing_since": since}, now)
    return Finding((Change(workload=row, fields=fields),))


def _was_ending(provider: Provider, row: Workload) -> bool:
    """Whether its provider's last word was that it comes to its end: then one look that misses it confirms that. What
    still ran when it was seen last may be missed by mistake, and an end of what is not found is no error anywhere."""
    reading = provider.statuses.get(row.remote_status)
    return reading is not None and FROM_REMOTE.get(reading.state) not in {None, *_STILL_UP}


def _gone(provider: Provider, row: Workload, now: datetime, last_look: datetime | None) -> Finding:
    """An end was asked for and the provider no longer lists it: that is its confirmation."""
    fields = {"intent": Intent.NONE, "intent_at": None, "intent_tries": 0, "intent_error": "", "due_at": None}
    reason = _asked(row) or Reason(ReasonCode.STOPPED_BY_PERSON)
    why = _("{provider} no longer lists it: the end is confirmed").format(provider=provider.name)
    told = _set(row, {**fields, **ways.columns(row, {})}, now)
    gone = Change(workload=row, state=State.CANCELLED, why=why, reason=reason, detail=reason.text, fields=told)
    return Finding((replace(gone, unsure_s=unseen.seconds(row, now, last_look)),))


def _deleted_elsewhere(provider: Provider, row: Workload) -> Finding:
    """It was off, as the provider itself had said, and now it is listed no more: nothing is left that could cost."""
    reason = Reason(
        ReasonCode.STOPPED_ELSEWHERE, _("It was off and {provider} no longer lists it.").format(provider=provider.name)
    )
    why = _("Deleted at {provider}, not from here").format(provider=provider.name)
    return Finding((Change(workload=row, state=State.CANCELLED, why=why, reason=reason, detail=reason.text),))


def _set(row: Workload, fields: dict[str, Any], now: datetime) -> tuple[str, ...]:
    if not fields:
        return ()
    row.observed_at = now
    for name, value in fields.items():
        setattr(row, name, value)
    return (*fields, "observed_at")
