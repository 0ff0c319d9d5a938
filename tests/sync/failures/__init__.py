"""Failures of the five providers, as their references, clients and simulators word them, each with its cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gpuconsole.providers.causes import Cause


@dataclass(frozen=True)
class Case:
    """What was told of one failure, and what its cause is."""

    cause: Cause
    status: str = ""
    message: str = ""
    log: str = ""
    """The last lines, as they stand in the log."""
    parts: tuple[str, ...] = ()
    refused: tuple[int, Any] | None = None
    """HTTP status and body of the answer to a launch."""

    def __str__(self) -> str:
        told = self.message or self.log.strip().rpartition("\n")[2] or str(self.refused or self.status)
        return f"{self.cause}: {told[:60]}"
