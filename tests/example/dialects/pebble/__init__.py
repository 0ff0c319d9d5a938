"""Pebble's HTTP as the simulator speaks it: tasks that wait 30 nominal seconds and work for 300."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from gpuconsole.simulator.charges import COMPUTE, MILLISECOND, Charge
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.web import Request, Response, Router, json_response
from gpuconsole.simulator.world import Resource, World

KEY = "sandbox-pebble-key"
MACHINES = {"a100.1": ("A100", 1, 80, Decimal("1.80")), "l4.2": ("L4", 2, 24, Decimal("0.90"))}
WAITING_S, WORKING_S = 30, 300
TROUBLES = {
    401: "This key is not good.",
    404: "Not here.",
    409: "Sold out.",
    429: "Slow down.",
    500: "Something broke.",
}


class Task(Resource):
    """One task; its life follows from its birth and from the moment of its cancelling."""

    provider = "pebble"
    currency = "USD"
    unknown_status = "napping"
    kept = (*Resource.kept, "cancelled_at")

    def __init__(self, world: World, task_id: str, create_body: dict[str, Any]) -> None:
        super().__init__(world, task_id, create_body["name"], create_body)
        self.cancelled_at: float | None = None

    @classmethod
    def revive(cls, world: World, memory: dict[str, Any]) -> "Task":
        task = cls(world, memory["id"], memory["create_body"])
        task.recall(memory)
        return task

    @property
    def count(self) -> int:
        return int(self.create_body.get("count", 1))

    @property
    def gpus(self) -> int:
        return MACHINES[self.create_body["machine"]][1] * self.count

    @property
    def began_at(self) -> float:
        return round(self.created_at + self.span(WAITING_S), 3)

    @property
    def natural_end(self) -> float:
        return round(self.began_at + self.span(WORKING_S), 3)

    def state(self, now: float) -> str:
        if self.cancelled_at is not None and self.cancelled_at < self.natural_end:
            return "cancelled"
        if now >= self.natural_end:
            return "broken" if "false" in self.create_body.get("command", ()) else "done"
        return "working" if now >= self.began_at else "waiting"

    def ended_at(self, now: float) -> float | None:
        end = min(self.natural_end, self.cancelled_at or self.natural_end)
        return end if end <= now else None

    def billed_s(self, now: float) -> Decimal:
        end = self.ended_at(now)
        return Decimal(str(round(max(0.0, (now if end is None else end) - self.began_at), 3)))

    def charges(self, now: float) -> list[Charge]:
        if self.began_at > now or self.state(now) == "waiting" or not self.billed_s(now):
            return []
        return [
            Charge(
                resource_id=self.id,
                name=self.name,
                what=COMPUTE,
                currency=self.currency,
                began_at=self.began_at,
                ended_at=self.ended_at(now),
                price=MACHINES[self.create_body["machine"]][3] * self.price_factor,
                step_s=MILLISECOND,
                units=self.count,
                unit="machine",
                run=1,
            )
        ]

    def as_json(self, now: float) -> dict[str, Any]:
        began = self.began_at if self.began_at <= now and self.state(now) != "waiting" else None
        times = {"created_at": self.created_at, "started_at": began, "ended_at": self.ended_at(now)}
        told = {name: iso(moment) for name, moment in times.items()}
        return {"id": self.id, **self.create_body, "status": self.shown_state(now), **told}


class Pebble:
    """The dialect."""

    slug = "pebble"
    sandbox: ClassVar[Mapping[str, str]] = {"API key": KEY}
    price_keys = ("usd_per_hour",)
    kind: ClassVar[type[Resource]] = Task
    tables: ClassVar[Mapping[str, type[Any]]] = {}

    def __init__(self, world: World) -> None:
        self._world = world
        self._router = Router()
        self._router.add("GET", "/v1/machines", self._machines)
        self._router.add("GET", "/v1/tasks", self._list)
        self._router.add("POST", "/v1/tasks", self._create)
        self._router.add("POST", "/v1/tasks/{task_id}/cancel", self._cancel)

    def answer(self, request: Request) -> Response:
        found = self._router.find(request.method, request.path)
        if isinstance(found, set):
            return self.trouble(404)
        handler, parameters = found
        if request.path != "/v1/machines" and request.headers.get("authorization") != f"Bearer {KEY}":
            return self.trouble(401)
        return handler(request, **parameters)

    def trouble(self, status: int) -> Response:
        return json_response({"message": TROUBLES[status]}, status)

    def charges(self) -> list[Charge]:
        return self._world.charges(self.slug)

    def _machines(self, request: Request) -> Response:
        rows = [
            {"machine": name, "gpu": gpu, "gpus": gpus, "vram_gb": vram_gb, "usd_per_hour": price}
            | {"is_free": self._world.has_stock(self.slug, name)}
            for name, (gpu, gpus, vram_gb, price) in MACHINES.items()
        ]
        return json_response({"machines": rows})

    def _tasks(self) -> list[Task]:
        return [one for one in self._world.resources(self.slug) if isinstance(one, Task) and not one.is_vanished()]

    def _list(self, request: Request) -> Response:
        now = self._world.now()
        return json_response({"tasks": [task.as_json(now) for task in self._tasks()]})

    def _create(self, request: Request) -> Response:
        body = request.json()
        machine = body.get("machine")
        if machine not in MACHINES:
            return json_response({"message": f"There is no {machine}.", "field": "machine"}, 422)
        if not self._world.has_stock(self.slug, machine):
            return self.trouble(409)
        task = Task(self._world, self._world.make_id(), body)
        self._world.add(task)
        return json_response({"task": task.as_json(self._world.now())})

    def _cancel(self, request: Request, task_id: str) -> Response:
        task = next((one for one in self._tasks() if one.id == task_id), None)
        if task is None:
            return self.trouble(404)
        if task.cancelled_at is None and not task.refuses_to_end():
            task.cancelled_at = self._world.now()
        return json_response({"task": task.as_json(self._world.now())})
