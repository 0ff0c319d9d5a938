"""Tasks about invoices; each takes ids, finds the rows and calls one function."""

from __future__ import annotations

import logging

from celery import shared_task

from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import months, services

logger = logging.getLogger(__name__)


@shared_task(name="spend.read_sandbox_invoices")
def read_sandbox_invoices(team_pk: int, month: str) -> None:
    """Read the simulator's invoice of a month for every sandbox connection of a team."""
    for connection in Connection.objects.filter(team=team_pk, is_sandbox=True).select_related("team"):
        try:
            services.read_simulator(connection=connection, month=months.read(month), by=None)
        except Refused as refused:
            logger.warning("no invoice was read", extra={"connection": connection.pk, "error": refused.message})
