"""What a line of the gallery's table says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Page

from gpuconsole.accounts.models import Team, User

HOSTILE_MARK = "data-hostile"
HOSTILE = f"<i {HOSTILE_MARK}>&\"'"
"""Part of a name that would be markup if a page did not escape it."""


@dataclass(frozen=True)
class Scene:
    """A team with rows, its people by what they are there, and addresses' parts by name."""

    team: Team
    people: Mapping[str, User | None]
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One page in one state: where it is, who looks, and what makes its rows."""

    name: str
    scene: Callable[[], Scene]
    at: str
    """Parts in braces are places of the scene."""
    who: str = "owner"
    status: int = 200
    then: Callable[[Page], None] | None = None
    """What leads from the page into the state."""
    says: tuple[str, ...] = ()
