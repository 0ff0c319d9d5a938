"""Stop, terminate, start, restart and delete: a wish is written down, the provider's own word fulfils it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.projects import rules
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.workloads import guarding, transitions
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.estimates import deadline
from gpuconsole.workloads.events import Line, note_many
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.services.launch import estimate_again, warn
from gpuconsole.workloads.services.waking import wake
from gpuconsole.workloads.states import VERBS, Kind, Reason, ReasonCode, State, Verb
from gpuconsole.workloads.unspecified import refuse_without_spec
from gpuconsole.workloads.usage import price_of

NEEDED = {
    Intent.STOP: Feature.STOP,
    Intent.START: Feature.START,
    Intent.RESTART: Feature.RESTART,
    Intent.DELETE: Feature.DELETE,
}
_SOON = timedelta(seconds=8)
"""Longer than the first two waits between asks."""
_TERMS = ("reserved", "stop_after_s", "ends_by")
ENDS = frozenset({Intent.STOP, Intent.END})


def stop(*, workload: Workload, by: User | None, reason: Reason | None = None) -> Workload:
    """End a job, put an instance to rest. It is *stopping* until the provider confirms it.

    What was never sent is cancelled at once. Pressing again while it is pending changes nothing.
    """
    intent = Intent.END if workload.kind == Kind.JOB else Intent.STOP
    return _act(workload, Verb.STOP, intent, by, reason)


def terminate(*, workload: Workload, by: User | None, reason: Reason | None = None) -> Workload:
    """End an instance for good, or a job that is no longer listed."""
    verb = Verb.STOP if workload.kind == Kind.JOB else Verb.TERMINATE
    return _act(workload, verb, Intent.END, by, reason)


def start(*, workload: Workload, by: User | None) -> Workload:
    """Wake an instance at rest; quota and budget are asked again, and its time until the latest end begins anew."""
    return _act(workload, Verb.START, Intent.START, by, None)


def restart(*, workload: Workload, by: User | None) -> Workload:
    """Turn a running instance off and on."""
    return _act(workload, Verb.RESTART, Intent.RESTART, by, None)


def delete(*, workload: Workload, by: User | None) -> Workload:
    """Have the provider forget what has ended; here it stays, with its log. What is gone there already is no error."""
    return _act(workload, Verb.DELETE, Intent.DELETE, by, None)


def refuse_in_state(workload: Workload, verb: Verb) -> None:
    """Raises Refused where the verb makes no sense for the kind, or in the state it is in."""
    states = VERBS[Kind(workload.kind)].get(verb)
    if states is None:
        is_job = workload.kind == Kind.JOB
        text = (
            _("{act} is nothing that can be done with a job.")
            if is_job
            else _("{act} is nothing that can be done with an instance.")
        )
        raise Refused(text.format(act=verb.label), code="no_such_verb")
    takes_back_start = verb is Verb.STOP and workload.intent == Intent.START
    if workload.state not in states and not takes_back_start:
        word = workload.state_word.label.lower()
        text = _("{act} makes no sense while {name} is {state}.")
        raise Refused(text.format(act=verb.label, name=workload.name, state=word), code="wrong_state")


def _act(workload: Workload, verb: Verb, intent: Intent, by: User | None, reason: Reason | None) -> Workload:
    with transaction.atomic():
        if intent is Intent.START:
            rules.lock(workload.project)
        with locked(workload.pk) as row:
            now = timezone.now()
            if is_pending(row, intent):
                ask_again(row, now)
                return row
            refuse_in_state(row, verb)
            refuse_without_feature(row, verb, NEEDED.get(intent))
            if intent is Intent.START:
                _begin_anew(row, by, now)
            before = row.state
            written = wish(row, verb, intent, by, reason, now)
            note_many(written.lines)
            transitions.move_many([written.change])
            if row.intent:
                wake(row, now)
            audit.record(
                f"workload.{verb}",
                by=by,
                team=row.project.team,
                project=row.project,
                target=row,
                before={"state": before},
                after={"state": row.state},
            )
    return row


def is_pending(row: Workload, intent: Intent) -> bool:
    """Whether the same is asked for already, was done meanwhile by the press before, or is being done over there."""
    if row.intent == intent or (intent is Intent.STOP and row.intent == Intent.END):
        return True
    if intent is Intent.END and row.kind == Kind.JOB and row.state == State.STOPPING and not row.intent:
        return True
    if intent in ENDS and row.state == State.CANCELLED:
        return True
    if intent is Intent.DELETE and row.removed_at is not None:
        return True
    return intent is Intent.STOP and row.state in (State.STOPPING, State.STOPPED) and not row.intent


def ask_again(row: Workload, now: datetime) -> None:
    """Have the worker ask at once instead of at the end of a long backoff, which begins anew; the wish stays as it was.

    What is asked again soon anyway is let be: else each press of a crowd would make a call.
    """
    if hastened(row, now):
        row.save(update_fields=HASTENED)
        wake(row, now)


HASTENED = ("due_at", "intent_tries")


def hastened(row: Workload, now: datetime) -> bool:
    """End a long wait for the next try, in memory; false where it comes soon anyway."""
    if row.due_at is None or row.due_at <= now + _SOON:
        return False
    row.due_at, row.intent_tries = now, min(row.intent_tries, 1)
    return True


def refuse_without_feature(row: Workload, verb: Verb, needed: Feature | None) -> None:
    """Raises Refused where the provider does not offer the verb, or never had the work."""
    provider = registry.get(row.provider)
    if needed is not None and needed not in provider.features:
        told, text = provider.absent.get(needed), _("{provider} offers no {act} for what it runs.")
        text = _(told) if told else text.format(provider=provider.name, act=verb.label.lower())
        raise Refused(text, code="not_offered")
    if verb in (Verb.DELETE, Verb.EDIT) and not row.remote_id:
        text = _("{provider} never had {name}.").format(provider=provider.name, name=row.name)
        raise Refused(text, code="never_sent")
    if verb is Verb.DELETE and row.connection.removed_at is not None:
        text = _("The connection {connection} was removed: nobody here can ask {provider} any more.")
        text = text.format(connection=row.connection.name, provider=provider.name)
        raise Refused(text, code="no_connection")


def _begin_anew(row: Workload, by: User | None, now: datetime) -> None:
    """Ask quota and budget as a launch does, and set the latest end anew: what had used up its time would be ended
    again at once. The price stays the one that was frozen at the launch."""
    refuse_without_spec(row, Verb.START)
    spec = registry.get(row.provider).spec.read(row.spec)
    if guarding.is_used_up(row, now):
        limit = formats.money(row.stop_at_cost, row.currency)
        text = _("{name} has cost the {limit} that it may: it would be stopped at once. Raise Stop at cost first.")
        text = text.format(name=row.name, limit=limit)
        raise Refused(text, code="cost_used_up", field=guarding.STOP_AT_COST)
    figures = estimate_again(row, spec, now)
    warn(row, figures, by)
    row.stop_after_s = figures.longest_s
    most = None if row.stop_after_s is None else price_of(Decimal(row.stop_after_s), row.hourly_price, row.rounding)
    whole = None if most is None else row.cost_closed + most
    row.reserved = guarding.capped(whole, row.stop_at_cost, figures.pricing)
    renewed = deadline(now, row.stop_after_s)
    if renewed is not None and (row.ends_by is None or row.ends_by < renewed):
        row.ends_by = renewed


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish as it stands on its locked row in memory: what is still to be written with it."""

    change: Change
    lines: tuple[Line, ...] = ()


