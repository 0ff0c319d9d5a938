"""Network storages: what the sandbox account has from the start, and the calls that keep them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.charges import DAY, STORAGE, Charge, total
from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS
from gpuconsole.simulator.dialects.novita.checks import fits, new_uuid, page, text, whole
from gpuconsole.simulator.dialects.novita.errors import Problem
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.world import World

USD_PER_GB_DAY = Decimal("0.002")
MOST_GB = 10240  # assumed
PRICE = "8"  # 0.002 USD a day is 8.33 units of 1/100000 USD an hour; the meaning of this field is assumed


@dataclass
class Storage:
    """One network storage."""

    id: str
    name: str
    size_gb: int
    cluster_id: str
    created_at: float
    sized_at: float = 0.0
    """Since when it has had its size; 0: since it was made."""

    def as_json(self) -> dict[str, Any]:
        """As the list shows it; `id` beside `storageId` is for the vendor's CLI, which reads that."""
        return {
            "storageId": self.id,
            "id": self.id,
            "storageName": self.name,
            "storageSize": self.size_gb,
            "clusterId": self.cluster_id,
            "clusterName": CLUSTERS[self.cluster_id].name,
            "price": PRICE,
        }


@dataclass
class Held:
    """A stretch in which a network storage had another size than now, or was there at all."""

    storage_id: str
    name: str
    size_gb: int
    since: float
    until: float


# The first id is the provider's own example, the second stands in the reference's example body.
SANDBOX = (
    ("e797ce8f-f4ff-4b3b-b7a8-6972d96f46f2", "datasets", 500, "us-ca-6"),
    ("6a1c0c1e-1111-4222-8333-0123456789ab", "checkpoints", 200, "us-ca-6"),
    ("2f0b7c52-9d3e-4c41-8a67-51c2f0d9e3b4", "models", 300, "us-ca-nas-2"),
)


class Storages:
    """The account's network storages."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def table(self) -> dict[str, Storage]:
        """All of them, by id; a sandbox account begins with three."""
        table, seeded = self._world.table("novita.storages", Storage), self._world.table("novita.seeded", bool)
        if not seeded.get("storages"):
            seeded["storages"] = True
            table.update({row[0]: Storage(*row, self._world.now()) for row in SANDBOX})
        return table

    @property
    def _past(self) -> dict[str, Held]:
        return self._world.table("novita.held", Held)

    def cost(self, now: float) -> Decimal:
        """USD for those that are there and those that were."""
        return total(self.charges(), now)

    def charges(self) -> list[Charge]:
        """Each size that each of them has or had, mounted or not."""
        present = [
            _charge(storage.id, storage.name, storage.size_gb, storage.sized_at or storage.created_at, None)
            for storage in self.table.values()
        ]
        return [_charge(h.storage_id, h.name, h.size_gb, h.since, h.until) for h in self._past.values()] + present

    def _close(self, storage: Storage) -> None:
        """Note what it has been until now."""
        since, now = storage.sized_at or storage.created_at, self._world.now()
        self._past[f"{storage.id}/{since}"] = Held(storage.id, storage.name, storage.size_gb, since, now)
        storage.sized_at = now

    def sizes(self) -> dict[str, int]:
        """Their sizes in GB, by id."""
        return {storage.id: storage.size_gb for storage in self.table.values()}

    def require(self, storage_ids: list[str]) -> set[str]:
        """The clusters of the named storages; refuses one that is not there."""
        for storage_id in storage_ids:
            if storage_id not in self.table:
                raise Problem("NETWORK_STORAGE_NOT_FOUND", f"network storage {storage_id} not found")
        return {self.table[storage_id].cluster_id for storage_id in storage_ids}

    def listed(self, query: Any) -> dict[str, Any]:
        """Those that fit, newest last, paged by `pageNo`."""
        rows = [
            storage.as_json()
            for storage in self.table.values()
            if fits(query.get("storageName"), storage.name) and query.get("storageId") in (None, "", storage.id)
        ]
        return {"data": page(rows, query, "pageNo", first=1), "total": len(rows)}

    def create(self, body: dict[str, Any]) -> str:
        """A new one: the answer is its bare id."""
        cluster_id = text(body, "clusterId", least=1, most=255)
        if cluster_id not in CLUSTERS or not CLUSTERS[cluster_id].has_storage:
            raise Problem("CUR_CLUSTER_NETWORK_STORAGE_NOT_SUPPORT", f"cluster {cluster_id} has no network storage")
        name, size_gb = text(body, "storageName", least=1, most=255), _size(body, 1, None)
        storage_id = new_uuid(self._world)
        self.table[storage_id] = Storage(storage_id, name, size_gb, cluster_id, self._world.now())
        return storage_id

    def update(self, body: dict[str, Any]) -> dict[str, Any]:
        """Rename it or make it bigger; it never shrinks."""
        storage = self._named(body)
        size_gb = _size(body, storage.size_gb, storage.size_gb)
        storage.name = text(body, "storageName", most=255) or storage.name
        if size_gb != storage.size_gb:
            self._close(storage)
            storage.size_gb = size_gb
        return {}

    def delete(self, body: dict[str, Any], instances: list[Instance]) -> dict[str, Any]:
        """Give one back that nothing mounts."""
        storage = self._named(body)
        if any(mount["id"] == storage.id for instance in instances for mount in instance.setup.mounts):
            raise Problem("NETWORK_STORAGE_IN_USE", f"network storage {storage.id} is mounted")
        self._close(storage)
        del self.table[storage.id]
        return {}

    def _named(self, body: dict[str, Any]) -> Storage:
        storage_id = text(body, "storageId") or text(body, "id", least=1)
        self.require([storage_id])
        return self.table[storage_id]


def _charge(storage_id: str, name: str, size_gb: int, since: float, until: float | None) -> Charge:
    return Charge(
        resource_id=storage_id,
        name=name,
        what=STORAGE,
        currency="USD",
        began_at=since,
        ended_at=until,
        price=USD_PER_GB_DAY,
        price_s=DAY,
        units=size_gb,
        unit="GB",
        part=f"network-{since:.3f}",
    )


def _size(body: dict[str, Any], least: int, default: int | None) -> int:
    """GB; at an update it can only grow."""
    size_gb = whole(body, "storageSize", least=least, default=default)
    if size_gb > MOST_GB:
        raise Problem("NETWORK_STORAGE_TOO_LARGE", f"storageSize: must be at most {MOST_GB}")
    return size_gb
