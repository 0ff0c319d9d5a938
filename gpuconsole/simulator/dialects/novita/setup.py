"""What an instance was asked to be, in one spelling."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.dialects.novita.catalogue import CPU_PRODUCTS, PRICE_UNIT, PRODUCTS, CpuProduct, Product


@dataclass(frozen=True)
class Setup:
    """The settings of an instance; `mounts` are `{"id", "mountPath"}` of network storages, a tool's port a number."""

    name: str
    kind: str
    product_id: str
    gpu_num: int
    cpu: int
    memory_gb: int
    rootfs_gb: int
    local_gb: int
    local_mount: str
    image_url: str
    image_auth_id: str
    command: str
    entrypoint: str
    ports: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    envs: list[dict[str, str]]
    mounts: list[dict[str, str]]
    network_id: str
    cluster_id: str
    billing_mode: str
    months: int
    auto_renew: bool
    auto_renew_months: int

    @property
    def product(self) -> Product | CpuProduct:
        """What it is rented as."""
        return CPU_PRODUCTS[self.product_id] if self.kind == "cpu" else PRODUCTS[self.product_id]

    @property
    def hourly_usd(self) -> Decimal:
        """USD for an hour of all its GPUs, paid as it goes or as spot."""
        product = self.product
        if isinstance(product, CpuProduct):
            return product.price * PRICE_UNIT
        return (product.spot_price if self.billing_mode == "spot" else product.price) * PRICE_UNIT * self.gpu_num
