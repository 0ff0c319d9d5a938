"""All guards in the order in which they are asked; each needs PostgreSQL alone, so that any process can run them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from gpuconsole.sync import cost_limits, deadlines, ending_soon, escalation, idling, overspending, queueing, resting

logger = logging.getLogger(__name__)

GUARDS: tuple[Callable[[datetime], int], ...] = (
    deadlines.enforce,
    cost_limits.enforce,
    idling.enforce,
    queueing.enforce,
    resting.enforce,
    ending_soon.enforce,
    overspending.enforce,
    escalation.enforce,
)
"""Each takes the moment and gives how often it fired. Doing one twice, or in two processes at once, does no harm."""


def enforce(now: datetime) -> None:
    """Ask each once, where no worker's tick does. One that breaks does not keep the others from it."""
    for guard in GUARDS:
        try:
            guard(now)
        except Exception:
            logger.exception("a guard broke", extra={"guard": guard.__module__})
