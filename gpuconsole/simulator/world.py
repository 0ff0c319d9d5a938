"""The world that all dialects share: clock, resources, stored tables, faults and the record of calls."""

import contextlib
import hashlib
import json
import random
import threading
from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from gpuconsole.simulator import charges, failures
from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.clock import Clock, iso
from gpuconsole.simulator.failures import Way
from gpuconsole.simulator.faults import Faults

T = TypeVar("T")

REQUESTS_KEPT = 5000


class World:
    """Everything that exists at the simulated providers. Callers hold `lock` while they read or change it."""

    def __init__(self, speed: float = 1.0, clock: Clock | None = None, seed: int | None = None) -> None:
        if speed <= 0:
            raise ValueError("speed must be positive")
        self.speed = speed
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        # Ids are unpredictable unless seeded: a restarted simulator must not hand out the ids of its former life.
        self.random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - for tests
        self.faults = Faults()
        self.requests: deque[dict[str, Any]] = deque(maxlen=REQUESTS_KEPT)
        self._resources: dict[str, dict[str, Resource]] = {}
        self._tables: dict[str, dict[str, Any]] = {}
        self._turn: dict[str, int] = {}
        self.is_touched = False  # whether a call may have changed anything since it was last kept

    def now(self) -> float:
        """Epoch seconds on the simulator's clock."""
        return self.clock.now()

    @contextlib.contextmanager
    def clock_of(self, provider: str) -> Iterator[None]:
        """Within, `now` is told by that provider's clock, which a fault may have put out of order."""
        before, self.clock.skew_s = self.clock.skew_s, self.faults.skew_s(provider)
        try:
            yield
        finally:
            self.clock.skew_s = before

    def has_stock(self, provider: str, *subjects: str) -> bool:
        """Whether no fault has emptied the provider's shelves of the hardware that the subjects name."""
        return self.faults.has_stock(provider, *subjects)

    def lift(self, fault_id: int | None = None) -> bool:
        """Lift one fault, or all; what waited for stock goes on. False where no such fault is in force."""
        found = self.faults.lift(fault_id)
        for resource in self.resources():
            if resource.is_short and self.has_stock(resource.provider, *resource.subjects):
                with self.clock_of(resource.provider):
                    resource.release()
        return found

    def span(self, nominal_s: float) -> float:
        """Wall seconds that a phase of so many nominal seconds takes at this speed."""
        return nominal_s / self.speed

    def make_id(self, length: int = 7, alphabet: str = "abcdefghjkmnpqrstuvwxyz0123456789") -> str:
        """A new short id as providers make them."""
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def table(self, name: str, of: type[T]) -> dict[str, T]:
        """A named store of one dialect, emptied by `reset`. `of` only tells the type of its values."""
        return self._tables.setdefault(name, {})

    def tables(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All named stores that were ever asked for."""
        return iter(self._tables.items())

    def add(self, resource: "Resource") -> None:
        """Bring a resource into the world."""
        self._resources.setdefault(resource.provider, {})[resource.id] = resource

    def resource(self, provider: str, resource_id: str) -> "Resource | None":
        """One resource by its provider and id."""
        return self._resources.get(provider, {}).get(resource_id)

    def resources(self, provider: str | None = None) -> list["Resource"]:
        """All resources ever made, deleted ones too; those of a provider in the order of their birth."""
        if provider is not None:
            return list(self._resources.get(provider, {}).values())
        return [resource for of_provider in self._resources.values() for resource in of_provider.values()]

    def in_turn(self, provider: str) -> Iterator["Resource"]:
        """The resources of a provider, going on behind the one at which the last such look ended, once round."""
        found, start = self.resources(provider), self._turn.get(provider, 0)
        for step in range(len(found)):
            self._turn[provider] = (start + step + 1) % len(found)
            yield found[(start + step) % len(found)]

    def charges(self, provider: str) -> list[Charge]:
        """What all resources of a provider have been charged for, deleted and hidden ones too."""
        now = self.now()
        return [charge for resource in self.resources(provider) for charge in resource.charges(now)]

    def reset(self) -> None:
        """Forget all resources, tables, faults and calls; the clock keeps its time."""
        self._resources.clear()
        self._tables.clear()
        self.requests.clear()
        self.faults.lift()


class Resource:
    """A thing that a provider runs for money; a dialect derives its own kind and tells its life as pure functions."""

    provider: str
    currency: str
    kept: tuple[str, ...] = ("created_at", "deleted_at", "speed")

    def __init__(self, world: World, resource_id: str, name: str, create_body: Any) -> None:
        self.world = world
        self.id = resource_id
        self.name = name
        self.create_body = create_body
        self.created_at = world.now()
        self.deleted_at: float | None = None
        self.speed = world.speed  # a life keeps the pace it was born with, whatever a later start asks for
        self.price_factor = world.faults.factor(self.provider)  # and the price
        self.is_short = not world.has_stock(self.provider, *self.subjects)
        """It was launched without stock: where the provider lets such a launch wait, it does not begin to live."""
        self.released_at: float | None = None
        body_asks = failures.asked(self.subjects[1])
        self.fails_by = body_asks or world.faults.way_to_fail(self.provider, resource_id, *self.subjects)
        """The way in which it was born to fail; empty: it is not."""

    @property
    def subjects(self) -> tuple[str, str]:
        """The texts that name its hardware."""
        return self.name, json.dumps(self.create_body)

    def release(self) -> None:
        """There is stock again: what waited for it goes on from here, and its life is reckoned anew."""
        self.is_short, self.released_at = False, self.world.now()
        for name in [name for name in vars(self) if isinstance(getattr(type(self), name, None), cached_property)]:
            del vars(self)[name]

    def span(self, nominal_s: float) -> float:
        """Wall seconds that a phase of so many nominal seconds takes in this life."""
        return nominal_s / self.speed

    def memory(self) -> dict[str, Any]:
        """What must be kept over a restart, as JSON has it; all else follows from it."""
        troubles = {"price_factor": str(self.price_factor), "is_short": self.is_short, "released_at": self.released_at}
        troubles["fails_by"] = self.fails_by
        kept = {name: getattr(self, name) for name in self.kept}
        return {"id": self.id, "create_body": self.create_body, **kept, **troubles}

    @classmethod
    def revive(cls, world: World, memory: dict[str, Any]) -> "Resource":
        """The resource of which `memory` tells."""
        raise NotImplementedError

    def recall(self, memory: dict[str, Any]) -> None:
        """Take back the attributes in `kept`; for `revive`."""
        for name in self.kept:
            setattr(self, name, memory[name])
        self.price_factor = Decimal(memory.get("price_factor", 1))  # files of the first release lack these three
        self.is_short = bool(memory.get("is_short", False))
        self.released_at = memory.get("released_at")
        self.fails_by = str(memory.get("fails_by", ""))

    def state(self, now: float) -> str:
        """The provider's raw status word at that moment."""
        raise NotImplementedError

    def history(self, now: float) -> list[tuple[float, str]]:
        """The status words that it has been through, with the moments at which it came to them."""
        raise NotImplementedError

    def stir(self) -> bool:
        """Have it go through some of its statuses once more, as its owner can; false where that cannot be now."""
        return False

    def ended_at(self, now: float) -> float | None:
        """When the resource came to its present end, if it has."""
        raise NotImplementedError

    def billed_s(self, now: float) -> Decimal:
        """Seconds counted so far, to the millisecond, of one node or worker."""
        raise NotImplementedError

    def charges(self, now: float) -> list[Charge]:
        """All that the provider has charged for so far, at the prices that it asked when this was launched."""
        raise NotImplementedError

    def cost(self, now: float) -> Decimal:
        """What it has charged so far, in `currency`."""
        return charges.total(self.charges(now), now)

    @property
    def failure(self) -> Way | None:
        """How it is to fail; None where it is not."""
        return failures.way(self.fails_by)

    @property
    def gpus(self) -> int:
        """GPUs of the whole resource."""
        raise NotImplementedError

    def is_vanished(self) -> bool:
        """Whether a fault hides it: no longer listed, and reading it is a 404."""
        return self.world.faults.holds("vanish", self.provider, self.id, self.name)

    def refuses_to_end(self) -> bool:
        """Whether a fault makes it a zombie: an end is accepted and never takes effect."""
        return self.world.faults.holds("zombie", self.provider, self.id, self.name)

    def shown_state(self, now: float) -> str:
        """The status word in answers: the real one, unless a fault makes it one that nobody has heard of."""
        if self.world.faults.holds("unknown_status", self.provider, self.id, self.name):
            return self.unknown_status
        return self.state(now)

    unknown_status = "REBALANCING"

    def as_row(self, now: float) -> dict[str, Any]:
        """How the control surface shows it."""
        state = "deleted" if self.deleted_at is not None else self.state(now)
        return {
            "provider": self.provider,
            "id": self.id,
            "name": self.name,
            "state": state,
            "gpus": self.gpus,
            "create_body": self.create_body,
            "created_at": iso(self.created_at),
            "ended_at": iso(self.ended_at(now)),
            "deleted_at": iso(self.deleted_at),
            "billed_s": float(self.billed_s(now)),
            "cost": str(self.cost(now)),
            "currency": self.currency,
            "vanished": self.world.faults.has("vanish", self.id),
        }


def chance(*parts: object) -> float:
    """A number in [0, 1) that is always the same for the same parts."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
