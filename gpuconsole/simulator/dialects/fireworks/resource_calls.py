"""The calls on what an account keeps besides jobs: pools, environments, snapshots, clusters, bindings."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.dialects.fireworks import listing
from gpuconsole.simulator.dialects.fireworks.bindings import Bindings
from gpuconsole.simulator.dialects.fireworks.messages import Message
from gpuconsole.simulator.dialects.fireworks.schemas import NAMES
from gpuconsole.simulator.dialects.fireworks.things import Thing, Things
from gpuconsole.simulator.dialects.fireworks.updates import updated
from gpuconsole.simulator.web import Request


@dataclass(frozen=True)
class ThingCalls:
    """Read, list, change and delete of one kind of thing."""

    things: Things
    schema: Message
    order: str
    told: Callable[[Thing], dict[str, Any]]
    end: Callable[[Thing], None]
    create: Callable[[Any], Thing]
    mutable: tuple[str, ...] = ()
    check: Callable[[dict[str, Any]], None] | None = None

    def make(self, request: Request) -> dict[str, Any]:
        """Make one."""
        body = request.json()
        return self.told(self.create({} if body is None else body))

    def read(self, request: Request, thing_id: str) -> dict[str, Any]:
        """One."""
        return listing.masked(self.told(self.things.find(thing_id)), request.query, self.schema)

    def list(self, request: Request) -> dict[str, Any]:
        """A page of them."""
        rows = [listing.Row(thing.id, functools.partial(self.told, thing)) for thing in self.things.all()]
        return listing.page(request.query, rows, self.things.collection, self.schema, self.order)

    def patch(self, request: Request, thing_id: str) -> dict[str, Any]:
        """Change one."""
        thing = self.things.find(thing_id)
        body = request.json()
        new = self.schema({} if body is None else body, "")
        fields = updated(thing.body, new, request.query, self.schema, self.mutable)
        if self.check:
            self.check(fields)
        self.things.change(thing, fields)
        return self.told(thing)

    def delete(self, request: Request, thing_id: str) -> dict[str, Any]:
        """Delete one."""
        self.end(self.things.find(thing_id))
        return {}

    def delete_several(self, request: Request) -> dict[str, Any]:
        """Delete some by their full resource names: none where one is not there."""
        names = NAMES(request.json() or {}, "").get("names", [])
        for thing in [self.things.find(thing_id) for thing_id in self.things.ids_of(names)]:
            self.end(thing)
        return {}


@dataclass(frozen=True)
class BindingCalls:
    """Make, list and delete of one kind of binding."""

    bindings: Bindings

    def make(self, request: Request) -> dict[str, Any]:
        """Make one."""
        return self.bindings.told(self.bindings.create(request.json()))

    def list(self, request: Request) -> dict[str, Any]:
        """A page of them."""
        told = self.bindings.told
        rows = [listing.Row(n, functools.partial(told, binding)) for n, binding in enumerate(self.bindings.all())]
        return listing.page(
            request.query, rows, self.bindings.collection, self.bindings.schema, "principal,create_time"
        )

    def delete(self, request: Request) -> dict[str, Any]:
        """Delete one."""
        self.bindings.delete(request.json())
        return {}
