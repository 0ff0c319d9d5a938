"""A look at many remotes at once, which makes remotes of those answers alone that are not as they were held."""

from __future__ import annotations

import marshal
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gpuconsole.providers.remote import Remote

Mark: TypeAlias = Hashable
"""Stands for one answer about one remote: equal marks, equal answers. Good within one process only."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the caller has taken in already, of some of the remotes that it asks for; all of it may be missing."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    """By remote id, as the looks before gave them."""
    wanting: Collection[str] = frozenset()
    """Those of which somebody wants to know all, whatever the list says."""
    lacking: Collection[str] = frozenset()
    """Those that run and of which nobody knows yet how to get in."""
    newest: str = ""
    """How far the look before came, as it told; empty: everything is to be looked at."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. What is neither in ``remotes`` nor ``as_held`` was looked for and is listed no more."""

    remotes: Sequence[Remote]
    """Those that are not as held."""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """What to hold of each of them once it is taken in; one without a mark is to be told again."""
    as_held: Collection[str] = frozenset()
    """Those that are as held, and those of which nothing new can be where only the newest changes were read."""
    newest: str = ""
    """Where the next look may go on from; empty where each look is at everything."""


@dataclass(slots=True)
class Sieve:
    """Goes through the answers of one look: which of the wanted ones are there, and which are not as held."""

    wanted: set[str]
    held: Held
    marks: dict[str, Mark] = field(default_factory=dict)
    as_held: set[str] = field(default_factory=set)

    def is_new(self, remote_id: str, told: Any) -> bool:
        """Whether a remote is to be made of this answer. Each wanted id is met once."""
        if remote_id not in self.wanted:
            return False
        self.wanted.discard(remote_id)
        mark = mark_of(told)
        if self.held.marks.get(remote_id) == mark:
            self.as_held.add(remote_id)
            return False
        self.marks[remote_id] = mark
        return True

    def meet(self, remote_id: str, told: Any) -> None:
        """Make a remote of this one in any case: more was asked about it."""
        self.as_held.discard(remote_id)
        self.marks[remote_id] = mark_of(told)

    def look(self, remotes: Sequence[Remote], *, newest: str = "") -> Look:
        """All together."""
        return Look(remotes, self.marks, self.as_held, newest)


def mark_of(told: Any) -> Mark:
    """The mark of an answer of decoded JSON: some twenty times quicker than making a remote of it.

    Version 2 of the format, since later ones write the same value in several ways.
    """
    try:
        return hash(marshal.dumps(told, 2))
    except ValueError:  # what is no plain JSON, such as a Decimal
        return hash(repr(told))
