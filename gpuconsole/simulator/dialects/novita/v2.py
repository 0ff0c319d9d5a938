"""The newer surface `/gpus/v2`: the same instances in snake_case, REST paths and pages with an opaque cursor.

Facts are the appendix of the reference; assumed beyond it: the keys of a product, a 404 for an unknown id, which REST
clients expect, and `spot` as the name of that billing mode in answers. A create is read as the v1 body it amounts to.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from gpuconsole.simulator.dialects.novita import life, shapes
from gpuconsole.simulator.dialects.novita.account import Account
from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS, PRODUCTS, Product
from gpuconsole.simulator.dialects.novita.checks import body_of, flag, items, number_in_query, text, whole, words
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid
from gpuconsole.simulator.dialects.novita.instance_calls import InstanceCalls
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.web import Request, Response, Router, json_response

BASE = "/gpus/v2"
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


class SecondVersion:
    """Instances, products and regions as v2 has them."""

    def __init__(self, account: Account, calls: InstanceCalls) -> None:
        self._account = account
        self._calls = calls

    def add_routes(self, router: Router) -> None:
        """Take the paths under `/gpus/v2`."""
        one = f"{BASE}/instances/{{instance_id}}"
        router.add("GET", f"{BASE}/instances", lambda request: json_response(self._list(request.query)))
        router.add("POST", f"{BASE}/instances", lambda request: json_response(self._create(body_of(request))))
        router.add("GET", one, lambda request, instance_id: json_response(self._told(self._find(instance_id))))
        router.add("DELETE", one, self._verb(self._calls.delete))
        for method in ("PUT", "POST"):  # the page says PUT, an unofficial client sends POST
            router.add(method, f"{one}/start", self._verb(self._calls.start))
            router.add(method, f"{one}/stop", self._verb(self._calls.stop))
        router.add("GET", f"{BASE}/products", lambda request: json_response(self._products(request.query)))
        router.add("GET", f"{BASE}/regions", lambda request: json_response(_page(_regions(), request.query)))

    def _verb(self, call: Callable[[dict[str, Any]], Any]) -> Callable[..., Response]:
        def handler(request: Request, instance_id: str) -> Response:
            self._find(instance_id)
            return json_response(call({"instanceId": instance_id}))

        return handler

    def _find(self, instance_id: str) -> Instance:
        instance = self._account.instance(instance_id)
        if instance is None:
            raise Problem("RESOURCE_NOT_FOUND", f"instance {instance_id} not found", 404)
        return instance

    def _list(self, query: Mapping[str, str]) -> dict[str, Any]:
        wanted = query.get("status")
        rows = [self._told(instance) for instance in reversed(self._account.instances())]
        return _page([row for row in rows if not wanted or row["status"]["status"] == wanted], query)

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        older = _as_v1(body)
        regions = words(body, "candidate_regions")
        refusal: Problem | None = None
        for region in regions or [""]:
            try:
                return self._calls.create({**older, "clusterId": region})
            except Problem as problem:
                refusal = _renamed(problem)
        raise refusal or invalid("candidate_regions", "must not be empty")

    def _products(self, query: Mapping[str, str]) -> dict[str, Any]:
        for name, known in (("type", ("gpu", "cpu")), ("category", ("instance", "serverless"))):
            if query.get(name) not in known:
                raise invalid(name, f"must be {' or '.join(known)}")
        rows = [self._product(product) for product in PRODUCTS.values()] if query["type"] == "gpu" else []
        return _page(rows, query)

    def _product(self, product: Product) -> dict[str, Any]:
        older = product.as_json(self._account.world)
        return {
            "id": product.id,
            "name": product.name,
            "cpu_per_gpu": product.cpu,
            "memory_gb_per_gpu": product.memory_gb,
            "available": older["availableDeploy"],
            "inventory_state": older["inventoryState"],
            "regions": [cluster.id for cluster in product.clusters],
            "price": older["price"],
            "spot_price": older["spotPrice"],
            "monthly_price": older["monthlyPrice"],
        }

    def _told(self, instance: Instance) -> dict[str, Any]:
        setup, now = instance.setup, instance.world.now()
        is_up = instance.state(now) == life.RUNNING
        older = shapes.told(instance, self._account.storages.sizes(), self._account.networks.address(instance), [])
        return {
            "id": instance.id,
            "name": setup.name,
            "product_id": setup.product_id,
            "billing": _billing(instance),
            "image": setup.image_url,
            "registry_auth_id": setup.image_auth_id,
            "entrypoint": setup.entrypoint,
            "command": setup.command,
            "envs": setup.envs,
            "ports": [_port(mapping) for mapping in older["portMappings"]],
            "resource_specs": {
                "rootfs_size_gb": setup.rootfs_gb,
                "gpu_num": setup.gpu_num,
                "cpu_num": setup.cpu,
                "memory_gb": str(setup.memory_gb),
                "gpu_ids": [],
            },
            "volumes": [_volume(mount) for mount in older["volumeMounts"]],
            "region": setup.cluster_id,
            "auto_migrate": {"enabled": instance.auto_migrate, "include_system_disk": False},
            "created_at": older["createdAt"],
            "last_started_at": older["lastStartedAt"],
            "last_stopped_at": older["lastStoppedAt"],
            "status": {
                "status": instance.shown_state(now),
                "error": older["statusError"]["state"],
                "message": older["statusError"]["message"],
            },
            "network": older["network"],
            "type": setup.kind,
            "tools": {
                "ssh": {"command": older["sshCommand"], "password": older["sshPassword"]},
                "jupyter": {
                    "enabled": bool(setup.tools),
                    "port": older["connectComponentJupyter"]["port"],
                    "address": older["connectComponentJupyter"]["address"] if is_up else "",
                },
            },
        }


def _as_v1(body: dict[str, Any]) -> dict[str, Any]:
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
        "ports": ",".join(items(body, "ports", _port_text)),
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


def _renamed(problem: Problem) -> Problem:
    """The refusal with the field's name as v2 spells it."""
    name, _, rest = problem.message.partition(":")
    return Problem(problem.reason, f"{PATHS.get(name, name)}:{rest}" if rest else name, problem.status)


