"""All guards in a row, for whoever keeps time: the workers' tick, and the watchdog where there is none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from gpuconsole.sync import deadlines, overspending

logger = logging.getLogger(__name__)

GUARDS: tuple[Callable[[datetime], object], ...] = (deadlines.enforce, overspending.enforce)


def enforce(now: datetime) -> None:
    """Let each guard look once. One that breaks does not keep the others from it."""
    for guard in GUARDS:
        try:
            guard(now)
        except Exception:
            logger.exception("a guard broke", extra={"guard": guard.__module__})
