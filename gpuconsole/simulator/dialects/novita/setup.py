"""What an instance was asked to be, in one spelling, whichever revision of the create page the body follows."""

import re
import shlex
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.dialects.novita import ports
from gpuconsole.simulator.dialects.novita.catalogue import (
    CLUSTERS,
    CPU_PRODUCTS,
    NEWEST_CUDA,
    PRICE_UNIT,
    PRODUCTS,
    CpuProduct,
    Product,
)
from gpuconsole.simulator.dialects.novita.checks import flag, items, text, whole, words
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid, not_found

MOST_ENVS, MOST_MOUNTS = 100, 30
MODES = ("onDemand", "monthly", "spot")


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


def read(body: dict[str, Any], name_if_empty: str) -> Setup:
    """The setup that a create body of either revision asks for; the cluster is not yet chosen where it may be any."""
    kind = text(body, "kind", least=1)
    if kind not in ("gpu", "cpu"):
        raise invalid("kind", "must be gpu or cpu")
    gpu_num = whole(body, "gpuNum", least=1, most=8)
    product = _product(kind, text(body, "productId", least=1, most=255))
    cpu, memory_gb = whole(body, "cpuNum", least=0, default=0), whole(body, "memory", least=0, default=0)
    shares = gpu_num if kind == "gpu" else 1
    mode, months = _billing(body, product)
    if mode != "monthly" and flag(body, "autoRenew"):
        raise invalid("autoRenew", "is for monthly billing only")
    of_tools, opened = ports.tools(body), ports.from_text(body)
    ports.require_room(opened, of_tools)
    _require_cuda(text(body, "minCudaVersion", most=255))
    cluster_id = text(body, "clusterId")
    if cluster_id and cluster_id not in CLUSTERS:
        raise not_found("cluster", cluster_id)
    return Setup(
        name=text(body, "name", most=255) or name_if_empty,
        kind=kind,
        product_id=product.id,
        gpu_num=gpu_num if kind == "gpu" else 0,
        cpu=cpu or product.cpu * shares,
        memory_gb=memory_gb or product.memory_gb * shares,
        rootfs_gb=_rootfs(body, product),
        local_gb=_local(body, product),
        local_mount=_path(body, "localStorageMountPoint", "/workspace"),
        image_url=text(body, "imageUrl", least=1, most=500),
        image_auth_id=_image_auth_id(body),
        command=_command(body, "command"),
        entrypoint=_command(body, "entrypoint"),
        ports=opened,
        tools=of_tools,
        envs=envs(body),
        mounts=_mounts(body),
        network_id=text(body, "networkId"),
        cluster_id=cluster_id,
        billing_mode=mode,
        months=months,
        auto_renew=flag(body, "autoRenew"),
        auto_renew_months=_renewal(body),
    )


def envs(body: dict[str, Any]) -> list[dict[str, str]]:
    """Environment variables, at most 100."""

    def each(fields: dict[str, Any], at: str) -> dict[str, str]:
        for name in ("key", "value"):
            if fields.get(name) is None:
                raise invalid(f"{at}{name}", "field required")
        return {"key": text(fields, "key", at, most=511), "value": text(fields, "value", at, most=4095)}

    return items(body, "envs", each, most=MOST_ENVS)


def _product(kind: str, product_id: str) -> Product | CpuProduct:
    product = CPU_PRODUCTS.get(product_id) if kind == "cpu" else PRODUCTS.get(product_id)
    if product is None:
        raise not_found("product", product_id)
    return product


def _billing(body: dict[str, Any], product: Product | CpuProduct) -> tuple[str, int]:
    """Mode and months: any month forces a subscription, a subscription without months is one of one month (assumed)."""
    mode, months = text(body, "billingMode") or MODES[0], whole(body, "month", least=0, default=0)
    if mode not in MODES:
        raise invalid("billingMode", f"must be one of {', '.join(MODES)}")
    if months:
        mode = "monthly"
    offered = product.modes if isinstance(product, Product) else MODES[:1]
    if mode not in offered:
        raise Problem("UNSUPPORTED_BILLING_MODE", f"billingMode: {product.id} cannot be billed as {mode}")
    return mode, (months or 1) if mode == "monthly" else 0


def _renewal(body: dict[str, Any]) -> int:
    """How long a renewal is; a 0 without `autoRenew` counts as left out."""
    if not flag(body, "autoRenew"):
        if whole(body, "autoRenewMonth", least=0, most=12, default=0):
            raise invalid("autoRenewMonth", "needs autoRenew")
        return 0
    return whole(body, "autoRenewMonth", least=1, most=12, default=1)


