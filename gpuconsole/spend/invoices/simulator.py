"""Asks the simulator for its own invoice of a sandbox connection.

It is asked at its control surface and not through an adapter: that invoice is an independent witness of what the
simulator did, for every provider alike, while only some providers have a billing API and none tells every line.
"""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import reading
from gpuconsole.spend.invoices.reading import BadFile, Line
from gpuconsole.workloads.models import Workload

TIMEOUT_S = 20.0


def lines(connection: Connection, month: Month) -> list[Line]:
    """What it charges in a month, but for what was launched on other connections: a sandbox has one account for all.

    Raises Refused.
    """
    if not connection.is_sandbox or not settings.SIMULATOR_URL:
        raise Refused(_("Only a sandbox's invoice can be read here. Import the provider's own as a file."))
    found = _read(connection, _ask(connection.provider, month))
    others = _of_others(connection, [line.resource_id for line in found])
    return [line for line in found if line.resource_id not in others]


def _ask(provider: str, month: Month) -> str:
    query = {"provider": provider, "since": month.utc.start.isoformat(), "until": month.utc.end.isoformat()}
    try:
        answer = httpx.get(f"{settings.SIMULATOR_URL}/_sim/invoice", params=query, timeout=TIMEOUT_S, trust_env=False)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise Refused(
            _("The simulator gave no invoice ({error}). Is it running?").format(error=error), code="no_invoice"
        ) from error
    return answer.text


def _read(connection: Connection, told: str) -> list[Line]:
    rows = list(reading.from_json(told))
    try:
        return reading.lines(rows, connection.provider) if rows else []
    except BadFile as error:
        raise Refused(
            _("The simulator's invoice cannot be read: {error}").format(error=error), code="no_invoice"
        ) from error


def _of_others(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    theirs = Workload.objects.filter(provider=connection.provider, is_sandbox=True, remote_id__in=set(ids))
    return frozenset(theirs.exclude(connection=connection).values_list("remote_id", flat=True))
