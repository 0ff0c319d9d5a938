"""The newer surface `/gpus/v2`: the same instances in snake_case, REST paths and pages with an opaque cursor.

Facts are the appendix of the reference; assumed beyond it: the keys of a product, a 404 for an unknown id, which REST
clients expect, and `spot` as the name of that billing mode in answers. A create is read as the v1 body it amounts to.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from gpuconsole.simulator.dialects.novita import life, shapes, v2_create
from gpuconsole.simulator.dialects.novita.account import Account
from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS, PRODUCTS, Product
from gpuconsole.simulator.dialects.novita.checks import body_of, number_in_query, words
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid
from gpuconsole.simulator.dialects.novita.instance_calls import InstanceCalls
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.web import Request, Response, Router, json_response

BASE = "/gpus/v2"


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
        router.add("GET", f"{BASE}/templates", lambda request: json_response(self._templates(request.query)))
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
        older = v2_create.as_v1(body)
        regions = words(body, "candidate_regions")
        refusal: Problem | None = None
        for region in regions or [""]:
            try:
                return self._calls.create({**older, "clusterId": region})
            except Problem as problem:
                refusal = v2_create.renamed(problem)
        raise refusal or invalid("candidate_regions", "must not be empty")

    def _products(self, query: Mapping[str, str]) -> dict[str, Any]:
        for name, known in (("type", ("gpu", "cpu")), ("category", ("instance", "serverless"))):
            if query.get(name) not in known:
                raise invalid(name, f"must be {' or '.join(known)}")
        rows = [self._product(product) for product in PRODUCTS.values()] if query["type"] == "gpu" else []
        return _page(rows, query)

    def _templates(self, query: Mapping[str, str]) -> dict[str, Any]:
        """What is common to all templates, in the names of v2 (assumed)."""
        rows = [template.as_json() for template in self._account.templates.all()]
        common = ("name", "type", "channel", "image", "envs")
        told = [
            {
                "id": row["Id"],
                **{name: row[name] for name in common},
                "command": row["startCommand"],
                "rootfs_size_gb": row["rootfsSize"],
                "ports": [{"port": n, "protocol": group["type"]} for group in row["ports"] for n in group["ports"]],
            }
            for row in rows
        ]
        return _page(told, query)

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
