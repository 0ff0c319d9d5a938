"""Asks for the ends of strays that a person wants gone, again and again until the inventory says that they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from gpuconsole.core import versions
from gpuconsole.inventory.models import Finding, FindingState
from gpuconsole.providers.errors import NotAuthorized, NotFound, NotYet, ProviderError, RateLimited
from gpuconsole.sync import finding_news, waits
from gpuconsole.sync.context import Context
from gpuconsole.workloads import bulk
from gpuconsole.workloads.models import ESCALATED_AFTER_MIN

MOST_AT_ONCE = 50
_SET = ("end_tries", "end_error", "end_due_at", "escalated", "story")


def ask(context: Context, standing: Iterable[Finding]) -> None:
    """Ask once for each that is due; what comes of it is written even where the account is in trouble meanwhile, which
    raises RateLimited or NotAuthorized."""
    now = context.now
    due = [row for row in standing if row.state == FindingState.ENDING and row.end_due_at and row.end_due_at <= now]
    rows = sorted(due, key=lambda row: row.end_due_at or now)[:MOST_AT_ONCE]
    outcomes: list[tuple[Finding, ProviderError | None]] = []
    try:
        for row in rows:
            outcomes.append((row, _outcome(context, row.remote_id)))
            error = outcomes[-1][1]
            if isinstance(error, RateLimited | NotAuthorized):
                raise error
    finally:
        _write(context, outcomes)


def _outcome(context: Context, remote_id: str) -> ProviderError | None:
    try:
        context.ask(lambda: context.adapter.end(remote_id))
    except ProviderError as error:
        return error
    return None


def _write(context: Context, outcomes: Sequence[tuple[Finding, ProviderError | None]]) -> None:
    if not outcomes:
        return
    now = context.now
    for row, error in outcomes:
        _settle(context, row, error, now)
    bulk.update([row for row, _error in outcomes], _SET)
    versions.bump(*{topic for row, _error in outcomes for topic in row.topics})


def _settle(context: Context, row: Finding, error: ProviderError | None, now: datetime) -> None:
    """The wish stays until the inventory confirms it."""
    name, is_taken = context.provider.name, error is None or isinstance(error, NotFound | NotYet)
    row.end_tries += 1
    row.end_error = "" if error is None or is_taken else error.message
    row.end_due_at = now + _wait(row.end_tries, error)
    if row.end_tries == 1:
        text = _("{provider} accepted: end")
        if not is_taken:
            text = _("The end failed; it is asked for until {provider} confirms it")
        row.tell(now, text.format(provider=name), detail=row.end_error)
    passed = [minutes for minutes in ESCALATED_AFTER_MIN if now - _asked_at(row) >= timedelta(minutes=minutes)]
    if len(passed) > row.escalated:
        row.escalated = len(passed)
        row.tell(
            now,
            _("Still not confirmed after {minutes} minutes; it may go on costing money").format(minutes=passed[-1]),
            detail=row.end_error,
        )
        finding_news.tell_late(row, passed[-1], now)


def _asked_at(row: Finding) -> datetime:
    return row.end_asked_at or row.first_seen_at


def _wait(tries: int, error: ProviderError | None) -> timedelta:
    wait = waits.after_act(tries)
    asked_s = error.wait_s if isinstance(error, RateLimited) else None
    return max(wait, timedelta(seconds=asked_s)) if asked_s else wait
