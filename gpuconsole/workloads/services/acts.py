"""Stop, terminate, start, restart and delete: a wish is written down, the provider's own word fulfils it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.projects import rules
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature
from gpuconsole.workloads import guarding, transitions
from gpuconsole.workloads.estimates import deadline, estimate
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.services.launch import ONLY_LAUNCHES_ASK, refuse_if_blocked, warn
from gpuconsole.workloads.services.waking import wake
from gpuconsole.workloads.states import VERBS, Kind, Reason, ReasonCode, State, Verb
from gpuconsole.workloads.usage import price_of

_NEEDED = {
    Intent.STOP: Feature.STOP,
    Intent.START: Feature.START,
    Intent.RESTART: Feature.RESTART,
    Intent.DELETE: Feature.DELETE,
}
_TERMS = ("reserved", "stop_after_s", "ends_by")
_ENDS = frozenset({Intent.STOP, Intent.END})


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
        raise Refused(
            f"{verb.label} is nothing that can be done with a {workload.get_kind_display().lower()}.",
            code="no_such_verb",
        )
    if workload.state not in states:
        word = workload.state_word.label.lower()
        raise Refused(f"{verb.label} makes no sense while {workload.name} is {word}.", code="wrong_state")


def _act(workload: Workload, verb: Verb, intent: Intent, by: User | None, reason: Reason | None) -> Workload:
    with transaction.atomic():
        if intent is Intent.START:
            rules.lock(workload.project)
        with transitions.locked(workload.pk) as row:
            now = timezone.now()
            if _is_pending(row, intent):
                ask_again(row, now)
                return row
            refuse_in_state(row, verb)
            refuse_without_feature(row, verb, _NEEDED.get(intent))
            if intent is Intent.START:
                _begin_anew(row, by, now)
            before = row.state
            if intent in _ENDS and _was_never_sent(row):
                _cancel(row, by, reason)
            else:
                _want(row, verb, intent, by, reason, now)
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


def _is_pending(row: Workload, intent: Intent) -> bool:
    """Whether the same is asked for already, or was done meanwhile by the press before."""
    if row.intent == intent or (intent is Intent.STOP and row.intent == Intent.END):
        return True
    if intent in _ENDS and row.state == State.CANCELLED:
        return True
    if intent is Intent.DELETE and row.removed_at is not None:
        return True
    return intent is Intent.STOP and row.state in (State.STOPPING, State.STOPPED) and not row.intent


def ask_again(row: Workload, now: datetime) -> None:
    """Have the worker ask at once instead of at the end of its backoff; the wish itself stays as it was."""
    if row.due_at is not None and row.due_at > now:
        row.due_at = now
        row.save(update_fields=["due_at"])
        wake(row, now)


def refuse_without_feature(row: Workload, verb: Verb, needed: Feature | None) -> None:
    """Raises Refused where the provider does not offer the verb, or never had the work."""
    provider = registry.get(row.provider)
    if needed is not None and needed not in provider.features:
        text = provider.absent.get(needed) or f"{provider.name} offers no {verb.label.lower()} for what it runs."
        raise Refused(text, code="not_offered")
    if verb in (Verb.DELETE, Verb.EDIT) and not row.remote_id:
        raise Refused(f"{provider.name} never had {row.name}.", code="never_sent")
    if verb is Verb.DELETE and row.connection.removed_at is not None:
        text = f"The connection {row.connection.name} was removed: nobody here can ask {provider.name} any more."
        raise Refused(text, code="no_connection")


def _begin_anew(row: Workload, by: User | None, now: datetime) -> None:
    """Ask quota and budget as a launch does, and set the latest end anew: what had used up its time would be ended
    again at once. The price stays the one that was frozen at the launch."""
    spec = registry.get(row.provider).spec.read(row.spec)
    if guarding.is_used_up(row, now):
        limit = formats.money(row.stop_at_cost, row.currency)
        text = f"{row.name} has cost the {limit} that it may: it would be stopped at once. Raise Stop at cost first."
        raise Refused(text, code="cost_used_up", field=guarding.STOP_AT_COST)
    figures = estimate(
        project=row.project,
        connection=row.connection,
        spec=spec,
        owner=row.owner,
        stop_after_s=row.stop_after_s,
        guards=guarding.left(row, now),
    )
    refuse_if_blocked(figures.blocking, instead=ONLY_LAUNCHES_ASK)
    warn(row, figures, by)
    row.stop_after_s = figures.longest_s
    most = None if row.stop_after_s is None else price_of(Decimal(row.stop_after_s), row.hourly_price, row.rounding)
    whole = None if most is None else row.cost_closed + most
    row.reserved = guarding.capped(whole, row.stop_at_cost, figures.pricing)
    renewed = deadline(now, row.stop_after_s)
    if renewed is not None and (row.ends_by is None or row.ends_by < renewed):
        row.ends_by = renewed


def _was_never_sent(row: Workload) -> bool:
    return row.state == State.SUBMITTING and row.sending_at is None


def _cancel(row: Workload, by: User | None, reason: Reason | None) -> None:
    row.intent, row.intent_at, row.due_at = Intent.NONE, None, None
    transitions.move(
        row,
        State.CANCELLED,
        why="Cancelled before it was sent",
        by=by,
        reason=reason or Reason(ReasonCode.NEVER_SENT),
        fields=("intent", "intent_at", "due_at"),
    )


def _want(row: Workload, verb: Verb, intent: Intent, by: User | None, reason: Reason | None, now: datetime) -> None:
    """Write the wish down. An end of a launch whose answer is not there yet is done once the remote is found."""
    if row.intent == Intent.EDIT:
        _drop_edit(row)
    row.intent, row.intent_at, row.intent_by, row.due_at = intent, now, by, now
    row.intent_tries, row.intent_error = 0, ""
    fields = ("intent", "intent_at", "intent_by", "due_at", "intent_tries", "intent_error", *_TERMS)
    if intent in _ENDS and row.state != State.STOPPING:
        cause = reason or _by_person(verb, by)
        transitions.move(row, State.STOPPING, why=f"{verb.label} asked", by=by, reason=cause, fields=fields)
    else:
        row.save(update_fields=fields)
        transitions.note(row, f"{verb.label} asked", kind=EventKind.INTENT, by=by, detail=_latest_end(row, intent))
    wake(row, now)


def _drop_edit(row: Workload) -> None:
    """Another wish takes the place of an edit whose answer is not there."""
    text = (
        "The edit was dropped before it was sent" if row.edit_sent_at is None else "The edit's answer was not awaited"
    )
    row.edit, row.edit_errors, row.edit_sent_at = {}, {}, None
    row.save(update_fields=["edit", "edit_errors", "edit_sent_at"])
    transitions.note(row, text, kind=EventKind.WARNING)


def _by_person(verb: Verb, by: User | None) -> Reason:
    word = "Terminated" if verb is Verb.TERMINATE else "Stopped"
    return Reason(ReasonCode.STOPPED_BY_PERSON, f"{word} by {by.display_name}" if by else "")


def _latest_end(row: Workload, intent: Intent) -> str:
    is_new = intent is Intent.START and row.ends_by is not None
    return f"It is ended by us at {row.ends_by:%F %H:%M} UTC at the latest." if is_new else ""
