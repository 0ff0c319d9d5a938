"""Readers of the fields of a create body that have rules of their own, the seed's and the current page's."""

import re
import shlex
from typing import Any

from gpuconsole.simulator.dialects.novita.catalogue import CPU_PRODUCTS, NEWEST_CUDA, PRODUCTS, CpuProduct, Product
from gpuconsole.simulator.dialects.novita.checks import flag, items, text, whole
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid, not_found

MOST_ENVS, MOST_MOUNTS = 100, 30
MODES = ("onDemand", "monthly", "spot")


def envs(body: dict[str, Any]) -> list[dict[str, str]]:
    """Environment variables, at most 100."""

    def each(item: dict[str, Any], at: str) -> dict[str, str]:
        for name in ("key", "value"):
            if item.get(name) is None:
                raise invalid(f"{at}{name}", "field required")
        return {"key": text(item, "key", at, most=511), "value": text(item, "value", at, most=4095)}

    return items(body, "envs", each, most=MOST_ENVS)


def product(kind: str, product_id: str) -> Product | CpuProduct:
    """The rented shape, or a refusal."""
    found = CPU_PRODUCTS.get(product_id) if kind == "cpu" else PRODUCTS.get(product_id)
    if found is None:
        raise not_found("product", product_id)
    return found


def billing(body: dict[str, Any], product: Product | CpuProduct) -> tuple[str, int]:
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


def renewal(body: dict[str, Any]) -> int:
    """How long a renewal is; a 0 without `autoRenew` counts as left out."""
    if not flag(body, "autoRenew"):
        if whole(body, "autoRenewMonth", least=0, most=12, default=0):
            raise invalid("autoRenewMonth", "needs autoRenew")
        return 0
    return whole(body, "autoRenewMonth", least=1, most=12, default=1)


def rootfs_gb(body: dict[str, Any], product: Product | CpuProduct) -> int:
    """The container disk in GB: what is too small is raised to 10."""
    most = product.max_rootfs_gb if isinstance(product, Product) else 6144
    return max(whole(body, "rootfsSize", least=0, most=min(most, 6144)), 10)


def local_gb(body: dict[str, Any], product: Product | CpuProduct) -> int:
    """The volume disk in GB; none where the body does not name it."""
    least, most = (product.min_local_gb, product.max_local_gb) if isinstance(product, Product) else (0, 0)
    return whole(body, "diskSize", least=least, most=most, default=least)


def path(fields: dict[str, Any], name: str, default: str, at: str = "") -> str:
    """An absolute path."""
    value = text(fields, name, at, most=4095) or default
    if not value.startswith("/"):
        raise invalid(f"{at}{name}", "must be an absolute path")
    return value


def command(body: dict[str, Any], name: str) -> str:
    """A command as the platform parses it: as words of a shell."""
    value = text(body, name, most=2047)
    try:
        shlex.split(value)
    except ValueError as exc:
        raise Problem("INVALID_COMMAND_PARAM", f"{name}: cannot be parsed: {exc}") from None
    return value


def image_auth_id(body: dict[str, Any]) -> str:
    """The id of a stored registry login; an inline one is checked and not kept."""
    login, login_id = text(body, "imageAuth", most=10239), text(body, "imageAuthId")
    if login and login_id:
        raise invalid("imageAuthId", "must be absent when imageAuth is set")
    if login and ":" not in login:
        raise invalid("imageAuth", "must be username:password")
    return login_id


def mounts(body: dict[str, Any]) -> list[dict[str, str]]:
    """Network storages, at most 30: a list, or the flat pair of the seed's page."""

    def each(item: dict[str, Any], at: str) -> dict[str, str]:
        return {"id": text(item, "Id", at, least=1), "mountPath": mount_path(item, "mountPoint", at)}

    found = items(body, "networkStorages", each, most=MOST_MOUNTS)
    flat = text(body, "networkStorageId")
    if flat and found:
        raise invalid("networkStorageId", "must be absent when networkStorages is set")
    return [{"id": flat, "mountPath": mount_path(body, "networkStorageMountPoint", "")}] if flat else found


def mount_path(fields: dict[str, Any], name: str, at: str) -> str:
    """Where a network storage is mounted; in a list it may be left out, and not be empty."""
    if fields.get(name) == "" and at:
        raise invalid(f"{at}{name}", "must have between 1 and 4095 characters")
    return path(fields, name, "/network", at)


def require_cuda(version: str) -> None:
    """Refuse a version that is none, or that no node has."""
    if not version:
        return
    if not re.fullmatch(r"[0-9]+\.[0-9]+", version):
        raise invalid("minCudaVersion", "must be of the form 11.8")
    if tuple(map(int, version.split("."))) > NEWEST_CUDA:
        raise Problem("CUDA_VERSION_INCOMPATIBLE", f"minCudaVersion: no node has CUDA {version}")
