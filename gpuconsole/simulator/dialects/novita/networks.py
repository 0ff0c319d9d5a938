"""VPC networks: what the sandbox account has from the start, and the calls that keep them; shapes as transcribed."""

from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS
from gpuconsole.simulator.dialects.novita.checks import fits, new_uuid, page, text
from gpuconsole.simulator.dialects.novita.errors import Problem, not_found
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.world import World, chance

USER = "sandbox"
CREATING_S = 10
# The id is the provider's own example.
SANDBOX = ("18f1ff05-1370-45ce-a4c6-b58d5e8d547e", "default", "us-ca-6")


@dataclass
class Network:
    """One network."""

    id: str
    name: str
    cluster_id: str
    created_at: float

    @property
    def segment(self) -> str:
        """Its addresses."""
        return f"10.{int(chance(self.id) * 250)}.0.0/16"

    def address(self, instance: Instance) -> str:
        """The address of an instance in it."""
        last = int(chance(self.id, instance.id) * 65000) + 2
        return f"{self.segment.removesuffix('.0.0/16')}.{last // 256}.{last % 256}"


class Networks:
    """The account's networks."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def table(self) -> dict[str, Network]:
        """All of them, by id; a sandbox account begins with one."""
        table, seeded = self._world.table("novita.networks", Network), self._world.table("novita.seeded", bool)
        if not seeded.get("networks"):
            seeded["networks"] = True
            table[SANDBOX[0]] = Network(*SANDBOX, self._world.now())
        return table

    def find(self, network_id: str) -> Network:
        """One that is there, or a refusal."""
        if network_id not in self.table:
            raise Problem("NETWORK_NOT_FOUND", f"network {network_id} not found")
        return self.table[network_id]

    def address(self, instance: Instance) -> dict[str, str]:
        """The network and address of an instance, both empty where it has none."""
        network = self.table.get(instance.setup.network_id)
        return {"id": network.id, "ip": network.address(instance)} if network else {"id": "", "ip": ""}

    def listed(self, query: Any, instances: list[Instance]) -> dict[str, Any]:
        """Those that fit."""
        rows = [self._as_json(n, instances) for n in self.table.values() if fits(query.get("name"), n.name)]
        return {"networks": page(rows, query), "total": len(rows)}

    def read(self, query: Any, instances: list[Instance]) -> dict[str, Any]:
        """One by `networkId`."""
        return {"network": self._as_json(self.find(query.get("networkId", "")), instances)}

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """A new one, `creating` for a while."""
        cluster_id = text(body, "clusterId", least=1, most=255)
        if cluster_id not in CLUSTERS:
            raise not_found("cluster", cluster_id)
        if not CLUSTERS[cluster_id].has_network:
            raise Problem("CLUSTER_STATUS", f"cluster {cluster_id} has no VPC networks")
        name = text(body, "name", most=30) or f"network-{len(self.table) + 1}"
        network = Network(new_uuid(self._world), name, cluster_id, self._world.now())
        self.table[network.id] = network
        return {"network": self._as_json(network, [])}

    def update(self, body: dict[str, Any], instances: list[Instance]) -> dict[str, Any]:
        """Rename it."""
        network = self.find(text(body, "networkId", least=1, most=255))
        network.name = text(body, "name", most=30) or network.name
        return {"network": self._as_json(network, instances)}

    def delete(self, body: dict[str, Any], instances: list[Instance]) -> dict[str, Any]:
        """Give one back in which no instance is."""
        network = self.find(text(body, "networkId", least=1, most=255))
        if any(instance.setup.network_id == network.id for instance in instances):
            raise Problem("DEPENDENT_RESOURCE_STATE", f"network {network.id} has instances")
        del self.table[network.id]
        return {}

    def _as_json(self, network: Network, instances: list[Instance]) -> dict[str, Any]:
        members = [instance for instance in instances if instance.setup.network_id == network.id]
        is_ready = self._world.now() >= network.created_at + self._world.span(CREATING_S) or network.id == SANDBOX[0]
        return {
            "Id": network.id,
            "user": USER,
            "name": network.name,
            "state": {"state": "ready" if is_ready else "creating", "error": ""},
            "segment": network.segment,
            "clusterId": network.cluster_id,
            "Addresses": [{"Id": member.id, "Ip": network.address(member)} for member in members],
            "createTime": str(int(network.created_at)),
        }
