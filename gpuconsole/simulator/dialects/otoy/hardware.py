"""What OTOY rents out in the simulator: a registry of GPU models, and nodes of one or more of them with prices."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.world import chance

STOCK_PERIOD_S = 600
PERIODS_AHEAD = 2000
_NAMES = uuid.UUID("0198c0de-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Gpu:
    """An entry of the GPU registry; `hourly_usd` is the price of a node for each of them."""

    uuid: str
    name: str
    vram_gib: int
    hourly_usd: Decimal


def _gpu(name: str, vram_gib: int, hourly: str, registry_uuid: str | None = None) -> Gpu:
    return Gpu(registry_uuid or str(uuid.uuid5(_NAMES, name)), name, vram_gib, Decimal(hourly))


# RTX 4090 about 0.35 and RTX 5090 about 0.69 USD/h are reported; all other prices are assumed (2026-11-21). The UUID of
# the RTX 4090 is the one in the provider's own example. The console there lists an RTX A6000 that is not in the
# registry and that no job is ever matched with, so it is not here either.
REGISTRY = {
    gpu.name: gpu
    for gpu in (
        _gpu("NVIDIA RTX 3090", 24, "0.22"),
        _gpu("NVIDIA RTX 4080", 16, "0.24"),
        _gpu("NVIDIA RTX 4090", 24, "0.35", "01234567-89ab-cdef-0123-456789abcdef"),
        _gpu("NVIDIA RTX 5090", 32, "0.69"),
        _gpu("NVIDIA L40S", 48, "0.86"),
        _gpu("NVIDIA A100 80GB", 80, "1.35"),
        _gpu("NVIDIA H100 80GB", 80, "2.19"),
    )
}
CPU_HOURLY_USD = Decimal("0.06")


@dataclass(frozen=True)
class Offer:
    """A kind of node in a region: `nodes` of them at most, none for a `scarcity` share of the time."""

    region: str
    gpu: Gpu | None
    gpu_count: int
    cpu_cores: int
    ram_gib: int
    storage_gib: int
    nodes: int
    scarcity: float

    @property
    def id(self) -> str:
        """Its UUID."""
        return str(uuid.uuid5(_NAMES, f"{self.region}/{self.label}/{self.cpu_cores}"))

    @property
    def label(self) -> str:
        """What is in it, in words."""
        return f"{self.gpu_count}x {self.gpu.name}" if self.gpu else "CPU only"

    @property
    def hourly_usd(self) -> Decimal:
        """The price of the whole node, whatever share of it a job asks for."""
        return self.gpu.hourly_usd * self.gpu_count if self.gpu else CPU_HOURLY_USD

    def stock(self, moment: float) -> int:
        """Nodes that stand free for newcomers; changes every ten minutes, the same way in every run."""
        period = int(moment // STOCK_PERIOD_S)
        if chance("stock", self.id, period) < self.scarcity:
            return 0
        return max(1, round(self.nodes * (0.5 + 0.5 * chance("nodes", self.id, period))))

    def fits(self, asked: dict[str, Any]) -> bool:
        """Whether a job may run here. Jobs ask in GB, nodes are measured in GiB."""
        regions, wanted = asked["allowed_region_codes"], asked["gpu_registry_uuid"]
        return (
            (not regions or self.region in regions)
            and (not asked["gpu_name"] or (self.gpu is not None and plain(asked["gpu_name"]) == plain(self.gpu.name)))
            and (not wanted or (self.gpu is not None and wanted.lower() == self.gpu.uuid))
            and self.gpu_count >= asked["gpu_count"]
            and self.cpu_cores >= asked["cpu_count"]
            and _holds(self.gpu.vram_gib if self.gpu else 0, asked["min_vram_gb"])
            and _holds(self.ram_gib, asked["min_ram_gb"])
            and _holds(self.storage_gib, asked["min_storage_gb"])
        )

    def as_json(self, free: int, hourly_usd: Decimal, quoted_at: str | None) -> dict[str, Any]:
        """As the offers call shows it; the key in `availability` is assumed."""
        gpu = self.gpu
        vram, registry_uuid = (gpu.vram_gib, gpu.uuid) if gpu else (0, None)
        model = {"name": gpu.name, "count": self.gpu_count, "gpu_registry_uuid": gpu.uuid} if gpu else {}
        return {
            "offer_id": self.id,
            "region_code": self.region,
            "availability": {"available_nodes": free},
            "hardware_summary": {
                "cpu_cores": self.cpu_cores,
                "ram_gib": self.ram_gib,
                "storage_gib": self.storage_gib,
                "gpu_count": self.gpu_count,
                "gpu_model_label": self.label,
                "gpu_registry_uuid": registry_uuid,
                "min_gpu_vram_gib": vram,
                "gpu_models": [{**model, "min_vram_gib": vram}] if gpu else [],
            },
            "pricing": {"hourly_rate_usd": hourly_usd, "quoted_at": quoted_at},
        }


def plain(name: str) -> str:
    """A GPU's name without maker and series: clients write `RTX 4090` and `NVIDIA GeForce RTX 4090` alike."""
    return " ".join(word for word in name.lower().split() if word not in ("nvidia", "geforce"))


