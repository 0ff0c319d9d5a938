"""A round as the watchdog does it: ends and nothing else, under the same lease as any worker's round."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.sync import acting, apply, lost, round
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.context import Context
from gpuconsole.workloads.decisions.queries import is_unanswered
from gpuconsole.workloads.events import note
from gpuconsole.workloads.models import Event, EventKind, Intent, Workload
from gpuconsole.workloads.states import FINAL, State

logger = logging.getLogger(__name__)

SPEAKER = gettext_noop("Watchdog")


def end(connection_id: int, clock: Clock) -> None:
    """Ask for the ends that are due on the connection and see which are confirmed; nothing where a worker has it."""
    round.sync(connection_id, clock, steps=_steps)


def _steps(context: Context) -> bool:
    """Launches, edits and output wait for a worker: what begins must be looked after, and nobody else is there."""
    wished = Workload.objects.filter(connection=context.connection, intent__in=(Intent.END, Intent.STOP))
    rows = list(wished.exclude(state__in=FINAL).select_related("project").order_by("due_at", "pk"))
    due = [row for row in rows if row.due_at is not None and row.due_at <= context.now]
    ours = _say_begun(context, rows, due)
    is_well = round.step(context, apply.observe) if round.is_blind_to_an_end(context) else True
    for row in due:
        if is_unanswered(row):
            is_well &= round.step(context, partial(lost.look, row=row))
    there = [row for row in due if row.sending_at is None and row.remote_id]
    is_well &= round.step(context, partial(acting.act, rows=there)) & round.step(context, apply.observe)
    _say_confirmed(context, [row for row in rows if row.pk in ours])
    return is_well


def _say_begun(context: Context, rows: Sequence[Workload], due: Sequence[Workload]) -> Collection[int]:
    """One line a wish that nobody else asks for; gives all that the watchdog has made its own, now or before."""
    text = _("Watchdog: no worker acts, so it asks {provider} itself").format(provider=context.provider.name)
    said = Event.objects.filter(workload__in=rows, written_at__gte=F("workload__intent_at"), text=text)
    ours = set(said.values_list("workload_id", flat=True))
    for row in due:
        if row.pk in ours:
            continue
        waited_s = _seconds(row.due_at, context.now)
        detail = _("Nobody had acted for {count} s.").format(count=waited_s)
        note(row, text, kind=EventKind.GUARD, detail=detail)
        logger.warning("no worker acts", extra={"workload": row.pk, "intent": row.intent, "waited_s": waited_s})
        ours.add(row.pk)
    return ours


def _say_confirmed(context: Context, rows: Sequence[Workload]) -> None:
    """One line with the proof, in the words of the move that the provider's answer made."""
    asked_at = {row.pk: row.intent_at for row in rows}
    for row in Workload.objects.filter(pk__in=asked_at, intent=Intent.NONE, state__in=[*FINAL, State.STOPPED]):
        move = row.events.filter(kind=EventKind.MOVE).order_by("-id").first()
        took_s = _seconds(asked_at[row.pk], context.now)
        proof = _("{event}, {count} s after it was asked for.")
        proof = proof.format(event=move.text if move else row.state_word.label, count=took_s)
        note(row, _("Watchdog: the end is confirmed"), kind=EventKind.GUARD, detail=proof)
        logger.warning("an end is confirmed", extra={"workload": row.pk, "state": row.state, "took_s": took_s})


def _seconds(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else max(0, int((now - since).total_seconds()))
