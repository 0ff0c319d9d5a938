"""Delivers news to webhooks: each is claimed, sent, and tried again with longer waits until it is taken or given up."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from gpuconsole.core import fields
from gpuconsole.core.crypto import SealBroken
from gpuconsole.core.errors import Refused
from gpuconsole.notify import webhook
from gpuconsole.notify.models import Delivery, News
from gpuconsole.notify.occasions import TEST

logger = logging.getLogger(__name__)

MOST_A_ROUND = 50
WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21_600, 43_200))
"""Before the second try, the third, …; after the last it is given up, a day after the first."""
_CLAIM = timedelta(seconds=60)
"""So long a worker has to send one and to say how it went; one that died is followed by another."""


def deliver(now: datetime) -> int:
    """Send what is due; how much was taken. What is sent again carries the same id."""
    due = Delivery.objects.filter(next_at__lte=now).order_by("next_at").values_list("pk", flat=True)
    return sum(_deliver(pk, now) for pk in due[:MOST_A_ROUND] if _claim(pk, now))


def _claim(pk: int, now: datetime) -> bool:
    mine = Delivery.objects.filter(pk=pk, next_at__lte=now)
    return bool(mine.update(next_at=now + _CLAIM, tries=F("tries") + 1))


def _deliver(pk: int, now: datetime) -> bool:
    row = Delivery.objects.select_related("webhook", "news__team", "news__project").get(pk=pk)
    if not row.webhook.is_on and row.news.occasion != TEST.slug:
        return _settle(row, now, error=_("The webhook is off."), is_over=True)
    status, error = _try(row, now)
    return _settle(row, now, status=status, error=error)


def _try(row: Delivery, now: datetime) -> tuple[int | None, str]:
    """The HTTP status, and why it was not taken; empty where it was."""
    hook = row.webhook
    try:
        secret = fields.read(hook, "secret")
        status = webhook.send(hook.url, secret, row.news.public_id, payload(row.news), now)
    except Refused as no:
        return None, no.message
    except SealBroken:
        return None, _("The stored secret does not open any more. Make a new one.")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return None, _("It could not be reached: {error}").format(error=error or type(error).__name__)
    return status, "" if 200 <= status < 300 else _("It answered {status}.").format(status=status)


def _settle(row: Delivery, now: datetime, *, status: int | None = None, error: str = "", is_over: bool = False) -> bool:
    is_taken = not error
    is_last = is_over or is_taken or row.tries > len(WAITS) or row.news.occasion == TEST.slug
    Delivery.objects.filter(pk=row.pk).update(
        next_at=None if is_last else now + WAITS[row.tries - 1],
        sent_at=now if is_taken else None,
        status=status,
        error=error[:300],
    )
    if error:
        facts = {"webhook": row.webhook_id, "news": row.news_id, "why": error}
        logger.warning("a webhook did not take it", extra=facts)
    return is_taken


def payload(news: News) -> dict[str, Any]:
    """What a webhook is told, the same at every try; money is a decimal in a string."""
    return {
        "id": news.public_id,
        "type": news.occasion,
        "at": news.at.isoformat(),
        "team": news.team.slug,
        "project": news.project.slug if news.project else None,
        "subject": news.subject,
        "text": news.text,
        "url": f"{settings.SITE_URL}{news.path}" if news.path else None,
        **news.facts,
    }
