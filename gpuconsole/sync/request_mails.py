"""Mails about launch requests: to those who may decide, with a link for each answer, and to the person who asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeGuard

from gpuconsole.accounts.mails import Mail, is_wanted
from gpuconsole.accounts.models import User
from gpuconsole.core import formats
from gpuconsole.notify import services
from gpuconsole.notify.services import Message
from gpuconsole.providers import registry
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import Decision, LaunchRequest
from gpuconsole.workloads.requests import access, links, pages
from gpuconsole.workloads.requests.links import Answer
from gpuconsole.workloads.requests.shown import shown

logger = logging.getLogger(__name__)

MOST_A_ROUND = 50
_ANSWERED = frozenset({Decision.APPROVED, Decision.DECLINED, Decision.EXPIRED})


def send_due(now: datetime) -> int:
    """Send what is to be said about requests whose state is news; how many mails went out. Twice says nothing twice.

    What the mail server refused stays due; ``notify`` says when it is tried again, and when no more.
    """
    rows = LaunchRequest.objects.filter(is_told=False).select_related(
        "team", "project", "project__team", "connection", "by", "decided_by", "workload"
    )
    return sum(_send(row, now) for row in rows.order_by("pk")[:MOST_A_ROUND])


def _send(row: LaunchRequest, now: datetime) -> int:
    try:
        due = list(_due(row, now))
        sent = sum(services.send(message, [user]) for message, user in due)
    except Exception:
        logger.exception("a mail about a launch request broke", extra={"request": row.pk})
        return 0
    if all(services.is_told(message.key, user) for message, user in due):
        LaunchRequest.objects.filter(pk=row.pk, state=row.state).update(is_told=True)
    return sent


def _due(row: LaunchRequest, now: datetime) -> Iterator[tuple[Message, User]]:
    if row.is_open(now):
        context = _asked(row, now)
        people = [user for user in access.deciders(row) if user.pk != row.by_id and is_wanted(user, Mail.REQUEST)]
        yield from ((_question(row, user, context), user) for user in people)
    elif row.state in _ANSWERED and _hears(row.by, row):
        yield _answer(row), row.by


def _hears(person: User | None, row: LaunchRequest) -> TypeGuard[User]:
    """Whether the person who asked is to be told: not of what they decided themselves."""
    return person is not None and person.pk != row.decided_by_id and is_wanted(person, Mail.REQUEST)


def _question(row: LaunchRequest, admin: User, context: dict[str, Any]) -> Message:
    """To one admin; the links are theirs alone."""
    who = row.by.display_name if row.by else "Somebody"
    most = f" for up to {row.most}" if row.most else ""
    return Message(
        mail=Mail.REQUEST,
        key=f"request:{row.public_id}:asked",
        subject=f"{who} asks to launch {row}{most}",
        template="request",
        team=row.team,
        context={
            **context,
            "approve_path": links.path(row, Answer.APPROVE, admin),
            "decline_path": links.path(row, Answer.DECLINE, admin),
        },
    )


def _answer(row: LaunchRequest) -> Message:
    word = str(row.state_word.label).lower()
    return Message(
        mail=Mail.REQUEST,
        key=f"request:{row.public_id}:{row.state}",
        subject=f"Your launch {row} {'has' if row.state == Decision.EXPIRED else 'was'} {word}",
        template="request_decided",
        team=row.team,
        context={"request_": row, "word": word, "path": pages.work_url(row) or f"/requests/{row.public_id}/"},
    )


def _asked(row: LaunchRequest, now: datetime) -> dict[str, Any]:
    seen = shown(row, now)
    hourly, most = (seen.figures.hourly, seen.figures.upper) if seen.figures else (row.hourly, row.most)
    return {
        "request_": row,
        "who": row.by.display_name if row.by else "Somebody",
        "hardware": hardware(row),
        "provider": registry.get(row.provider).name,
        "hourly": hourly or formats.not_priced(),
        "most": most or formats.not_priced(),
        "limits": [line.text for line in seen.limits],
        "budgets": seen.budgets,
        "expires": formats.duration(row.expires_at - now),
        "path": f"/requests/{row.public_id}/",
    }
