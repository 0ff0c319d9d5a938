"""What belongs to the account: teams, secrets, GPU capacity, usage and cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.baseten.checks import record, text, whole
from gpuconsole.simulator.dialects.baseten.errors import Problem, invalid
from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.world import World

TEAM = {"id": "tm4x9qk", "name": "Sandbox", "default": True, "created_at": "2026-01-05T09:00:00.000Z"}
# GPUs that the organisation may use at once (limit) and that start without waiting (baseline); assumed.
LIMITS = {"H100": (64, 16), "H200": (32, 8), "B200": (16, 0), "A100": (32, 8), "L4": (32, 4)}
HOLDS_CAPACITY = ("CREATED", "DEPLOYING", "RUNNING")
LONGEST_SUMMARY = timedelta(days=31)


@dataclass
class Secret:
    """A stored secret; its value is kept and never shown."""

    id: str
    name: str
    value: str
    created_at: float


def teams(name: str | None) -> dict[str, Any]:
    """The teams, or the one of exactly that name if there is one."""
    return {"teams": [TEAM] if name in (None, TEAM["name"]) else []}


def require_team(team_id: str) -> None:
    """404 for a team that is not there."""
    if team_id != TEAM["id"]:
        raise Problem(404, f"Team {team_id} not found.")


class Secrets:
    """The team's stored secrets."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _table(self) -> dict[str, Secret]:
        return self._world.table("baseten.secrets", Secret)

    def list(self) -> dict[str, Any]:
        """All, without their values."""
        return {"secrets": [self._as_json(secret) for secret in self._table.values()]}

    def upsert(self, body: Any) -> dict[str, Any]:
        """Store or replace one."""
        record({"name": text(1), "value": text()}, ("name", "value"))({} if body is None else body, "")
        old = self._table.get(body["name"])
        secret = Secret(old.id if old else self._world.make_id(), body["name"], body["value"], self._world.now())
        secret.created_at = old.created_at if old else secret.created_at
        self._table[secret.name] = secret
        return self._as_json(secret)

    def delete(self, name: str) -> dict[str, Any]:
        """Forget one."""
        if self._table.pop(name, None) is None:
            raise Problem(404, f"Secret {name} not found.")
        return {"name": name}

    def _as_json(self, secret: Secret) -> dict[str, Any]:
        return {
            "id": secret.id,
            "name": secret.name,
            "created_at": iso(secret.created_at),
            "team_name": TEAM["name"],
        }


class Capacity:
    """How many GPUs may be used and are."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _limit(self, gpu_type: str) -> int:
        return self._world.table("baseten.team_limits", int).get(gpu_type, LIMITS[gpu_type][0])

    def _row(self, gpu_type: str, jobs: list[Job], limit: int) -> dict[str, Any]:
        now = self._world.now()
        used = {"dedicated": 0, "spot": 0}
        for job in jobs:
            if job.instance_type.gpu_type == gpu_type and job.word(now) in HOLDS_CAPACITY:
                used[job.availability] += job.gpus
        return {
            "gpu_type": gpu_type,
            "baseline": LIMITS[gpu_type][1],
            "limit": limit,
            "usage_count": sum(used.values()),
            "dedicated_usage_count": used["dedicated"],
            "spot_usage_count": used["spot"],
        }

    def _team_row(self, gpu_type: str, jobs: list[Job]) -> dict[str, Any]:
        row = self._row(gpu_type, jobs, self._limit(gpu_type))
        return {"team_id": TEAM["id"], "team_name": TEAM["name"], **row}

    def as_json(self, jobs: list[Job]) -> dict[str, Any]:
        """Organisation and team side by side."""
        return {
            "gpu_capacities": [self._row(gpu_type, jobs, LIMITS[gpu_type][0]) for gpu_type in LIMITS],
            "team_gpu_capacities": [self._team_row(gpu_type, jobs) for gpu_type in LIMITS],
        }

    def patch(self, body: Any, jobs: list[Job]) -> dict[str, Any]:
        """Set the team's limit of one GPU type."""
        fields = {"team_id": text(1), "gpu_type": text(1), "max_gpus": whole(0)}
        record(fields, tuple(fields))({} if body is None else body, "")
        require_team(body["team_id"])
        if body["gpu_type"] not in LIMITS:
            raise invalid("gpu_type", f"must be one of {', '.join(LIMITS)}")
        if body["max_gpus"] > LIMITS[body["gpu_type"]][0]:
            raise invalid("max_gpus", "exceeds the limit of the organization")
        self._world.table("baseten.team_limits", int)[body["gpu_type"]] = body["max_gpus"]
        return {"team_gpu_capacity": self._team_row(body["gpu_type"], jobs)}


def usage_summary(query: Any, jobs: list[Job], now: float, project_names: dict[str, str]) -> dict[str, Any]:
    """Training minutes and cost in a range, by job and day (UTC); deleted jobs count too."""
    start, end = _date(query, "start_date"), _date(query, "end_date")
    if end < start:
        raise invalid("end_date", "must not be before start_date")
    if end - start > LONGEST_SUMMARY:
        raise invalid("end_date", "the date range cannot exceed 31 days")
    rows = []
    for job in jobs:
        if daily := [day for charge in job.charges(now) for day in _days(charge, start, end, now)]:
            rows.append(_usage_row(job, daily, project_names.get(job.project_id)))
    total = sum((Decimal(row["subtotal"]) for row in rows), Decimal(0))
    usage = {
        "subtotal": str(total),
        "credits_used": "0",
        "total": str(total),
        "minutes": sum(row["minutes"] for row in rows),
        "breakdown": rows,
    }
    return {"dedicated_usage": None, "training_usage": usage, "model_apis_usage": None}


def _days(charge: Charge, start: datetime, end: datetime, now: float) -> Iterator[dict[str, Any]]:
    """What fell into each day of the range; a minute belongs to the day in which it began."""
    last = min(end, datetime.fromtimestamp(now, UTC))
    begin = max(start, datetime.fromtimestamp(charge.began_at, UTC))
    while begin < last:
        midnight = datetime.combine(begin.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        until = min(midnight, last)
        before, after = begin.timestamp(), until.timestamp()
        minutes = int((charge.counted_s(after) - charge.counted_s(before)) / 60) * charge.units
        if minutes:
            subtotal = (charge.due(after) or Decimal(0)) - (charge.due(before) or Decimal(0))
            yield {"date": begin.astimezone(UTC).date().isoformat(), "subtotal": str(subtotal), "minutes": minutes}
        if charge.ended_at is not None and charge.ended_at <= after:
            return
        begin = until


def _usage_row(job: Job, daily: list[dict[str, Any]], project_name: str | None) -> dict[str, Any]:
    return {
        "billable_resource": {
            "id": job.id,
            "kind": "TRAINING_JOB",
            "name": job.request.get("name"),
            "model_name": project_name,
            "is_deleted": job.deleted_at is not None,
            "instance_type": job.instance_type.id,
            "team_id": TEAM["id"],
            "team_name": TEAM["name"],
        },
        "subtotal": str(sum((Decimal(day["subtotal"]) for day in daily), Decimal(0))),
        "minutes": sum(day["minutes"] for day in daily),
        "daily": daily,
    }


def _date(query: Any, name: str) -> datetime:
    text_value = query.get(name)
    if not text_value:
        raise invalid(name, "field required")
    try:
        moment = datetime.fromisoformat(text_value.replace("Z", "+00:00"))
    except ValueError:
        raise invalid(name, "must be an ISO 8601 date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
