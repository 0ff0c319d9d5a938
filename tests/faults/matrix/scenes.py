"""Steps that several scenarios share: work that is launched, runs, is asked to end; and the calls that carry it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from gpuconsole.connections.models import Connection
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.faults.matrix.ground import Ground

EACH = 2
"""Launches on each connection: enough for list calls, and for two calls at once."""
UNTIL_UP_S = 900
"""So long after its launch everything of the simulator's runs."""


class Calls(NamedTuple):
    """The calls of one provider as ``METHOD /slug/path``."""

    create: str
    end: str
    list: str


_NOVITA = "/novita/gpu-instance/openapi/v1/gpu"
_OF_FIREWORKS = "/fireworks/v1/accounts/[^/]+/batchJobs"
_OF_BASETEN = "/baseten/v1/training_projects/[^/]+/jobs"
CALLS = {
    "baseten": Calls(f"POST {_OF_BASETEN}", f"POST {_OF_BASETEN}/[^/]+/stop", "POST /baseten/v1/training_jobs/search"),
    "cortecs": Calls(
        "POST /cortecs/api/v1/instances/start",
        "POST /cortecs/api/v1/instances/stop",
        "GET /cortecs/api/v1/instances/?",
    ),
    "fireworks": Calls(f"POST {_OF_FIREWORKS}", f"POST {_OF_FIREWORKS}/[^/]+:cancel", f"GET {_OF_FIREWORKS}"),
    "novita": Calls(f"POST {_NOVITA}/instance/create", f"POST {_NOVITA}/instance/delete", f"GET {_NOVITA}/instances"),
    "otoy": Calls("POST /otoy/v1/jobs", "PUT /otoy/v1/jobs/[^/]+/cancel", "GET /otoy/v1/jobs"),
}
MATCHES = {
    "baseten": Calls("POST /v1/training_projects/", "/stop", "POST /v1/training_jobs/search"),
    "cortecs": Calls("POST /api/v1/instances/start", "POST /api/v1/instances/stop", "GET /api/v1/instances"),
    "fireworks": Calls("POST /v1/accounts/sandbox/batchJobs", ":cancel", "GET /v1/accounts/sandbox/batchJobs"),
    "novita": Calls("/gpu/instance/create", "/gpu/instance/delete", "GET /gpu-instance/openapi/v1/gpu/instance"),
    "otoy": Calls("POST /v1/jobs", "/cancel", "GET /v1/jobs"),
}
"""A part of the same calls, as the simulator's faults want it."""


def launch(ground: Ground, each: int = EACH) -> list[Workload]:
    """So many on every connection, side by side."""
    return [ground.launch(slug) for _ in range(each) for slug in ground.connections]


def accepted(ground: Ground, each: int = EACH) -> list[Workload]:
    """Launched, and their answers are here."""
    rows = launch(ground, each)
    until(ground, "launched", lambda row: row.remote_id != "")
    return rows


def running(ground: Ground, each: int = EACH) -> list[Workload]:
    """Launched, and all run."""
    rows = accepted(ground, each)
    ground.pass_time_there(UNTIL_UP_S)
    until(ground, "running", lambda row: row.state == State.RUNNING)
    return rows


def end(ground: Ground) -> None:
    """Ask for the end of everything."""
    for row in Workload.objects.order_by("pk"):
        services.terminate(workload=row, by=ground.engine.user)


def until(ground: Ground, what: str, claim: Callable[[Workload], bool], *, within_s: float = 20) -> None:
    """Nudge until it holds for every workload."""

    def holds() -> bool:
        if all(claim(row) for row in Workload.objects.all()):
            return True
        ground.nudge()
        ground.pause()
        return False

    ground.eventually(holds, what, within_s=within_s)


def all_sent_are_out(ground: Ground) -> bool:
    """Whether each launch that is written down as being sent has left the worker: none is between the two."""
    for slug, calls in CALLS.items():
        rows = [one for one in ground.fresh(slug) if one.sending_at is not None or one.remote_id]
        if ground.gateway.count(calls.create) != len(rows):
            return False
    return True


def seen_since(ground: Ground, moment: datetime) -> bool:
    """Whether a round of every connection went well after that moment."""
    return not Connection.objects.exclude(synced_at__gt=moment).exists()


def another_round(ground: Ground) -> None:
    """Have every connection looked at once more."""
    moment = timezone.now()
    ground.nudge()
    ground.eventually(lambda: nudged(ground, seen_since(ground, moment)), "another round")


def taken_up_by_the_tick(ground: Ground) -> None:
    """Wait until the tick alone, without any wake-up of ours, has brought a worker to every connection."""
    moment = timezone.now()
    ground.eventually(lambda: seen_since(ground, moment), "the tick takes up what a dead worker left", within_s=25)


def spoil(ground: Ground, fault: str, call: str = "", **how: object) -> None:
    """Order the same trouble at every provider; ``call`` names one of `Calls`."""
    for slug in ground.connections:
        match = {"match": getattr(MATCHES[slug], call)} if call else {}
        ground.engine.spoil(fault, slug, **match, **how)


def was_hit(ground: Ground) -> dict[str, int]:
    """How often each provider's faults struck."""
    found: dict[str, int] = dict.fromkeys(ground.connections, 0)
    for fault in ground.engine.far.get("/_sim/faults").raise_for_status().json()["faults"]:
        found[fault["provider"]] += fault["hits"]
    return found


def let_the_search_end(ground: Ground) -> None:
    """Wait until each lost answer is being looked for, then let the ten minutes pass after which a person decides."""
    rows = Workload.objects.filter(sending_at__isnull=False, look_until__isnull=True)
    ground.eventually(lambda: nudged(ground, not rows.exists()), "what is lost is looked for")
    for _ in range(EACH):  # one after the other where no token survives
        ground.pass_time_here(601)
        ground.nudge()
        ground.pause(0.5)


def nudged(ground: Ground, is_done: bool) -> bool:
    if not is_done:
        ground.pass_time_here(20)
        ground.nudge()
        ground.pause()
    return is_done