def _holds(size_gib: int, asked_gb: float) -> bool:
    return size_gib * 2**30 >= asked_gb * 10**9


def _nodes() -> Iterator[Offer]:
    regions_4090 = (
        "us-west-2",
        "us-east-1",
        "us-east-2",
        "eu-central-1",
        "eu-west-2",
        "ap-northeast-1",
        "ca-central-1",
    )
    for n, region in enumerate(regions_4090):
        yield Offer(region, REGISTRY["NVIDIA RTX 4090"], 1, 16, 64, 900, 200 - 20 * n, 0)
        yield Offer(region, REGISTRY["NVIDIA RTX 4090"], 2, 32, 128, 1800, 60, 0.1)
    for region in ("us-west-2", "eu-central-1"):
        yield Offer(region, REGISTRY["NVIDIA RTX 4090"], 4, 48, 256, 3600, 12, 0.3)
    for region in ("us-west-2", "eu-central-1", "ap-southeast-2"):
        yield Offer(region, REGISTRY["NVIDIA RTX 5090"], 1, 24, 96, 1800, 40, 0)
    # The only RTX 5090 of this region come by the six: a job for one of them pays for all.
    yield Offer("us-east-2", REGISTRY["NVIDIA RTX 5090"], 6, 96, 512, 7200, 20, 0)
    for region in ("us-east-1", "eu-north-1", "eu-west-1", "sa-east-1"):
        yield Offer(region, REGISTRY["NVIDIA RTX 3090"], 1, 12, 48, 900, 100, 0)
    yield Offer("eu-west-3", REGISTRY["NVIDIA RTX 3090"], 4, 32, 192, 1800, 9, 0)
    for region in ("us-west-1", "eu-south-1", "ap-southeast-1"):
        yield Offer(region, REGISTRY["NVIDIA RTX 4080"], 1, 16, 64, 900, 60, 0)
    for region in ("us-east-1", "eu-central-1"):
        yield Offer(region, REGISTRY["NVIDIA L40S"], 1, 24, 192, 1800, 5, 0)
        yield Offer(region, REGISTRY["NVIDIA L40S"], 4, 96, 768, 7200, 2, 0.25)
    yield Offer("us-east-1", REGISTRY["NVIDIA A100 80GB"], 1, 24, 240, 1800, 4, 0.15)
    yield Offer("us-east-1", REGISTRY["NVIDIA A100 80GB"], 8, 128, 1900, 14000, 2, 0.4)
    yield Offer("us-east-1", REGISTRY["NVIDIA H100 80GB"], 1, 26, 240, 2800, 3, 0.4)
    yield Offer("us-east-1", REGISTRY["NVIDIA H100 80GB"], 8, 208, 1900, 22000, 1, 0.6)
    yield Offer("eu-central-2", None, 0, 32, 128, 1800, 80, 0)


OFFERS = tuple(sorted(_nodes(), key=lambda offer: (offer.hourly_usd, offer.region)))


def matching(asked: dict[str, Any], without: Collection[str] = ()) -> list[Offer]:
    """The offers on which a job may run, cheapest first."""
    return [offer for offer in OFFERS if offer.fits(asked) and offer.id not in without]


def assign(offers: list[Offer], ready_at: float, until: float, place: int) -> tuple[float, Offer] | None:
    """When and where the node of that place (from 0) is found: among free nodes, the first that fits is taken."""
    moment = ready_at
    for _ in range(PERIODS_AHEAD if offers else 0):
        if moment > until:
            return None
        left = place
        for offer in offers:
            left -= offer.stock(moment)
            if left < 0:
                return moment, offer
        moment = (moment // STOCK_PERIOD_S + 1) * STOCK_PERIOD_S
    return None
