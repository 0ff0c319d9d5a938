"""Tells of findings that need a person: the one place from which news about them go out."""

from __future__ import annotations

import logging

from gpuconsole.inventory.models import Finding

logger = logging.getLogger(__name__)


def tell_shown(row: Finding) -> None:
    """A second look bore it out, or work is lost: it is in the inbox from now on."""
    _log("found", row)


def tell_late(row: Finding, minutes: int) -> None:
    """Its end was asked for so long ago, and the provider has not confirmed it."""
    _log("an end is not confirmed", row, minutes=minutes)


def _log(what: str, row: Finding, **more: int) -> None:
    facts = {"finding": row.public_id, "kind": row.kind, "connection": row.connection_id, "remote_id": row.remote_id}
    logger.warning(what, extra={**facts, **more})
