"""Sends a message to people who want it, once each, however many workers try.

A worker first writes down that it sends (the row is unique), then sends, then writes that it was sent. A send that the
mail server refused is tried again; one whose worker died in between is not, since it may have arrived.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from gpuconsole.accounts.mails import Mail, is_wanted
from gpuconsole.accounts.models import Team, User
from gpuconsole.notify import email
from gpuconsole.notify.models import Notice

logger = logging.getLogger(__name__)

MOST_TRIES = 5
_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be said.

    ``key`` names the occasion (``weekly:12:2026-W47``): a person hears of it once. ``template`` names two files,
    ``templates/notify/<template>.txt`` and ``.html``; they get ``context`` with ``site_url``, ``person`` and ``team``.
    """

    mail: Mail
    key: str
    subject: str
    template: str
    team: Team | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as one person gets it."""

    to: str
    subject: str
    text: str
    html: str


def letter(message: Message, user: User) -> Letter:
    """The message written out."""
    context = {"site_url": settings.SITE_URL, "person": user, "team": message.team, **message.context}
    text, html = (render_to_string(f"notify/{message.template}.{kind}", context) for kind in ("txt", "html"))
    return Letter(user.email, " ".join(message.subject.split())[:200], text.strip() + "\n", html)


def send(message: Message, people: Iterable[User]) -> int:
    """Send it to those who want such mails and did not get it yet; how many got it now."""
    return sum(_send_one(message, user) for user in people if is_wanted(user, message.mail))


def is_told(key: str, user: User) -> bool:
    """Whether somebody took it to send it to this person, and need not try again."""
    notice = Notice.objects.filter(key=key, user=user).first()
    return notice is not None and (notice.sent_at is not None or not notice.error or notice.tries >= MOST_TRIES)


def _send_one(message: Message, user: User) -> bool:
    if not _claim(message, user):
        return False
    written = letter(message, user)
    mine = Notice.objects.filter(key=message.key, user=user)
    try:
        email.send(written.to, written.subject, written.text, written.html)
    except (OSError, SMTPException) as error:
        logger.warning("a mail was not sent", extra={"key": message.key, "user": user.pk, "error": str(error)})
        mine.update(error=str(error)[:300] or type(error).__name__)
        return False
    mine.update(sent_at=timezone.now(), error="")
    return True


def _claim(message: Message, user: User) -> bool:
    """Whether it is ours to send: nobody had it, or the mail server refused it a while ago."""
    now = timezone.now()
    row = Notice(
        key=message.key, user=user, team=message.team, kind=message.mail, subject=message.subject[:200], claimed_at=now
    )
    Notice.objects.bulk_create([row], ignore_conflicts=True)
    if Notice.objects.filter(key=message.key, user=user, claimed_at=now, sent_at=None, error="").exists():
        return True
    refused = Notice.objects.filter(key=message.key, user=user, sent_at=None, claimed_at__lt=now - _WAIT)
    again = refused.exclude(error="").filter(tries__lt=MOST_TRIES)
    return bool(again.update(claimed_at=now, error="", tries=F("tries") + 1))