def _billing(instance: Instance) -> dict[str, Any]:
    setup = instance.setup
    if setup.billing_mode != "monthly":
        return {"mode": "spot" if setup.billing_mode == "spot" else "postpaid"}
    renewal = {"enabled": setup.auto_renew, "months": setup.auto_renew_months}
    return {"mode": "prepaid", "prepaid": {"months": setup.months, "auto_renew": renewal}}


def _port(mapping: dict[str, Any]) -> dict[str, Any]:
    return {"port": mapping["port"], "protocol": mapping["type"], "endpoint": mapping["endpoint"]}


def _volume(mount: dict[str, str]) -> dict[str, Any]:
    size_gb = int(mount["size"])
    return {"type": mount["type"], "id": mount["id"], "mount_point": mount["mountPath"], "size_gb": size_gb}


def _regions() -> list[dict[str, Any]]:
    return [
        {
            "id": cluster.id,
            "name": cluster.name,
            "gpus": cluster.as_json()["availableGpuType"],
            "feature": {"network_volume": cluster.has_storage, "instance_vpc_network": cluster.has_network},
        }
        for cluster in CLUSTERS.values()
    ]


def _page(rows: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """The rows after the one that the cursor names: what is made meanwhile moves no page."""
    limit = number_in_query(query, "limit") or 20
    ids = [row["id"] for row in rows]
    start = 0
    if cursor := query.get("cursor"):
        try:
            start = ids.index(base64.urlsafe_b64decode(cursor).decode()) + 1
        except (ValueError, binascii.Error):
            raise invalid("cursor", "is not one of ours, or its row is gone") from None
    chosen = rows[start : start + limit]
    has_more = start + limit < len(rows)
    following = base64.urlsafe_b64encode(chosen[-1]["id"].encode()).decode() if has_more else ""
    return {"data": chosen, "next_cursor": following, "has_more": has_more, "total": len(rows)}
