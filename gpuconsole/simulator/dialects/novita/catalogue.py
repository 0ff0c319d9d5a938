"""What Novita rents out in the simulator: clusters, GPU and CPU products with prices, and what is in stock."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.world import World, chance

PRICE_UNIT = Decimal("0.00001")
"""Prices are whole multiples of 1/100000 USD per GPU-hour, sent as text."""

STOCK_PERIOD_S = 600
FREE_GPUS = {"none": 0, "low": 2, "normal": 16, "high": 64}
NEWEST_CUDA = (13, 0)


@dataclass(frozen=True)
class Cluster:
    """A data centre; products name it by its display name, calls by its id."""

    id: str
    name: str
    has_storage: bool = True
    has_network: bool = True

    def as_json(self) -> dict[str, Any]:
        """As `GET /clusters` lists it."""
        return {
            "id": self.id,
            "name": self.name,
            "availableGpuType": sorted({product.name for product in PRODUCTS.values() if self in product.clusters}),
            "supportNetworkStorage": self.has_storage,
            "supportInstanceNetwork": self.has_network,
        }


# Ids us-ca-6, as-sgp-2 and us-ca-nas-2 and the form of the display names are from public clients; the rest is assumed.
CLUSTERS = {
    cluster.id: cluster
    for cluster in (
        Cluster("us-ca-6", "US-CA-06 (California)"),
        Cluster("as-sgp-2", "AS-SGP-02 (Singapore)", has_network=False),
        Cluster("us-ca-nas-2", "US-CA-NAS-02 (California)"),
        Cluster("eu-se-1", "EU-SE-01 (Stockholm)", has_storage=False, has_network=False),
    )
}
WEST, SINGAPORE, NAS, NORTH = (cluster.name for cluster in CLUSTERS.values())


@dataclass(frozen=True)
class Product:
    """One GPU shape, rented in multiples of 1 to 8; prices are per GPU in `PRICE_UNIT`, by the hour or for a term."""

    id: str
    name: str
    cpu: int
    memory_gb: int
    price: int
    spot_price: int = 0
    monthly: tuple[tuple[int, int], ...] = ()
    regions: tuple[str, ...] = ()
    scarcity: float = 0.0
    max_rootfs_gb: int = 6144
    max_local_gb: int = 6144
    min_rootfs_gb: int = 10
    min_local_gb: int = 0

    @property
    def modes(self) -> list[str]:
        """How it may be billed."""
        return ["onDemand", *(["monthly"] if self.monthly else []), *(["spot"] if self.spot_price else [])]

    @property
    def clusters(self) -> list[Cluster]:
        """Where it stands; no region at all means everywhere."""
        return [cluster for cluster in CLUSTERS.values() if not self.regions or cluster.name in self.regions]

    def term_price(self, months: int) -> int:
        """The price of a subscription of so many months: by the longest published term that it fills."""
        term, price = max((row for row in self.monthly if row[0] <= months), default=self.monthly[0])
        return round(price / term * months)

    def inventory(self, world: World) -> str:
        """`none`, `low`, `normal` or `high`; it changes every ten nominal minutes, alike in every run."""
        if not world.has_stock("novita", self.id, self.name):
            return "none"
        if not self.scarcity:
            return "high"
        period = int(world.now() // world.span(STOCK_PERIOD_S))
        luck = chance("novita stock", self.id, period)
        if luck < self.scarcity:
            return "none"
        return "low" if luck < self.scarcity + 0.25 else "normal"

    def as_json(self, world: World, gpus: int = 1) -> dict[str, Any]:
        """As `GET /products` lists it to one who wants so many GPUs; prices are text, as in live answers."""
        inventory = self.inventory(world)
        return {
            "id": self.id,
            "name": self.name,
            "cpuPerGpu": self.cpu,
            "memoryPerGpu": self.memory_gb,
            "diskPerGpu": self.max_rootfs_gb,
            "availableDeploy": FREE_GPUS[inventory] >= gpus,
            "inventoryState": inventory,
            "minRootFS": self.min_rootfs_gb,
            "maxRootFS": self.max_rootfs_gb,
            "minLocalStorage": self.min_local_gb,
            "maxLocalStorage": self.max_local_gb,
            "regions": list(self.regions),
            "price": str(self.price),
            "spotPrice": str(self.spot_price),
            "monthlyPrice": [{"price": str(price), "month": month} for month, price in self.monthly],
            "billingMethods": self.modes,
        }


def _terms(hourly: int) -> tuple[tuple[int, int], ...]:
    """1, 3, 6 and 12 months at 10 to 25 percent off (assumed)."""
    return tuple((months, hourly * 730 * months * off // 100) for months, off in ((1, 90), (3, 85), (6, 80), (12, 75)))


# Ids, CPU and memory of 4090, 3090, A100 and H100 as public clients have seen them; 4090 at 0.35 and 0.67 USD are from
# the reference, every other price, the H200 and what stands where are assumed (2026-11-21). "26" is an old id.
PRODUCTS = {
    product.id: product
    for product in (
        Product("4090.16c62g", "RTX 4090 24GB", 16, 62, 35000, 17500, (), (WEST, SINGAPORE)),
        Product("4090.16c62g.os", "RTX 4090 24GB", 16, 62, 67000, 0, _terms(67000), (NAS,), 0.2),
        Product("26", "RTX 4090 24GB", 16, 62, 35000, 0, _terms(35000)),
        Product("3090.16c92g", "RTX 3090 24GB", 16, 92, 21000, 10500, (), (SINGAPORE, NORTH), 0.15),
        Product("L40S-48GB.16c124g", "L40S 48GB", 16, 124, 79000, 39500, _terms(79000), (WEST, NORTH), 0.15),
        Product("A100-80GB.14c240g", "A100 SXM 80GB", 14, 240, 160000, 80000, _terms(160000), (WEST, NAS), 0.2),
        Product("H100-80GB.22c150g", "H100 SXM 80GB", 22, 150, 256000, 128000, _terms(256000), (WEST, NAS), 0.3),
        Product("H200-141GB.24c240g", "H200 SXM 141GB", 24, 240, 345000, 0, _terms(345000), (WEST,), 0.4, 3072, 3072),
    )
}


@dataclass(frozen=True)
class CpuProduct:
    """A shape without GPU; the price is for the whole of it, in `PRICE_UNIT` per hour (assumed, all of them)."""

    id: str
    name: str
    cpu: int
    memory_gb: int
    price: int

    def as_json(self) -> dict[str, Any]:
        """As `GET /cpu/products` lists it."""
        return {
            "id": self.id,
            "name": self.name,
            "cpuNum": self.cpu,
            "memorySize": self.memory_gb,
            "rootfsSize": 60,
            "localVolumeSize": 0,
            "availableDeploy": True,
            "price": str(self.price),
        }


CPU_PRODUCTS = {
    product.id: product
    for product in (
        CpuProduct("cpu.4c8g", "CPU 4C 8GB", 4, 8, 4000),
        CpuProduct("cpu.16c32g", "CPU 16C 32GB", 16, 32, 16000),
    )
}
