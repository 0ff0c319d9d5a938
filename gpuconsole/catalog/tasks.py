"""Tasks about the catalogue; each takes an id, finds the row and calls one function."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import shared_task
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from gpuconsole.catalog import published
from gpuconsole.catalog.refresh import refresh as refresh_connection
from gpuconsole.connections.models import Connection, Health
from gpuconsole.core.wake import wake_now
from gpuconsole.providers.errors import ProviderError

logger = logging.getLogger(__name__)

FRESH_FOR = timedelta(minutes=5)
_PUBLISHED_AGAIN_S = 3600
_ASKED_FOR_S = 60  # a refresh that was asked for is not asked for again so soon


@shared_task(name="catalog.refresh")
def refresh(pk: int) -> None:
    """Read offers and choices of one connection anew."""
    connection = Connection.objects.kept().filter(pk=pk).first()
    if connection is None:
        return
    try:
        refresh_connection(connection)
    except ProviderError as error:
        logger.warning("the catalogue was not refreshed", extra={"connection": pk, "error": error.message})


@shared_task(name="catalog.publish")
def publish() -> None:
    """Bring the rows of the public price lists up to the lists."""
    published.load(timezone.now())


def wake_stale(now: datetime) -> None:
    """For the tick: have the catalogue of each connection read again once it is older than five minutes."""
    able = Connection.objects.kept().exclude(health=Health.REFUSED)
    stale = able.filter(Q(offer_list=None) | Q(offer_list__seen_at__lt=now - FRESH_FOR))
    if cache.add(f"catalog:published:{published.version()}", 1, timeout=_PUBLISHED_AGAIN_S):
        wake_now("catalog.publish")
    for pk in stale.values_list("pk", flat=True):
        if cache.add(f"catalog:asked:{pk}", 1, timeout=_ASKED_FOR_S):
            wake_now("catalog.refresh", pk)
