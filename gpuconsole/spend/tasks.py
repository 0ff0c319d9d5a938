"""Tasks about costs; each finds its rows and calls one function."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from gpuconsole.spend import digests as all_digests
from gpuconsole.spend import rollup

logger = logging.getLogger(__name__)


@shared_task(name="spend.roll_up")
def roll_up() -> None:
    """Make the rollups of every team true; a team that breaks does not hold up the others."""
    for team in rollup.due_teams():
        try:
            rollup.roll_up(team)
        except Exception:
            logger.exception("a rollup broke", extra={"team": team.pk})


@shared_task(name="spend.digests")
def digests() -> None:
    """Send the digests that are due; repeated and doubled calls send nothing twice."""
    all_digests.send(timezone.now())
