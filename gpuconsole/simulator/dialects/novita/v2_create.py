"""A create body of v2, read as the v1 body it amounts to, and refusals in the names of v2."""

from collections.abc import Mapping
from typing import Any

from gpuconsole.simulator.dialects.novita.catalogue import PRODUCTS
from gpuconsole.simulator.dialects.novita.checks import flag, items, text, whole
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid

DEFAULT_ROOTFS_GB = 20
MODES = {"postpaid": "onDemand", "prepaid": "monthly"}
PATHS = {
    "productId": "product_id",
    "imageUrl": "image",
    "imageAuthId": "registry_auth_id",
    "gpuNum": "resource.gpu_num",
    "rootfsSize": "resource.rootfs_size_gb",
    "minCudaVersion": "resource.min_cuda_version",
    "networkId": "network.id",
    "networkStorages": "volumes",
    "billingMode": "billing.mode",
    "month": "billing.prepaid.months",
    "autoRenewMonth": "billing.prepaid.auto_renew.months",
}


def as_v1(body: dict[str, Any]) -> dict[str, Any]:
    """The v1 body that a v2 one amounts to."""
    resource, billing, tools = _part(body, "resource"), _part(body, "billing"), _part(body, "tools")
    mode, prepaid = text(billing, "mode", "billing.", default="postpaid"), _part(billing, "prepaid")
    if mode not in MODES:
        raise invalid("billing.mode", "must be postpaid or prepaid")
    renewal = _part(prepaid, "auto_renew")
    months = whole(prepaid, "months", "billing.prepaid.", least=1, default=1) if mode == "prepaid" else 0
    return {
        "name": body.get("name"),
        "productId": text(body, "product_id", least=1),
        "imageUrl": text(body, "image", least=1),
        "kind": "gpu" if body["product_id"] in PRODUCTS else "cpu",
        "gpuNum": resource.get("gpu_num") or 1,
        "rootfsSize": resource.get("rootfs_size_gb") or DEFAULT_ROOTFS_GB,
        "minCudaVersion": resource.get("min_cuda_version"),
        "imageAuthId": body.get("registry_auth_id"),
        "entrypoint": body.get("entrypoint"),
        "command": body.get("command"),
        "envs": body.get("envs"),
        "ports": ",".join(items(_with_port_objects(body), "ports", _port_text)),
        "networkId": _part(body, "network").get("id"),
        "networkStorages": items(body, "volumes", _mount),
        "tools": _jupyter(_part(tools, "jupyter")),
        "billingMode": MODES[mode],
        "month": months,
        "autoRenew": flag(renewal, "enabled"),
        "autoRenewMonth": renewal.get("months") if renewal.get("enabled") else None,
    }


def _part(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(name, "must be an object")
    return value or {}


def _with_port_objects(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with `8080` among its ports as a public client sends it: an HTTP port (assumed)."""
    ports = body.get("ports")
    if isinstance(ports, list):
        ports = [{"port": p, "protocol": "http"} if isinstance(p, int) else p for p in ports]
    return {**body, "ports": ports}


def _port_text(fields: dict[str, Any], at: str) -> str:
    return f"{whole(fields, 'port', at)}/{text(fields, 'protocol', at, least=1)}"


def _mount(fields: dict[str, Any], at: str) -> dict[str, str]:
    if text(fields, "type", at, default="network") != "network":
        raise invalid(f"{at}type", "must be network")
    return {"Id": text(fields, "id", at, least=1), "mountPoint": text(fields, "mount_point", at, least=1)}


def _jupyter(fields: dict[str, Any]) -> list[dict[str, str]]:
    if not flag(fields, "enabled"):
        return []
    port = whole(fields, "port", "tools.jupyter.", default=8888)
    return [{"name": "Jupyter", "port": str(port), "type": text(fields, "protocol", default="http")}]


def renamed(problem: Problem) -> Problem:
    """The refusal with the field's name as v2 spells it."""
    name, _, rest = problem.message.partition(":")
    return Problem(problem.reason, f"{PATHS.get(name, name)}:{rest}" if rest else name, problem.status)
