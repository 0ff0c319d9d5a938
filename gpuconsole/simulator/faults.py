"""Troubles on demand: what to spoil, how often, and for whom."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

REQUEST_FAULTS = ("latency", "429", "500", "dropped_before", "dropped_after", "broken_json")
RESOURCE_FAULTS = ("zombie", "vanish", "unknown_status")
KINDS = REQUEST_FAULTS + RESOURCE_FAULTS
FIELDS = {"provider", "fault", "count", "share", "match", "seconds", "retry_after"}


class BadFault(ValueError):
    """The description of a fault makes no sense."""


@dataclass
class Fault:
    """One trouble: `count` hits, or a `share` of all chances, or every chance if neither is set."""

    id: int
    provider: str
    kind: str
    match: str = ""
    count: int | None = None
    share: float | None = None
    seconds: float = 2.0
    retry_after: int | None = 5
    hits: int = 0
    held: set[str] = field(default_factory=set)
    spared: set[str] = field(default_factory=set)
    rng: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - repeatable on purpose

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
            "retry_after": self.retry_after,
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
        fault = _read(self._made + 1, description)
        self._made += 1
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Lift all faults; resources they held are healed."""
        self._faults.clear()

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
        for fault in self._faults:
            if fault.kind != kind or fault.provider != provider or resource_id in fault.spared:
                continue
            if resource_id in fault.held:
                return True
            if fault.matches([resource_id, name]):
                if fault.strikes():
                    fault.held.add(resource_id)
                    return True
                fault.spared.add(resource_id)
        return False


def _read(fault_id: int, description: Any) -> Fault:
    if not isinstance(description, dict):
        raise BadFault("a fault is a JSON object")
    if unknown := sorted(set(description) - FIELDS):
        raise BadFault(f"unknown field: {unknown[0]} (known: {', '.join(sorted(FIELDS))})")
    kind = str(description.get("fault", ""))
    if kind not in KINDS:
        raise BadFault(f"fault must be one of {', '.join(KINDS)}")
    provider = description.get("provider")
    if not isinstance(provider, str) or not provider:
        raise BadFault("provider must name a dialect")
    match = description.get("match") or ""
    if not isinstance(match, str):
        raise BadFault("match must be a text")
    count = _number(description, "count", whole=True, least=1)
    share = _number(description, "share", least=0, most=1)
    if count is not None and share is not None:
        raise BadFault("give count or share, not both")
    fault = Fault(fault_id, provider, kind, match, None if count is None else int(count), share)
    seconds = _number(description, "seconds", least=0, most=600)
    fault.seconds = fault.seconds if seconds is None else seconds
    if "retry_after" in description:
        wait = _number(description, "retry_after", whole=True, least=0)
        fault.retry_after = None if wait is None else int(wait)
    return fault


def _number(
    description: dict[str, Any], name: str, *, least: float, most: float | None = None, whole: bool = False
) -> float | None:
    value = description.get(name)
    if value is None:
        return None
    right_type = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not right_type or value < least or (most is not None and value > most):
        limits = f"at least {least}" if most is None else f"between {least} and {most}"
        raise BadFault(f"{name} must be {'a whole' if whole else 'a'} number {limits}")
    return float(value) if not whole else value
