"""Environments (images that people work in and save) and their snapshots."""

from typing import Any

from gpuconsole.simulator.dialects.fireworks.auth import USER_EMAIL
from gpuconsole.simulator.dialects.fireworks.checks import check_annotations, check_id, check_role
from gpuconsole.simulator.dialects.fireworks.errors import invalid
from gpuconsole.simulator.dialects.fireworks.pools import Pools
from gpuconsole.simulator.dialects.fireworks.schemas import CONNECT, CREATE_ENVIRONMENT, DISCONNECT, SNAPSHOT
from gpuconsole.simulator.dialects.fireworks.things import CREATING, LONG_AGO, READY, Thing, Things
from gpuconsole.simulator.world import World, chance

DISCONNECTED, CONNECTING, CONNECTED, DISCONNECTING = "DISCONNECTED", "CONNECTING", "CONNECTED", "DISCONNECTING"
CREATING_S, CONNECTING_S, DISCONNECTING_S, DELETING_S = 20, 60, 30, 10
REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com/sandbox"
OK = {"code": "OK", "message": ""}


def _made(base: str, name: str, snapshot: str | None = None) -> Thing:
    more = {"image": f"{REGISTRY}/environments@sha256:{'5a' * 32}"}
    if snapshot:
        more["snapshot"] = f"{REGISTRY}/snapshots:{snapshot}"
    return Thing(
        "", {"displayName": name, "baseImageRef": base, "shared": True}, moves=[[LONG_AGO, DISCONNECTED]], more=more
    )


ENVIRONMENTS = {
    "my-env": _made("registry.example.com/ml/base:2.3", "Team base", snapshot="7"),
    "eval-env": _made("registry.example.com/ml/eval:2.3", "Evaluation"),
}
SNAPSHOTS = {number: Thing("", {}, moves=[[LONG_AGO, READY]]) for number in ("6", "7")}


class Environments(Things):
    """The account's environments."""

    collection = "environments"

    def __init__(self, world: World, pools: Pools) -> None:
        super().__init__(world, "environment", ENVIRONMENTS)
        self._pools = pools

    def stored(self) -> dict[str, Thing]:
        """Where the world keeps them."""
        return self._world.table("fireworks.environments", Thing)

    def create(self, body: Any) -> Thing:
        """Make one; the id is the caller's."""
        asked = CREATE_ENVIRONMENT(body, "")
        environment_id = check_id(asked.get("environmentId"), "environment_id")
        environment = asked.get("environment", {})
        check_annotations(environment)
        if not environment.get("baseImageRef"):
            raise invalid("base_image_ref", "is required")
        digest = "".join(f"{int(chance(environment_id, n) * 256):02x}" for n in range(32))
        image = f"{REGISTRY}/environments@sha256:{digest}"
        return self.add(environment_id, environment, [(0, CREATING), (CREATING_S, DISCONNECTED)], image=image)

    def connect(self, environment: Thing, body: Any) -> None:
        """Put it on a node of a pool."""
        connection = CONNECT(body, "").get("connection", {})
        if not connection.get("nodePoolId"):
            raise invalid("connection.node_pool_id", "is required")
        if connection.get("numRanks", 1) < 1:
            raise invalid("connection.num_ranks", "must be a positive integer")
        check_role(connection.get("role"))
        pool = self._pools.usable(connection["nodePoolId"], "connection.node_pool_id")
        self.require(environment, DISCONNECTED)
        zone = pool.body.get("eksNodePool", {}).get("zone", "us-west-2a")
        environment.more = {**environment.more, "connection": {"numRanks": 1, **connection, "zone": zone}}
        self.move(environment, [(0, CONNECTING), (CONNECTING_S, CONNECTED)])

    def disconnect(self, environment: Thing, body: Any) -> None:
        """Take it off, and save its image unless forced."""
        asked = DISCONNECT(body, "")
        self.require(environment, CONNECTED, CONNECTING)
        more = {name: value for name, value in environment.more.items() if name != "connection"}
        if asked.get("resetSnapshots"):
            more.pop("snapshot", None)
        elif not asked.get("force"):
            more["snapshot"] = f"{REGISTRY}/snapshots:{environment.id}-{int(self._world.now())}"
        environment.more = more
        self.move(environment, [(0, DISCONNECTING), (DISCONNECTING_S, DISCONNECTED)])

    def told(self, environment: Thing) -> dict[str, Any]:
        """As answers show it; what is empty is left out."""
        more = environment.more
        optional = {"connection": more.get("connection"), "snapshotImageRef": more.get("snapshot")}
        optional = {name: value for name, value in optional.items() if value}
        return self.as_json(environment, status=OK, createdBy=USER_EMAIL, imageRef=more["image"], **optional)


class Snapshots(Things):
    """Saved images; their ids are numbers that the server counts."""

    collection = "snapshots"

    def __init__(self, world: World) -> None:
        super().__init__(world, "snapshot", SNAPSHOTS)

    def stored(self) -> dict[str, Thing]:
        """Where the world keeps them."""
        return self._world.table("fireworks.snapshots", Thing)

    def create(self, body: Any) -> Thing:
        """Make one; the body is the snapshot itself, and all its fields are the server's."""
        SNAPSHOT({} if body is None else body, "")
        made = self._world.table("fireworks.snapshots_made", int)
        number = max([made.get("last", 0), *(int(thing.id) for thing in self.all())]) + 1
        made["last"] = number
        return self.add(str(number), {}, [(0, CREATING), (CREATING_S, READY)])

    def told(self, snapshot: Thing) -> dict[str, Any]:
        """As answers show it."""
        return self.as_json(snapshot, status=OK, imageRef=f"{REGISTRY}/snapshots:{snapshot.id}")