def _rootfs(body: dict[str, Any], product: Product | CpuProduct) -> int:
    """The container disk in GB: what is too small is raised to 10."""
    most = product.max_rootfs_gb if isinstance(product, Product) else 6144
    return max(whole(body, "rootfsSize", least=0, most=min(most, 6144)), 10)


def _local(body: dict[str, Any], product: Product | CpuProduct) -> int:
    """The volume disk in GB; none where the body does not name it."""
    least, most = (product.min_local_gb, product.max_local_gb) if isinstance(product, Product) else (0, 0)
    return whole(body, "diskSize", least=least, most=most, default=least)


def _path(fields: dict[str, Any], name: str, default: str, at: str = "") -> str:
    value = text(fields, name, at, most=4095) or default
    if not value.startswith("/"):
        raise invalid(f"{at}{name}", "must be an absolute path")
    return value


def _command(body: dict[str, Any], name: str) -> str:
    """A command as the platform parses it: as words of a shell."""
    value = text(body, name, most=2047)
    try:
        shlex.split(value)
    except ValueError as exc:
        raise Problem("INVALID_COMMAND_PARAM", f"{name}: cannot be parsed: {exc}") from None
    return value


def _image_auth_id(body: dict[str, Any]) -> str:
    login, login_id = text(body, "imageAuth", most=10239), text(body, "imageAuthId")
    if login and login_id:
        raise invalid("imageAuthId", "must be absent when imageAuth is set")
    if login and ":" not in login:
        raise invalid("imageAuth", "must be username:password")
    return login_id


def _mounts(body: dict[str, Any]) -> list[dict[str, str]]:
    """Network storages, at most 30: a list, or the flat pair of the seed's page."""

    def each(fields: dict[str, Any], at: str) -> dict[str, str]:
        return {"id": text(fields, "Id", at, least=1), "mountPath": _mount_path(fields, "mountPoint", at)}

    found = items(body, "networkStorages", each, most=MOST_MOUNTS)
    flat = text(body, "networkStorageId")
    if flat and found:
        raise invalid("networkStorageId", "must be absent when networkStorages is set")
    return [{"id": flat, "mountPath": _mount_path(body, "networkStorageMountPoint", "")}] if flat else found


def _mount_path(fields: dict[str, Any], name: str, at: str) -> str:
    if fields.get(name) == "" and at:
        raise invalid(f"{at}{name}", "must have between 1 and 4095 characters")
    return _path(fields, name, "/network", at)


def _require_cuda(version: str) -> None:
    if not version:
        return
    if not re.fullmatch(r"[0-9]+\.[0-9]+", version):
        raise invalid("minCudaVersion", "must be of the form 11.8")
    if tuple(map(int, version.split("."))) > NEWEST_CUDA:
        raise Problem("CUDA_VERSION_INCOMPATIBLE", f"minCudaVersion: no node has CUDA {version}")


def read_upgrade(body: dict[str, Any]) -> dict[str, Any]:
    """The settings that an upgrade replaces; each must be there, and no mounts mean that all are taken away."""
    for name in ("imageUrl", "envs", "command", "save", "networkVolume"):
        if body.get(name) is None:
            raise invalid(name, "field required")
    flag(body, "save")
    if not isinstance(body["networkVolume"], dict):
        raise invalid("networkVolume", "must be an object")

    def each(fields: dict[str, Any], at: str) -> dict[str, str]:
        at = f"networkVolume.{at}"
        if text(fields, "type", at, least=1) != "network":
            raise invalid(f"{at}type", "must be network")
        return {"id": text(fields, "id", at, least=1), "mountPath": _mount_path(fields, "mountPath", at)}

    return {
        "image_url": text(body, "imageUrl", least=1, most=500),
        "image_auth_id": text(body, "imageAuthId"),
        "envs": envs(body),
        "command": _command(body, "command"),
        "entrypoint": _command(body, "entrypoint"),
        "mounts": items(body["networkVolume"], "volumeMounts", each, most=MOST_MOUNTS),
    }


def read_renewal(body: dict[str, Any]) -> tuple[list[str], int]:
    """For which instances `setAutoRenew` is, and by how many months they are to renew themselves, 0 for no more."""
    instance_ids = words(body, "instanceIds")
    if not instance_ids:
        raise invalid("instanceIds", "must not be empty")
    return instance_ids, whole(body, "autoRenewMonth", least=1, most=12, default=1) if flag(body, "autoRenew") else 0
