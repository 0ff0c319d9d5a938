"""Node pools: groups of machines in the customer's own AWS account. The provider keeps no list of machine types."""

import json
import re
from typing import Any

from gpuconsole.simulator.dialects.fireworks.checks import check_annotations, check_display_name, check_id
from gpuconsole.simulator.dialects.fireworks.errors import FAILED_PRECONDITION, INVALID_ARGUMENT, Problem, invalid
from gpuconsole.simulator.dialects.fireworks.jobs import FINAL, RUNNING, Job
from gpuconsole.simulator.dialects.fireworks.schemas import CREATE_NODE_POOL
from gpuconsole.simulator.dialects.fireworks.things import CREATING, FAILED, LONG_AGO, READY, Thing, Things
from gpuconsole.simulator.world import World

CREATING_S, DELETING_S = 90, 60
# GPUs of EC2 instance types, by Amazon's public lists; a type of a known form that is not here has none.
GPUS = {
    **dict.fromkeys(("p4d.24xlarge", "p4de.24xlarge", "p5.48xlarge", "p5e.48xlarge", "p5en.48xlarge"), 8),
    **dict.fromkeys(("p6-b200.48xlarge", "p6-b300.48xlarge", "p3.16xlarge", "p3dn.24xlarge", "g5.48xlarge"), 8),
    **dict.fromkeys(("g6.48xlarge", "g6e.48xlarge", "g4dn.metal"), 8),
    **dict.fromkeys(("p3.8xlarge", "g4dn.12xlarge", "g5.12xlarge", "g5.24xlarge", "g6.12xlarge", "g6.24xlarge"), 4),
    **dict.fromkeys(("g6e.12xlarge", "g6e.24xlarge", "p6e-gb200.36xlarge"), 4),
    **dict.fromkeys(("p3.2xlarge", "p5.4xlarge"), 1),
    **{f"{family}.{size}xlarge": 1 for family in ("g4dn", "g5", "g6", "g6e") for size in ("", "2", "4", "8", "16")},
}
MACHINE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\.(metal|[0-9]*x?large|medium|small|micro|nano)(-[0-9a-z]+)?")


def _made(name: str, instance_type: str, most: int, least: int = 0, **eks: Any) -> Thing:
    body = {"displayName": name, "maxNodeCount": most, "eksNodePool": {"instanceType": instance_type, **eks}}
    if least:
        body["minNodeCount"] = least
    return Thing("", body, moves=[[LONG_AGO, READY]])


FURNISHED = {
    "h100-pool": _made("H100 training", "p5.48xlarge", 8, 1, zone="us-west-2b", placementGroup="training"),
    "a10g-pool": _made("A10G evaluation", "g5.12xlarge", 4, spot=True, zone="us-west-2a"),
    "cpu-pool": _made("CPU data work", "m7i.8xlarge", 16, zone="us-west-2a"),
}


