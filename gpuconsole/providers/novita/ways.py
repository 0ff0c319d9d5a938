"""The ways into running instances, which only the call for one tells: remembered, and asked for a few at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gpuconsole.providers.looks import Mark, mark_of
from gpuconsole.providers.remote import Remote

KEPT_S, NONE_KEPT_S, WATCHED_S = 300, 20, 10
"""Ways seldom change: so long an answer with SSH, or without it, is good while the list's row stays the same; the last
where somebody looks at it."""
MOST_KEPT = 5000

Ask = Callable[[Mapping[str, Any]], Remote | None]
"""Makes the call for one, given its row in the list; None: it is gone."""


@dataclass(slots=True)
class Ways:
    """What one adapter knows of the ways into its account's instances."""

    kept: dict[str, tuple[float, Mark, Remote]] = field(default_factory=dict)
    """When it was told (monotonic), the list's row then, and what was told."""
    behind: set[str] = field(default_factory=set)
    """Those whose row changed when no more could be asked for."""

    def forget(self, instance_id: str) -> None:
        """Something was asked of it: what is known of it may be old."""
        self.kept.pop(instance_id, None)

    def known(self, row: Mapping[str, Any], *, is_watched: bool = False) -> Remote | None:
        """A running one as it was told, while that is good."""
        kept = self.kept.get(str(row.get("id")))
        if kept is None or kept[1] != mark_of(row):
            return None
        usual_s = KEPT_S if "SSH" in kept[2].connect else NONE_KEPT_S
        good_s = min(usual_s, WATCHED_S) if is_watched else usual_s
        return kept[2] if time.monotonic() < kept[0] + good_s else None

    def asked(self, row: Mapping[str, Any], ask: Ask) -> Remote | None:
        """A running one by its own call, and remembered; None where it is gone."""
        instance_id, told = str(row.get("id")), ask(row)
        self.behind.discard(instance_id)
        if told is None:
            return None
        if len(self.kept) >= MOST_KEPT:
            self.kept.clear()
        self.kept[instance_id] = (time.monotonic(), mark_of(row), told)
        return told

    def is_due(self, row: Mapping[str, Any], wanting: Collection[str], *, is_new: bool) -> bool:
        """Whether its own call is worth making: somebody wants to know, or its row is not what it was."""
        instance_id = str(row.get("id"))
        kept = self.kept.get(instance_id)
        if is_new and (kept is None or kept[1] != mark_of(row)):
            self.behind.add(instance_id)
        return instance_id in wanting or instance_id in self.behind


def without_ways(told: Remote) -> Remote:
    """What the list alone tells of a running one: the ways into it are not among that."""
    return replace(told, connect={}, ports=(), is_whole=False)
