"""How the team's own launches on hardware went; the floor above, which knows them, registers the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gpuconsole.accounts.models import Team
from gpuconsole.catalog.models import Offer

AT_LEAST = 5
"""Launches below which a share or a median says more about chance than about the hardware."""


@dataclass(frozen=True, slots=True)
class Record:
    """Launches that were decided, how many of them came to run, and how long that took (median; None: too few)."""

    launches: int
    ready: int
    ready_s: float | None

    @property
    def percent(self) -> float:
        """Share of the launches that came to run."""
        return self.ready / self.launches * 100


Key: TypeAlias = tuple[str, str, bool]
"""Provider, our name of the GPU, and whether it was the sandbox."""
Find = Callable[[Team], Mapping[Key, Record]]

_finders: list[Find] = []


def register(find: Find) -> None:
    """Have ``find(team)`` tell the record of its own work."""
    if find not in _finders:
        _finders.append(find)


def of(team: Team | None) -> dict[Key, Record]:
    """Every record of the team that rests on enough launches."""
    if team is None:
        return {}
    found = {key: record for find in _finders for key, record in find(team).items()}
    return {key: record for key, record in found.items() if record.launches >= AT_LEAST}


def key_of(offer: Offer, *, is_sandbox: bool) -> Key:
    """Under which the record of an offer's hardware is kept."""
    return offer.provider, offer.gpu, is_sandbox
