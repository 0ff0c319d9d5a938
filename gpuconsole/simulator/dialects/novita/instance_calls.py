"""The calls that make, show and change instances."""

from collections.abc import Mapping
from typing import Any

from gpuconsole.simulator.dialects.novita import bodies, ports, shapes
from gpuconsole.simulator.dialects.novita.account import Account
from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS, FREE_GPUS, Product
from gpuconsole.simulator.dialects.novita.checks import fits, page, text, whole
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid, not_found
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.dialects.novita.life import EXITED, PULLING, REMOVED, RUNNING
from gpuconsole.simulator.dialects.novita.setup import Setup
from gpuconsole.simulator.world import World

Body = dict[str, Any]


class InstanceCalls:
    """`/gpu/instance…` and its kin."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account

    def create(self, body: Body) -> Body:
        """Check all, find a place, begin; the answer is the id and nothing else."""
        asked = bodies.read_create(body, f"instance-{self._world.make_id(8)}")
        if asked.image_auth_id:
            self._account.require_login(asked.image_auth_id)
        placed = self._account.placed(asked)
        self._require_means(placed)
        instance = Instance.born(self._world, self._world.make_id(16, "0123456789abcdef"), placed, body)
        self._world.add(instance)
        return {"id": instance.id}

    def list(self, query: Mapping[str, str]) -> Body:
        """The newest first (assumed), by page; filters on name and product are fuzzy, on status exact."""
        now, sizes = self._world.now(), self._account.storages.sizes()
        found = [
            instance
            for instance in reversed(self._account.instances())
            if fits(query.get("name"), instance.setup.name)
            and fits(query.get("productName"), instance.setup.product.name)
            and (not query.get("status") or query["status"] == instance.shown_state(now))
        ]
        rows = [shapes.listed(instance, sizes) for instance in page(found, query)]
        return {"instances": rows, "total": len(found)}

    def read(self, query: Mapping[str, str]) -> Body:
        """One by `instanceId`, not wrapped."""
        instance = self._find(query.get("instanceId"))
        jobs = self._account.jobs.running(instance)
        return shapes.told(instance, self._account.storages.sizes(), self._account.networks.address(instance), jobs)

    def start(self, body: Body) -> Body:
        """Wake what has exited, if its GPUs were not given away."""
        instance = self._named(body, EXITED)
        paid = instance.subscription_at(self._world.now())
        if paid is not None and paid.until <= self._world.now():
            raise Problem("EXPIRED_OR_BALANCE_NOT_ENOUGH", "the subscription has run out")
        self._require_means(instance.setup)
        instance.act("start")
        return {}

    def stop(self, body: Body) -> Body:
        """Put what runs to rest; its disks are kept and paid for."""
        self._named(body, RUNNING).act("stop")
        return {}

    def restart(self, body: Body) -> Body:
        """Run what runs anew."""
        self._named(body, RUNNING).act("restart")
        return {}

    def delete(self, body: Body) -> Body:
        """Destroy it from whatever status; only a subscription must run out first."""
        instance, now = self._named(body), self._world.now()
        paid = instance.subscription_at(now)
        if paid is not None and paid.until > now:
            raise Problem("PREPAID_INSTANCE_NOT_SUPPORT_RELEASE", "a subscription cannot be released before its end")
        if instance.state(now) not in ("toRemove", "removing", REMOVED):
            instance.act("delete")
        return {}

    def edit(self, body: Body) -> Body:
        """Open other ports, as objects here, or make the container disk bigger; nothing is restarted."""
        instance = self._named(body, RUNNING, EXITED)
        old = instance.setup
        opened = old.ports if body.get("ports") is None else ports.from_objects(body)
        ports.require_room(opened, old.tools)
        rootfs_gb = old.rootfs_gb + whole(body, "expandRootDisk", least=0, default=0)
        product = old.product
        most = product.max_rootfs_gb if isinstance(product, Product) else old.rootfs_gb
        if rootfs_gb > most:
            raise invalid("expandRootDisk", f"must be at most {most - old.rootfs_gb}")
        grown = {"rootfs_gb": rootfs_gb} if rootfs_gb != old.rootfs_gb else {}
        instance.edit(ports=opened, **grown)
        return {}

    def upgrade(self, body: Body) -> Body:
        """Another image, command, environment and mounts on the same hardware: all must be sent, nothing is kept."""
        instance = self._named(body, RUNNING, EXITED)
        changes = bodies.read_upgrade(body)
        if changes["image_auth_id"]:
            self._account.require_login(changes["image_auth_id"])
        clusters = self._account.storages.require([mount["id"] for mount in changes["mounts"]])
        if clusters - {instance.setup.cluster_id}:
            raise Problem("CUR_CLUSTER_NETWORK_STORAGE_NOT_SUPPORT", "a network storage stands in another cluster")
        instance.change(**changes)
        instance.act("upgrade")
        return {}

    def migrate(self, body: Body) -> Body:
        """Move it to another node of its cluster."""
        instance = self._named(body, RUNNING)
        product = instance.setup.product
        if isinstance(product, Product) and FREE_GPUS[product.inventory(self._world)] < instance.gpus:
            raise Problem("MIGRATE_INSUFFICIENT_RESOURCE", "no other node has so many free GPUs")
        instance.act("migrate")
        self._account.jobs.add("instanceMigrate", instance)
        return {}

    def renew(self, body: Body) -> Body:
        """More months for a subscription."""
        instance, months = self._named(body), whole(body, "month", least=1)
        if instance.state(self._world.now()) in ("pending", "toCreate", "creating", PULLING):
            raise Problem("CREATING_INSTANCE_NOT_SUPPORT_RENEWAL", "the instance is still being created")
        if instance.setup.billing_mode != "monthly":
            raise Problem("UNSUPPORTED_BILLING_MODE", "only a subscription can be renewed")
        instance.prepay(months)
        return {}

    def subscribe(self, body: Body) -> Body:
        """Turn pay as you go into a subscription."""
        instance, months = self._named(body), whole(body, "month", least=1)
        product = instance.setup.product
        if instance.setup.billing_mode != "onDemand" or not isinstance(product, Product) or not product.monthly:
            raise Problem("UNSUPPORTED_BILLING_MODE", "this instance cannot become a subscription")
        instance.prepay(months)
        return {}

    def set_auto_renew(self, body: Body) -> Body:
        """For a list of subscriptions at once."""
        instance_ids, months = bodies.read_renewal(body)
        chosen = [self._find(instance_id) for instance_id in instance_ids]
        if any(instance.setup.billing_mode != "monthly" for instance in chosen):
            raise Problem("UNSUPPORTED_BILLING_MODE", "only a subscription can be renewed")
        for instance in chosen:
            instance.renew_by_itself(months)
        return {}

    def set_auto_migrate(self, body: Body) -> Body:
        """Whether the platform may move it by itself."""
        self._named(body).auto_migrate = bool(body.get("autoMigrateOpen"))
        return {}

    def _require_means(self, wanted: Setup) -> None:
        if self._account.balance() <= 0:
            raise Problem("BALANCE_NOT_ENOUGH", "the balance of the account is not enough")
        product = wanted.product
        if isinstance(product, Product) and FREE_GPUS[product.inventory(self._world)] < wanted.gpu_num:
            raise Problem("INSUFFICIENT_RESOURCE", f"no {wanted.gpu_num} free GPUs of product {product.id}")

    def _find(self, instance_id: Any) -> Instance:
        if not instance_id:
            raise invalid("instanceId", "field required")
        found = self._account.instance(instance_id)
        if found is None:
            raise not_found("instance", instance_id)
        return found

    def _named(self, body: Body, *statuses: str) -> Instance:
        """The instance of `instanceId`, which must be in one of the statuses if any are given."""
        instance = self._find(text(body, "instanceId", least=1, most=255))
        status = instance.state(self._world.now())
        if statuses and status not in statuses:
            raise Problem("CONFLICT", f"the instance is {status}, it must be {' or '.join(statuses)}")
        return instance


def clusters() -> Body:
    """The answer of `GET /clusters`."""
    return {"data": [cluster.as_json() for cluster in CLUSTERS.values()]}
