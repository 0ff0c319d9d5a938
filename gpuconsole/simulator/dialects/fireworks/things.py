"""What an account keeps besides jobs: pools, environments, snapshots, clusters, each with a body and its moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.fireworks.auth import ACCOUNT
from gpuconsole.simulator.dialects.fireworks.errors import (
    ALREADY_EXISTS,
    FAILED_PRECONDITION,
    Problem,
    invalid,
    missing,
)
from gpuconsole.simulator.world import World

CREATING, READY, FAILED, DELETING, GONE = "CREATING", "READY", "FAILED", "DELETING", "GONE"
LONG_AGO = 1_767_603_600.0  # 2026-01-05T09:00Z: when the sandbox account was furnished


@dataclass
class Thing:
    """One of them. `moves` are its states and when they begin, past and to come; `more` is the server's part."""

    id: str
    body: dict[str, Any]
    created_at: float = LONG_AGO
    updated_at: float = LONG_AGO
    moves: list[list[Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def state(self, now: float) -> str:
        """The present state."""
        begun = [state for moment, state in self.moves if moment <= now]
        return str(begun[-1] if begun else self.moves[0][1])  # a clock that was set back takes no beginning away

    def changed_at(self, now: float) -> float:
        """When it last changed."""
        return max([self.updated_at, *(float(moment) for moment, _ in self.moves if moment <= now)])


class Things:
    """All of one kind; the account is furnished with some at the first look."""

    collection: str

    def __init__(self, world: World, kind: str, furnished: Mapping[str, Thing]) -> None:
        self._world = world
        self._kind = kind
        self._furnished = furnished

    def stored(self) -> dict[str, Thing]:
        """Where the world keeps them."""
        raise NotImplementedError

    @property
    def _table(self) -> dict[str, Thing]:
        table = self.stored()
        begun = self._world.table("fireworks.begun", bool)
        if self.collection not in begun:
            begun[self.collection] = True
            for thing_id, made in self._furnished.items():
                table[thing_id] = Thing(thing_id, made.body, moves=[list(move) for move in made.moves], more=made.more)
        return table

    def all(self) -> list[Thing]:
        """Those that are there, in the order of their birth."""
        now = self._world.now()
        return [thing for thing in self._table.values() if thing.state(now) != GONE]

    def get(self, thing_id: str) -> Thing | None:
        """One, if it is there."""
        found = self._table.get(thing_id)
        return None if found is None or found.state(self._world.now()) == GONE else found

    def find(self, thing_id: str) -> Thing:
        """One, else 404."""
        if (found := self.get(thing_id)) is None:
            raise missing(self._kind, thing_id)
        return found

    def add(self, thing_id: str, body: dict[str, Any], steps: Iterable[tuple[float, str]], **more: Any) -> Thing:
        """Bring one into being; `steps` are nominal seconds from now and states. Raises where the id is taken."""
        if self.get(thing_id):
            raise Problem(ALREADY_EXISTS, f'{self._kind} "{thing_id}" already exists')
        now = self._world.now()
        thing = Thing(thing_id, body, now, now, more=more)
        self._table.pop(thing_id, None)  # one of that name that is gone gives up its place in the order
        self._table[thing_id] = thing
        self.move(thing, steps)
        return thing

    def move(self, thing: Thing, steps: Iterable[tuple[float, str]]) -> None:
        """Forget the moves to come and plan others."""
        now = self._world.now()
        past = [move for move in thing.moves if move[0] <= now]
        thing.moves = [*past, *([round(now + self._world.span(seconds), 3), state] for seconds, state in steps)]

    def change(self, thing: Thing, body: dict[str, Any]) -> None:
        """Give it other fields."""
        thing.body, thing.updated_at = body, self._world.now()

    def delete(self, thing: Thing, nominal_s: float) -> None:
        """Begin to delete it; a second ask changes nothing."""
        if thing.state(self._world.now()) != DELETING:
            self.move(thing, [(0, DELETING), (nominal_s, GONE)])

    def require(self, thing: Thing, *states: str) -> None:
        """Refuse where it is in none of these states."""
        state = thing.state(self._world.now())
        if state not in states:
            raise Problem(FAILED_PRECONDITION, f'{self._kind} "{thing.id}" is {state}, not {" or ".join(states)}')

    def ids_of(self, names: list[str]) -> list[str]:
        """The ids in full resource names, with or without a cluster in the middle; short ones are refused."""
        return [id_of(name, self.collection) for name in names]

    def as_json(self, thing: Thing, **more: Any) -> dict[str, Any]:
        """As answers show it."""
        now = self._world.now()
        return {
            "name": f"accounts/{ACCOUNT}/{self.collection}/{thing.id}",
            "createTime": iso(thing.created_at),
            **thing.body,
            "state": thing.state(now),
            **more,
            "updateTime": iso(thing.changed_at(now)),
        }


def id_of(name: str, collection: str) -> str:
    """The last part of `accounts/{a}/…/{collection}/{id}`; raises where it is no such name."""
    parts = name.split("/")
    if len(parts) not in (4, 6) or parts[:2] != ["accounts", ACCOUNT] or parts[-2] != collection or not parts[-1]:
        raise invalid("names", f'must be resource names such as accounts/{ACCOUNT}/{collection}/…, not "{name}"')
    return parts[-1]
