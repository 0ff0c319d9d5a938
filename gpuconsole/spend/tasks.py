"""Tasks about costs; each finds its rows and calls one function."""

from __future__ import annotations

import logging

from celery import shared_task

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
