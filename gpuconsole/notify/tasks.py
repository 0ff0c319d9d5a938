"""Tasks about messages; apart from the tick, since mail servers and webhooks may be slow."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from gpuconsole.notify import delivering, handing_out

logger = logging.getLogger(__name__)


@shared_task(name="notify.send")
def send() -> None:
    """Every few seconds: hand out what is new and mail it, then send what is due to webhooks."""
    for step in (handing_out.hand_out, delivering.deliver):
        try:
            step(timezone.now())
        except Exception:
            logger.exception("a step of messages broke", extra={"step": step.__name__})
