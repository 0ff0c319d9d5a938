"""Guards of work that is there: set, changed or taken away, with budgets asked again where it may cost more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.money import Money
from gpuconsole.projects import rules
from gpuconsole.providers import registry
from gpuconsole.workloads import guarding
from gpuconsole.workloads.events import note
from gpuconsole.workloads.guarding import KEYS, STOP_AT_COST, TERMINATE_AFTER, Guards
from gpuconsole.workloads.limits.verdicts import WARNING, Check, blocking
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, QueueThen, Workload
from gpuconsole.workloads.services.extend import at_most, extension, pricing_of
from gpuconsole.workloads.services.launch import only_launches_ask, refuse_if_blocked, tell_passed
from gpuconsole.workloads.states import State

GUARDABLE = frozenset({State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.STOPPED, State.LOST})
"""States in which guards still have something to end, or will have once it is started."""


@dataclass(frozen=True, slots=True)
class Regard:
    """What other guards mean: the most that it can still cost, all in all; None: unknown, or no end."""

    guards: Guards
    more: Money | None
    whole: Money | None
    checks: tuple[Check, ...]

    @property
    def blocking(self) -> tuple[Check, ...]:
        """Why it would be refused."""
        return blocking(self.checks)


def guard(*, workload: Workload, by: User | None, **said: Any) -> Workload:
    """Change the guards that are said (see ``guarding.KEYS``); None takes one away, what is left out stays.

    Raises Refused where the work is ending or has ended, where a guard could not be kept, and, where it may cost more
    than before, where a budget says no.
    """
    with transaction.atomic():
        rules.lock(workload.project)
        with locked(workload.pk) as row:
            _guard(row, by, said, timezone.now())
    return row


def regard(row: Workload, said: dict[str, Any], now: datetime) -> Regard:
    """What they would mean as things stand now; nothing is written."""
    guards = replace(Guards.of(row), **said)
    found = extension(row, row.ends_by, now, stop_at_cost=guards.stop_at_cost, field=STOP_AT_COST)
    ours = guarding.checks(guards, registry.get(row.provider), pricing_of(row))
    ours += [*_spent_already(row, guards, now), *_off_already(row, guards, now)]
    limits = found.verdict.checks if _is_dearer(row.stop_at_cost, guards.stop_at_cost) else ()
    checks = (replace(check, field=check.field.removeprefix("guards.")) for check in (*ours, *limits))
    return Regard(guards, found.more, found.whole, tuple(checks))


def _is_dearer(before: Decimal | None, after: Decimal | None) -> bool:
    """Whether it may cost more than before; what is to cost less is never refused for its money."""
    return before is not None and (after is None or after > before)


def _guard(row: Workload, by: User | None, said: dict[str, Any], now: datetime) -> None:
    if row.state not in GUARDABLE:
        word = row.state_word.label.lower()
        text = _("{name} is {state}: there is nothing left to guard.").format(name=row.name, state=word)
        raise Refused(text, code="wrong_state")
    before, found = Guards.of(row), regard(row, said, now)
    if found.guards == before:
        return
    refuse_if_blocked(found.blocking, instead=only_launches_ask())
    found.guards.put(row)
    if row.is_active:
        row.reserved = found.whole.amount if found.whole else None
    if before.queue_limit_s != found.guards.queue_limit_s:
        row.queue_warned_at = None
    if before.warn_before_s != found.guards.warn_before_s:
        row.warned_for = None
    if before.idle_percent != found.guards.idle_percent:
        row.idle_since = None  # told anew by the next samples
    row.save(update_fields=[*KEYS, "reserved", "queue_warned_at", "idle_since", "warned_for"])
    row.warnings = tuple(check.text for check in found.checks if check.code == WARNING)
    _tell(row, before, found, by)


def _spent_already(row: Workload, guards: Guards, now: datetime) -> list[Check]:
    """A cost that is reached already would end it at once: that is what Stop is for."""
    limit, spent = guards.stop_at_cost, guarding.spent(row, now)
    if limit is None or limit == row.stop_at_cost or spent is None or limit > spent:
        return []
    text = _("It has cost {amount} already. Stop it to end it now, or name more.")
    text = text.format(amount=formats.money(spent, row.currency))
    return [Check(_("Stop at cost"), False, text, STOP_AT_COST, "invalid")]


def _off_already(row: Workload, guards: Guards, now: datetime) -> list[Check]:
    """What has been off for longer would be gone at once: that is what Terminate is for."""
    limit_s, rests = guards.terminate_after_s, now - row.state_at
    if limit_s is None or limit_s == row.terminate_after_s or row.state != State.STOPPED:
        return []
    if rests.total_seconds() < limit_s:
        return []
    text = _("It has been off for {time} already. Terminate it to end it now, or name more.")
    text = text.format(time=formats.duration_words(rests))
    return [Check(_("Terminate after stop"), False, text, TERMINATE_AFTER, "invalid")]


def _tell(row: Workload, before: Guards, found: Regard, by: User | None) -> None:
    changed = [key for key in KEYS if getattr(before, key) != getattr(found.guards, key)]
    detail = " ".join(filter(None, (words(found.guards, row.currency), at_most(found.whole))))
    note(row, _("Guards changed"), kind=EventKind.INTENT, by=by, detail=detail)
    tell_passed(row, by)
    audit.record(
        "workload.guard",
        by=by,
        team=row.project.team,
        project=row.project,
        target=row,
        before={key: _plain(getattr(before, key)) for key in changed},
        after={key: _plain(getattr(found.guards, key)) for key in changed},
    )


def words(guards: Guards, currency: str) -> str:
    """The guards in sentences."""
    found = []
    if guards.stop_at_cost is not None:
        found.append(_("Stopped at {amount}.").format(amount=formats.money(guards.stop_at_cost, currency)))
    if guards.idle_after_s is not None:
        length = formats.duration_words(guards.idle_after_s)
        text = _("Stopped when its GPUs are under {percent} % for {time}.")
        found.append(text.format(percent=guards.idle_percent, time=length))
    if guards.queue_limit_s is not None:
        is_cancelled = guards.queue_then == QueueThen.CANCEL
        text = _("Queued for {time} it is cancelled.") if is_cancelled else _("Queued for {time} it is told of.")
        found.append(text.format(time=formats.duration_words(guards.queue_limit_s)))
    if guards.terminate_after_s is not None:
        text = _("Terminated after {time} of rest.")
        found.append(text.format(time=formats.duration_words(guards.terminate_after_s)))
    if guards.warn_before_s is not None:
        text = _("Told of {time} before its latest end.")
        found.append(text.format(time=formats.duration_words(guards.warn_before_s)))
    return " ".join(found) or _("None but its latest end.")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