def wish(
    row: Workload,
    verb: Verb,
    intent: Intent,
    by: User | None,
    reason: Reason | None,
    now: datetime,
    *,
    detail: str = "",
) -> Wish:
    """Put the wish on the row: what was never sent is cancelled, the end of a launch whose answer is not there yet is
    done once the remote is found. Nothing is saved."""
    if intent in ENDS and _was_never_sent(row):
        return Wish(_cancelled(row, by, reason, detail))
    lines = _dropped_edit(row)
    row.intent, row.intent_at, row.intent_by, row.due_at = intent, now, by, now
    row.intent_tries, row.intent_error = 0, ""
    text, fields = _(_ASKED[verb]), (*_WISH, *(_EDIT if lines else ()))
    if intent in ENDS and row.state != State.STOPPING:
        cause = reason or stopped_by(verb, by)
        change = Change(workload=row, state=State.STOPPING, why=text, by=by, reason=cause, detail=detail, fields=fields)
        return Wish(change, lines)
    more = detail or _latest_end(row, intent)
    line = Line(workload=row, text=text, kind=EventKind.INTENT, by=by, detail=more)
    return Wish(Change(workload=row, fields=fields), (*lines, line))


_ASKED = {
    Verb.STOP: gettext_noop("Stop asked"),
    Verb.START: gettext_noop("Start asked"),
    Verb.RESTART: gettext_noop("Restart asked"),
    Verb.TERMINATE: gettext_noop("Terminate asked"),
    Verb.DELETE: gettext_noop("Delete asked"),
}
_WISH = ("intent", "intent_at", "intent_by", "due_at", "intent_tries", "intent_error", *_TERMS)
_EDIT = ("edit", "edit_errors", "edit_sent_at")


def _was_never_sent(row: Workload) -> bool:
    return row.state == State.SUBMITTING and row.sending_at is None


def _cancelled(row: Workload, by: User | None, reason: Reason | None, detail: str) -> Change:
    row.intent, row.intent_at, row.due_at = Intent.NONE, None, None
    return Change(
        workload=row,
        state=State.CANCELLED,
        why=_("Cancelled before it was sent"),
        by=by,
        reason=reason or Reason(ReasonCode.NEVER_SENT),
        detail=detail,
        fields=("intent", "intent_at", "due_at"),
    )


def _dropped_edit(row: Workload) -> tuple[Line, ...]:
    """Another wish takes the place of an edit whose answer is not there."""
    if row.intent != Intent.EDIT:
        return ()
    text = (
        _("The edit was dropped before it was sent")
        if row.edit_sent_at is None
        else _("The edit's answer was not awaited")
    )
    row.edit, row.edit_errors, row.edit_sent_at = {}, {}, None
    return (Line(workload=row, text=text, kind=EventKind.WARNING),)


def stopped_by(verb: Verb, by: User | None) -> Reason:
    """The reason of an end that a person asked for."""
    text = _("Terminated by {person}") if verb is Verb.TERMINATE else _("Stopped by {person}")
    return Reason(ReasonCode.STOPPED_BY_PERSON, text.format(person=by.display_name) if by else "")


def _latest_end(row: Workload, intent: Intent) -> str:
    if intent is not Intent.START or row.ends_by is None:
        return ""
    return _("It is ended by us at {moment} UTC at the latest.").format(moment=f"{row.ends_by:%F %H:%M}")
