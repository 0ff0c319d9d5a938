"""What belongs to the account: prepaid credit, what was charged to it, and the offers and GPUs it may see."""

import uuid
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.otoy import paging
from gpuconsole.simulator.dialects.otoy.checks import uuid_text
from gpuconsole.simulator.dialects.otoy.errors import invalid
from gpuconsole.simulator.dialects.otoy.hardware import OFFERS, REGISTRY, matching
from gpuconsole.simulator.dialects.otoy.jobs import Job
from gpuconsole.simulator.dialects.otoy.regions import REGIONS
from gpuconsole.simulator.web import Request, Response
from gpuconsole.simulator.world import World

OPENING_CREDIT = Decimal(10_000)
OPENED_AT = "2026-01-05T09:00:00.000Z"
NOTHING_ASKED: dict[str, Any] = {
    "cpu_count": 0,
    "gpu_count": 0,
    "gpu_name": None,
    "gpu_registry_uuid": None,
    "min_vram_gb": 0,
    "min_ram_gb": 0,
    "min_storage_gb": 0,
    "allowed_region_codes": [],
}
COUNTS, SIZES_GB = ("cpu_count", "gpu_count"), ("min_vram_gb", "min_ram_gb", "min_storage_gb")


class Account:
    """The sandbox account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: list[Job] = []
        self._newest: Job | None = None
        self._counted, self._as_of = 0, 0.0

    def jobs(self) -> list[Job]:
        """All jobs ever made, oldest first, hidden ones too."""
        return [job for job in self._world.resources("otoy") if isinstance(job, Job)]

    def open_jobs(self, now: float) -> list[Job]:
        """Those that may still change, oldest first: what is over stays so, however many they become, unless a fault
        puts the clock back or the world was emptied."""
        every = self.jobs()
        is_same = self._counted <= len(every) and (not self._counted or every[self._counted - 1] is self._newest)
        if not is_same or now < self._as_of:
            self._open, self._counted = [], 0
        self._open = [job for job in (*self._open, *every[self._counted :]) if now < job.over_at]
        self._newest, self._counted, self._as_of = (every[-1] if every else None), len(every), now
        return list(self._open)

    def credit(self) -> Decimal:
        """USD left."""
        now = self._world.now()
        return OPENING_CREDIT - sum((job.cost(now) for job in self.jobs()), Decimal(0))

    def free_nodes(self) -> dict[str, int]:
        """How many nodes of each offer stand free now."""
        now, held = self._world.now(), Counter[str]()
        for job in self.jobs():
            held.update(job.held_offers(now))
        return {offer.id: max(0, offer.stock(now) - held[offer.id]) for offer in OFFERS}

    def offers(self, request: Request) -> Response:
        """What can be had now; an offer without a free node is not listed."""
        asked = _asked(request.query)
        world, free = self._world, self.free_nodes()
        now, factor = iso(world.now()), world.faults.factor("otoy")
        listed = (o for o in matching(asked) if free[o.id] and world.has_stock("otoy", o.label, o.region))
        rows = [offer.as_json(free[offer.id], offer.hourly_usd * factor, now) for offer in listed]
        query = {name: value for name, value in request.query.items() if not name.startswith("filter[")}
        return paging.answer(reversed(rows), query, {})

    def registry(self, request: Request) -> Response:
        """GPU models; beyond `uuid` and `name` the fields are assumed."""
        free = self.free_nodes()
        rented = Counter[str]()
        for offer in OFFERS:
            if offer.gpu and self._world.has_stock("otoy", offer.label, offer.region):
                rented[offer.gpu.uuid] += free[offer.id]
        rows = [
            {
                "object": "gpu_registry",
                "uuid": gpu.uuid,
                "name": gpu.name,
                "vram_gb": gpu.vram_gib,
                "is_available": rented[gpu.uuid] > 0,
                "created_at": OPENED_AT,
                "updated_at": OPENED_AT,
            }
            for gpu in REGISTRY.values()
        ]
        return paging.answer(rows, request.query, {"only_available": _only_available, "min_vram_gb": _least_vram})

    def transactions(self, request: Request) -> Response:
        """One charge for each run that has begun; field names are assumed."""
        now = self._world.now()
        rows = [
            {
                "object": "transaction",
                "uuid": str(uuid.uuid5(uuid.UUID(charge.part), "charge")),
                "type": "CHARGE",
                "amount": -(charge.due(now) or Decimal(0)),
                "currency": charge.currency,
                "memo": charge.name,
                "job_uuid": charge.resource_id,
                "job_run_uuid": charge.part,
                "created_at": iso(charge.began_at),
            }
            for job in self.jobs()
            for charge in job.charges(now)
        ]
        return paging.answer(sorted(rows, key=lambda row: str(row["created_at"])), request.query, {})

    def purchases(self, request: Request) -> Response:
        """The one top-up with which the sandbox opens."""
        row = {
            "object": "credit_purchase",
            "uuid": "0198c0de-5555-7666-8777-888899990000",
            "amount": OPENING_CREDIT,
            "currency": "USD",
            "memo": "Sandbox credit",
            "created_at": OPENED_AT,
            "completed_at": OPENED_AT,
        }
        return paging.answer([row], request.query, {})


def _asked(query: Mapping[str, str]) -> dict[str, Any]:
    """The offer filters in the form of a job's fields; regions are narrowed down, as the account has no policy."""
    asked = dict(NOTHING_ASKED)
    for name, value in query.items():
        field = name.removeprefix("filter[").removesuffix("]")
        if name == field or not value:
            continue
        if field not in asked:
            raise invalid([(name, f"is no filter here; there are {', '.join(asked)}")])
        asked[field] = _value(name, field, value)
    return asked


def _value(name: str, field: str, value: str) -> Any:
    if field in SIZES_GB:
        return _number(name, value)
    if field in COUNTS:
        if not value.isascii() or not value.isdecimal():
            raise invalid([(name, "must be an integer that is not negative")])
        return int(value[:12])
    if field == "allowed_region_codes":
        codes = [code.strip() for code in value.split(",")]
        if odd := [code for code in codes if code not in REGIONS]:
            raise invalid([(name, f"has an unknown region {odd[0]}")])
        return codes
    if field == "gpu_registry_uuid" and (wrong := [*uuid_text(value, name)]):
        raise invalid(wrong)
    return value


def _only_available(name: str, value: str) -> paging.Test:
    if value not in ("true", "false"):
        raise invalid([(name, "must be true or false")])
    return lambda row: value == "false" or row["is_available"]


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise invalid([(name, "must be a number that is not negative")])
    return number


def _least_vram(name: str, value: str) -> paging.Test:
    least = _number(name, value)
    return lambda row: row["vram_gb"] >= least
