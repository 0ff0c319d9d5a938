"""Clusters: the customer's own Kubernetes, in which node pools are made."""

import base64
import hashlib
from typing import Any

from gpuconsole.simulator.dialects.fireworks.bindings import CLUSTER
from gpuconsole.simulator.dialects.fireworks.checks import check_annotations, check_display_name, check_id
from gpuconsole.simulator.dialects.fireworks.errors import INVALID_ARGUMENT, Problem
from gpuconsole.simulator.dialects.fireworks.schemas import CREATE_CLUSTER
from gpuconsole.simulator.dialects.fireworks.things import CREATING, LONG_AGO, READY, Thing, Things
from gpuconsole.simulator.world import World

CREATING_S, DELETING_S = 600, 300
FURNISHED = {
    CLUSTER: Thing(
        "",
        {
            "displayName": "Sandbox",
            "eksCluster": {"awsAccountId": "123456789012", "region": "us-west-2", "clusterName": CLUSTER},
            "isDlde": True,
        },
        moves=[[LONG_AGO, READY]],
    )
}


class Clusters(Things):
    """The account's clusters."""

    collection = "clusters"

    def __init__(self, world: World) -> None:
        super().__init__(world, "cluster", FURNISHED)

    def stored(self) -> dict[str, Thing]:
        """Where the world keeps them."""
        return self._world.table("fireworks.clusters", Thing)

    def create(self, body: Any) -> Thing:
        """Make one; the id is the caller's."""
        asked = CREATE_CLUSTER(body, "")
        cluster_id = check_id(asked.get("clusterId"), "cluster_id")
        cluster = asked.get("cluster", {})
        check_display_name(cluster)
        check_annotations(cluster)
        if "eksCluster" not in cluster and "fakeCluster" not in cluster:
            raise Problem(INVALID_ARGUMENT, "one of eks_cluster, fake_cluster is required")
        return self.add(cluster_id, cluster, [(0, CREATING), (CREATING_S, READY)])

    def told(self, cluster: Thing) -> dict[str, Any]:
        """As answers show it."""
        return self.as_json(cluster, status={"code": "OK", "message": ""})

    def connection_info(self, cluster: Thing) -> dict[str, Any]:
        """Where its Kubernetes answers, once it is ready."""
        self.require(cluster, READY)
        digest = hashlib.sha256(cluster.id.encode()).digest()
        return {
            "endpoint": f"https://{digest.hex()[:32].upper()}.gr7.us-west-2.eks.example.com",
            "caData": base64.b64encode(digest).decode(),
        }
