"""What belongs to the account: its instances, storages, networks, registry logins and money."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS, Cluster, Product
from gpuconsole.simulator.dialects.novita.checks import new_uuid, text
from gpuconsole.simulator.dialects.novita.errors import Problem, not_found
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.dialects.novita.jobs import Jobs
from gpuconsole.simulator.dialects.novita.networks import Networks
from gpuconsole.simulator.dialects.novita.prewarm import Prewarm
from gpuconsole.simulator.dialects.novita.setup import Setup
from gpuconsole.simulator.dialects.novita.storages import Storages
from gpuconsole.simulator.dialects.novita.templates import Templates
from gpuconsole.simulator.world import World

OPENING_BALANCE = Decimal(10_000)
CORE_UNIT = Decimal("0.0001")


@dataclass
class Login:
    """A stored registry login; its password is kept and never shown."""

    id: str
    name: str
    username: str
    password: str


class Account:
    """The sandbox account."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.storages = Storages(world)
        self.networks = Networks(world)
        self.jobs = Jobs(world)
        self.templates = Templates(world)
        self.prewarm = Prewarm(world)

    @property
    def _logins(self) -> dict[str, Login]:
        return self.world.table("novita.logins", Login)

    def instances(self) -> list[Instance]:
        """All that can still be seen, in the order of their birth."""
        now = self.world.now()
        every = self.world.resources("novita")
        return [r for r in every if isinstance(r, Instance) and not r.is_forgotten(now) and not r.is_vanished()]

    def instance(self, instance_id: Any) -> Instance | None:
        """One that can still be seen."""
        found = self.world.resource("novita", instance_id) if isinstance(instance_id, str) else None
        if not isinstance(found, Instance) or found.is_forgotten(self.world.now()) or found.is_vanished():
            return None
        return found

    def balance(self) -> Decimal:
        """USD left: network storages are paid for in every status of the instances."""
        now = self.world.now()
        spent = sum((resource.cost(now) for resource in self.world.resources("novita")), Decimal(0))
        return OPENING_BALANCE - spent - self.storages.cost(now)

    def balance_detail(self) -> dict[str, str]:
        """The answer of the balance call: text, and in 1/10000 USD, unlike all prices."""
        left = str(int(self.balance() / CORE_UNIT))
        nothing = {"creditLimit": "0", "pendingCharges": "0", "outstandingInvoices": "0"}
        return {"availableBalance": left, "cashBalance": left, **nothing}

    def placed(self, asked: Setup) -> Setup:
        """The setup with its cluster: the asked one, where its storages and its network are and its product stands."""
        allowed = {asked.cluster_id} if asked.cluster_id else set(CLUSTERS)
        if asked.mounts:
            allowed &= self.storages.require([mount["id"] for mount in asked.mounts])
            if len({self.storages.table[mount["id"]].cluster_id for mount in asked.mounts}) > 1 or not allowed:
                raise Problem("CUR_CLUSTER_NETWORK_STORAGE_NOT_SUPPORT", "a network storage stands in another cluster")
        if asked.network_id:
            allowed &= {self.networks.find(asked.network_id).cluster_id}
            if not allowed:
                raise Problem("CLUSTER_STATUS", "the VPC network stands in another cluster")
        places = [cluster for cluster in _clusters(asked) if cluster.id in allowed]
        if not places:
            raise Problem("INSUFFICIENT_RESOURCE", f"product {asked.product_id} does not stand in that cluster")
        return replace(asked, cluster_id=places[0].id)

    def require_login(self, login_id: str) -> None:
        """Refuse a registry login that is not there."""
        if login_id not in self._logins:
            raise not_found("registry auth", login_id)

    def list_logins(self) -> dict[str, Any]:
        """All registry logins, their passwords masked."""
        rows = [{"id": x.id, "name": x.name, "username": x.username, "password": "***"} for x in self._logins.values()]
        return {"data": rows}

    def save_login(self, body: dict[str, Any]) -> dict[str, Any]:
        """Store one, or replace the one of that name."""
        name, username, password = (text(body, field, least=1, most=500) for field in ("name", "username", "password"))
        known = next((login.id for login in self._logins.values() if login.name == name), None)
        login = Login(known or new_uuid(self.world), name, username, password)
        self._logins[login.id] = login
        return {"id": login.id}

    def delete_login(self, body: dict[str, Any]) -> dict[str, Any]:
        """Forget one."""
        login_id = text(body, "id", least=1)
        self.require_login(login_id)
        del self._logins[login_id]
        return {}


def _clusters(asked: Setup) -> list[Cluster]:
    product = asked.product
    return product.clusters if isinstance(product, Product) else list(CLUSTERS.values())
