"""Alerts about money: found, then sent by e-mail, each once to each person, however many workers are at it."""

from __future__ import annotations

from datetime import datetime

from gpuconsole.accounts.mails import Mail, is_wanted
from gpuconsole.notify import news, occasions, services
from gpuconsole.notify.services import Message
from gpuconsole.workloads.limits import dear_work, telling
from gpuconsole.workloads.limits.telling import Telling


def tell(now: datetime) -> int:
    """Look for work that became dear, then send what is due; how many mails went out. Twice sends nothing twice."""
    dear_work.raise_due(now)
    return sum(_tell(one, now) for one in telling.due(now))


def _tell(one: Telling, now: datetime) -> int:
    """A mail that the server refused is tried again at a later look, so the alert is not marked before."""
    message = Message(
        mail=Mail.BUDGET, key=one.key, subject=one.subject, template=one.template, team=one.team, context=one.context
    )
    _publish(one, now)
    count = services.send(message, one.people)
    wanted = [user for user in one.people if is_wanted(user, Mail.BUDGET)]
    if wanted and all(services.is_told(one.key, user) for user in wanted):
        one.mark_sent(now)
    return count


def _publish(one: Telling, now: datetime) -> None:
    """The team's webhook hears of it too, once."""
    news.tell(
        occasions.BUDGET,
        key=f"alert:{one.key}",
        subject=one.subject,
        text=str(one.context.get("headline", one.subject)),
        team=one.team,
        project=one.project,
        path=str(one.context.get("path", "")),
        now=now,
    )
