"""What an adapter can do beyond the contract's core."""

from __future__ import annotations

from enum import StrEnum


class Feature(StrEnum):
    """Something that an adapter can do beyond the contract's core."""

    STOP = "stop"
    START = "start"
    RESTART = "restart"
    RETRY = "retry"
    LOGS = "logs"
    METRICS = "metrics"
    CHECKPOINTS = "checkpoints"
    EDIT = "edit"
    DELETE = "delete"


OUTPUT = frozenset({Feature.LOGS, Feature.METRICS, Feature.CHECKPOINTS})
"""What work puts out: fetched while it runs, and once more after it ended."""
