"""What the database holds about inventories."""

from gpuconsole.inventory.models.finding import (
    Finding,
    FindingKind,
    FindingQuerySet,
    FindingState,
    HowClosed,
    Mark,
)
from gpuconsole.inventory.models.reading import InventoryReading

__all__ = [
    "Finding",
    "FindingKind",
    "FindingQuerySet",
    "FindingState",
    "HowClosed",
    "InventoryReading",
    "Mark",
]
