"""What the database holds about connections."""

from gpuconsole.connections.models.connection import Breaker, CheckState, Connection, ConnectionQuerySet, Health
from gpuconsole.connections.models.tick import TICK_S, HealthTick

__all__ = ["TICK_S", "Breaker", "CheckState", "Connection", "ConnectionQuerySet", "Health", "HealthTick"]