class Pools(Things):
    """The account's node pools."""

    collection = "nodePools"

    def __init__(self, world: World) -> None:
        super().__init__(world, "node pool", FURNISHED)

    def stored(self) -> dict[str, Thing]:
        """Where the world keeps them."""
        return self._world.table("fireworks.nodePools", Thing)

    def create(self, body: Any) -> Thing:
        """Make one; the id is the caller's."""
        asked = CREATE_NODE_POOL(body, "")
        pool_id = check_id(asked.get("nodePoolId"), "node_pool_id")
        pool = asked.get("nodePool", {})
        check_pool(pool)
        machine = pool.get("eksNodePool", {}).get("instanceType")
        last = FAILED if machine is not None and not MACHINE.fullmatch(machine) else READY
        return self.add(pool_id, pool, [(0, CREATING), (CREATING_S, last)])

    def usable(self, pool_id: str, path: str) -> Thing:
        """A pool that takes work now; `path` is the field that names it."""
        if "/" in pool_id:
            raise invalid(path, f'must be a short id, not the resource name "{pool_id}"')
        if (pool := self.get(pool_id)) is None:
            raise invalid(path, f'names no node pool: "{pool_id}"')
        if (state := pool.state(self._world.now())) != READY:
            raise Problem(FAILED_PRECONDITION, f'{path} names a node pool that is {state}: "{pool_id}"')
        return pool

    def end(self, pool: Thing, jobs: list[Job]) -> None:
        """Delete one; a pool in use is refused (assumed)."""
        now = self._world.now()
        if any(job.request["nodePoolId"] == pool.id and job.state(now) not in FINAL for job in jobs):
            raise Problem(FAILED_PRECONDITION, f'node pool "{pool.id}" still has batch jobs')
        self.delete(pool, DELETING_S)

    def told(self, pool: Thing, jobs: list[Job], environments: list[Thing]) -> dict[str, Any]:
        """As answers show it."""
        return self.as_json(pool, status=self._status(pool), nodePoolStats=self.stats(pool, jobs, environments))

    def _status(self, pool: Thing) -> dict[str, Any]:
        """What went wrong last; that a pool which gets no machines says so here is assumed."""
        if pool.state(self._world.now()) == FAILED:
            return {"code": "INVALID_ARGUMENT", "message": "the instance type does not exist"}
        if not self._world.has_stock("fireworks", pool.id, json.dumps(pool.body)):
            return {"code": "RESOURCE_EXHAUSTED", "message": "there is no capacity for the instance type"}
        return {"code": "OK", "message": ""}

    def stats(self, pool: Thing, jobs: list[Job], environments: list[Thing]) -> dict[str, Any]:
        """The live use: nodes come as ranks need them (no job here waits for another's), a pool's minimum stays."""
        now, per_node = self._world.now(), hardware(pool)["ranks_per_node"]
        counts: dict[str, int] = {}
        ranks: dict[str, int] = {}
        for job in jobs:
            state = job.state(now)
            if job.request["nodePoolId"] == pool.id and state not in FINAL:
                counts[state] = counts.get(state, 0) + 1
                ranks[state] = ranks.get(state, 0) + job.ranks
        connected = [
            environment.more["connection"]
            for environment in environments
            if environment.more.get("connection", {}).get("nodePoolId") == pool.id
        ]
        environment_ranks = sum(connection.get("numRanks", 1) for connection in connected)
        busy = ranks.get(RUNNING, 0) + ranks.get("CANCELLING", 0) + environment_ranks
        least = pool.body.get("minNodeCount", 0) + pool.body.get("overprovisionNodeCount", 0)
        nodes = 0 if pool.state(now) != READY else max(least, -(-busy // per_node))
        return {
            "nodeCount": nodes,
            "ranksPerNode": per_node,
            "environmentCount": len(connected),
            "environmentRanks": environment_ranks,
            "batchJobCount": counts,
            "batchJobRanks": ranks,
        }


def check_pool(pool: dict[str, Any]) -> None:
    """Refuse a pool whose fields do not go together."""
    check_display_name(pool)
    check_annotations(pool)
    least, most = pool.get("minNodeCount", 0), pool.get("maxNodeCount", 1)
    spare = pool.get("overprovisionNodeCount", 0)
    if most < 1:
        raise invalid("max_node_count", "must be a positive integer")
    if not 0 <= least <= most:
        raise invalid("min_node_count", "must not be negative or greater than max_node_count")
    if not 0 <= spare <= min(least, most - least):
        raise invalid(
            "overprovision_node_count", "must not be negative or greater than min_node_count or max - min_node_count"
        )
    if "eksNodePool" not in pool and "fakeNodePool" not in pool:
        raise Problem(INVALID_ARGUMENT, "one of eks_node_pool, fake_node_pool is required")
    if "eksNodePool" in pool and not pool["eksNodePool"].get("instanceType"):
        raise invalid("eks_node_pool.instance_type", "is required")


def hardware(pool: Thing) -> dict[str, Any]:
    """What a job needs to know of its pool: one GPU a rank, or one host a rank where there is none."""
    machine = pool.body.get("eksNodePool", {}).get("instanceType")
    gpus = GPUS.get(machine or "", 0)
    most = pool.body.get("fakeNodePool", {}).get("numNodes") or pool.body.get("maxNodeCount", 1)
    return {"instance_type": machine, "has_gpus": gpus > 0, "ranks_per_node": gpus or 1, "max_nodes": most}
