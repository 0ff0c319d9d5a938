"""Troubles on demand: those in force, and whom they hit."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from gpuconsole.simulator import fault_kinds
from gpuconsole.simulator.fault_kinds import BadFault

__all__ = ["BadFault", "Fault", "Faults"]


@dataclass
class Fault:
    """One trouble: `count` hits, or a `share` of all chances, or every chance if neither is set."""

    id: int
    provider: str
    kind: str
    match: str = ""
    count: int | None = None
    share: float | None = None
    seconds: float | None = None
    factor: float | None = None
    retry_after: int | None = None
    way: str | None = None
    hits: int = 0
    held: set[str] = field(default_factory=set)
    spared: set[str] = field(default_factory=set)
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Repeatable dice on purpose, and for each kind its own: two of them do not strike in step."""
        self.rng = random.Random(f"{self.provider} {self.kind}")  # noqa: S311

    def strikes(self) -> bool:
        """Whether the next chance is a hit; counts it."""
        if self.count is not None and self.hits >= self.count:
            return False
        if self.share is not None and self.rng.random() >= self.share:
            return False
        self.hits += 1
        return True

    def matches(self, subjects: list[str]) -> bool:
        """Whether `match` is a part of any of the texts."""
        return not self.match or any(self.match in subject for subject in subjects)

    def as_row(self) -> dict[str, Any]:
        """How the control surface shows it."""
        return {
            "id": self.id,
            "provider": self.provider,
            "fault": self.kind,
            "match": self.match,
            "count": self.count,
            "share": self.share,
            "seconds": self.seconds,
            "factor": self.factor,
            "retry_after": self.retry_after,
            "way": self.way,
            "hits": self.hits,
            "resources": sorted(self.held),
        }

    def memory(self) -> dict[str, Any]:
        """What must be kept over a restart; a `share` throws its dice anew."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "rng"}
        return {**values, "held": sorted(self.held), "spared": sorted(self.spared)}

    @classmethod
    def revive(cls, memory: dict[str, Any]) -> "Fault":
        """The fault of which `memory` tells."""
        return cls(**{**memory, "held": set(memory["held"]), "spared": set(memory["spared"])})


class Faults:
    """The faults in force. The world's lock guards them."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._made = 0

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))

    def add(self, description: Any) -> Fault:
        """Put a fault in force; raises BadFault with a sentence that says what is wrong."""
        fault = Fault(self._made + 1, **fault_kinds.read(description))
        self._made += 1
        self._faults.append(fault)
        return fault

    def lift(self, fault_id: int | None = None) -> bool:
        """Lift one fault, or all; resources it held are healed. False where no such fault is in force."""
        left = [fault for fault in self._faults if fault_id is not None and fault.id != fault_id]
        found, self._faults = len(left) < len(self._faults), left
        return found

    def memory(self) -> dict[str, Any]:
        """What must be kept over a restart, as JSON has it."""
        return {"made": self._made, "in_force": [fault.memory() for fault in self._faults]}

    def recall(self, memory: dict[str, Any]) -> None:
        """Put the faults of `memory` in force in place of the present ones."""
        self._made = int(memory["made"])
        self._faults = [Fault.revive(fault) for fault in memory["in_force"]]

    def strike(self, kind: str, provider: str, subjects: list[str]) -> Fault | None:
        """The fault of this kind that hits this call, if one does; counts the hit."""
        for fault in self._faults:
            if fault.kind == kind and fault.provider == provider and fault.matches(subjects) and fault.strikes():
                return fault
        return None

    def has(self, kind: str, resource_id: str) -> bool:
        """Whether a fault of this kind already has the resource; takes nothing."""
        return any(fault.kind == kind and resource_id in fault.held for fault in self._faults)

    def holds(self, kind: str, provider: str, resource_id: str, name: str) -> bool:
        """Whether a fault of this kind has a resource in its grip; it is taken at the first chance and kept."""
        return bool(self._faults) and self._holder(kind, provider, resource_id, [name]) is not None

    def way_to_fail(self, provider: str, resource_id: str, *subjects: str) -> str:
        """How what is launched is to fail; empty where no fault wants it to."""
        fault = self._holder("failure", provider, resource_id, list(subjects))
        return (fault.way or "") if fault else ""

    def _holder(self, kind: str, provider: str, resource_id: str, subjects: list[str]) -> Fault | None:
        for fault in self._standing(kind, provider):
            if resource_id in fault.spared:
                continue
            if resource_id in fault.held:
                return fault
            if fault.matches([resource_id, *subjects]):
                if fault.strikes():
                    fault.held.add(resource_id)
                    return fault
                fault.spared.add(resource_id)
        return None

    def factor(self, provider: str) -> Decimal:
        """How many times its usual prices a provider asks just now."""
        product = Decimal(1)
        for fault in self._standing("price_jump", provider):
            product *= Decimal(str(fault.factor))
        return product

    def skew_s(self, provider: str) -> float:
        """How far a provider's clock is ahead, in seconds."""
        return sum(fault.seconds or 0.0 for fault in self._standing("clock_skew", provider))

    def has_stock(self, provider: str, *subjects: str) -> bool:
        """Whether a provider has hardware free, as far as faults go; the subjects say which hardware is asked for."""
        return not any(fault.matches(list(subjects)) for fault in self._standing("out_of_stock", provider))

    def _standing(self, kind: str, provider: str) -> Iterator[Fault]:
        return (fault for fault in self._faults if fault.kind == kind and fault.provider == provider)
