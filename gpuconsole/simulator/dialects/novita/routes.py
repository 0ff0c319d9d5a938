"""Novita's HTTP: which call does what, on the three surfaces of its one host."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.dialects.novita import (
    account,
    billing,
    instance_calls,
    jobs,
    metrics,
    networks,
    prewarm,
    storages,
    templates,
)
from gpuconsole.simulator.dialects.novita.catalogue import CPU_PRODUCTS, PRODUCTS
from gpuconsole.simulator.dialects.novita.checks import body_of, fits, number_in_query, text
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid, not_found
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.dialects.novita.v2 import SecondVersion
from gpuconsole.simulator.web import BadJson, Request, Response, Router, json_response
from gpuconsole.simulator.world import Resource, World

API_KEY = "sandbox-novita-key"
V1 = "/gpu-instance/openapi/v1"
CORE = "/openapi/v1"
TROUBLES = {
    401: ("UNAUTHORIZED", "the API key is missing or invalid"),
    402: ("BALANCE_NOT_ENOUGH", "the balance is not enough"),
    429: ("RATE_LIMIT_EXCEEDED", "too many requests"),
    500: ("UNKNOWN", "internal error"),
}


class Novita:
    """The dialect."""

    slug = "novita"
    sandbox: ClassVar[Mapping[str, str]] = {"API key": API_KEY}
    price_keys = ("price", "spotPrice", "spot_price")
    kind: ClassVar[type[Resource]] = Instance
    tables: ClassVar[Mapping[str, type[Any]]] = {
        "novita.storages": storages.Storage,
        "novita.held": storages.Held,
        "novita.networks": networks.Network,
        "novita.logins": account.Login,
        "novita.jobs": jobs.Job,
        "novita.templates": templates.Template,
        "novita.prewarm": prewarm.Task,
        "novita.seeded": bool,
    }

    def __init__(self, world: World) -> None:
        self._world = world
        self._account = account.Account(world)
        self._instances = instance_calls.InstanceCalls(world, self._account)
        self._router = Router()
        self._add_instance_routes()
        self._add_other_routes()
        SecondVersion(self._account, self._instances).add_routes(self._router)

    def answer(self, request: Request) -> Response:
        """What Novita would answer."""
        try:
            self._require_key(request)
            found = self._router.find(request.method, request.path)
            if isinstance(found, set):
                raise Problem("REQUEST", "method not allowed" if found else "no such path", 405 if found else 404)
            handler, parameters = found
            return handler(request, **parameters)
        except Problem as problem:
            return problem.response()
        except BadJson as exc:
            return Problem("REQUEST", f"the body is no JSON: {exc}").response()

    def trouble(self, status: int) -> Response:
        """A key that is no longer good, too many calls, or an error inside."""
        return Problem(*TROUBLES[status], 400 if status == 402 else status).response()

    def charges(self) -> list[Charge]:
        """What its instances and its network storages have been charged for."""
        return [*self._world.charges(self.slug), *self._account.storages.charges()]

    def _require_key(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key.strip() != API_KEY:
            raise Problem(*TROUBLES[401], 401)

    def _add_instance_routes(self) -> None:
        calls = self._instances
        self._get(f"{V1}/gpu/instances", calls.list)
        self._get(f"{V1}/gpu/instance", calls.read)
        self._get(f"{CORE}/metrics/gpu/instance", self._metrics)
        verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
            "create": calls.create,
            "start": calls.start,
            "stop": calls.stop,
            "restart": calls.restart,
            "delete": calls.delete,
            "edit": calls.edit,
            "upgrade": calls.upgrade,
            "migrate": calls.migrate,
            "renewInstance": calls.renew,
            "transToMonthlyInstance": calls.subscribe,
            "setAutoRenew": calls.set_auto_renew,
            "setAutoMigrate": calls.set_auto_migrate,
        }
        for verb, call in verbs.items():
            self._post(f"{V1}/gpu/instance/{verb}", call)

    def _add_other_routes(self) -> None:
        own, seen = self._account, self._account.instances
        self._get(f"{V1}/products", self._products)
        self._get(f"{V1}/cpu/products", _cpu_products)
        self._get(f"{V1}/clusters", lambda query: instance_calls.clusters())
        for path in ("networkstorages/list", "networkstorages"):  # the second as the vendor's CLI spells it
            self._get(f"{V1}/{path}", own.storages.listed)
        self._post(f"{V1}/networkstorage/create", own.storages.create)
        self._post(f"{V1}/networkstorage/update", own.storages.update)
        self._post(f"{V1}/networkstorage/delete", lambda body: own.storages.delete(body, seen()))
        self._get(f"{V1}/networks", lambda query: own.networks.listed(query, seen()))
        self._get(f"{V1}/network", lambda query: own.networks.read(query, seen()))
        self._post(f"{V1}/network/create", own.networks.create)
        self._post(f"{V1}/network/update", lambda body: own.networks.update(body, seen()))
        self._post(f"{V1}/network/delete", lambda body: own.networks.delete(body, seen()))
        self._get(f"{V1}/repository/auths", lambda query: own.list_logins())
        self._post(f"{V1}/repository/auth/save", own.save_login)
        self._post(f"{V1}/repository/auth/delete", own.delete_login)
        self._get(f"{V1}/jobs", own.jobs.listed)
        self._post(f"{V1}/job/break", own.jobs.stop)
        self._post(f"{V1}/job/save/image", self._save_image)
        self._get(f"{V1}/templates", own.templates.listed)
        self._get(f"{V1}/template", own.templates.read)
        self._post(f"{V1}/template/create", own.templates.create)
        self._post(f"{V1}/template/update", own.templates.update)
        self._post(f"{V1}/template/delete", own.templates.delete)
        self._get(f"{V1}/image/prewarm/quota", lambda query: own.prewarm.quota())
        self._get(f"{V1}/image/prewarm", own.prewarm.listed)
        self._post(f"{V1}/image/prewarm", own.prewarm.create)
        self._post(f"{V1}/image/prewarm/edit", own.prewarm.edit)
        self._post(f"{V1}/image/prewarm/delete", own.prewarm.delete)
        self._get(f"{CORE}/billing/balance/detail", lambda query: own.balance_detail())
        for path, call in (
            ("billing/bill/list", billing.bill_list),
            ("billing/bill/monthly/list", billing.fixed_terms),
            ("billing/monthly/bill", billing.monthly),
        ):
            self._get(f"{CORE}/{path}", partial(self._billed, call))

    def _get(self, path: str, call: Callable[[Mapping[str, str]], Any]) -> None:
        self._router.add("GET", path, lambda request: json_response(call(request.query)))

    def _post(self, path: str, call: Callable[[dict[str, Any]], Any]) -> None:
        self._router.add("POST", path, lambda request: json_response(call(body_of(request))))

    def _billed(self, call: Callable[..., dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
        return call(query, self.charges(), self._world.now())

    def _metrics(self, query: Mapping[str, str]) -> dict[str, Any]:
        return metrics.answer(self._seen(query.get("instanceId")), query)

    def _save_image(self, body: dict[str, Any]) -> dict[str, Any]:
        instance = self._seen(text(body, "instanceId", least=1))
        if login_id := text(body, "registryAuthId"):
            self._account.require_login(login_id)
        return self._account.jobs.save_image(body, instance)

    def _seen(self, instance_id: str | None) -> Instance:
        if not instance_id:
            raise invalid("instanceId", "field required")
        instance = self._account.instance(instance_id)
        if instance is None:
            raise not_found("instance", instance_id)
        return instance

    def _products(self, query: Mapping[str, str]) -> dict[str, Any]:
        gpus, mode = number_in_query(query, "gpuNum"), query.get("billingMethod") or "onDemand"
        if gpus > 8:
            raise invalid("gpuNum", "must be at most 8")
        if mode not in ("onDemand", "monthly", "spot"):
            raise invalid("billingMethod", "must be onDemand, monthly or spot")
        cluster_id = query.get("clusterId")
        chosen = [
            product.as_json(self._world, max(gpus, 1))
            for product in PRODUCTS.values()
            if mode in product.modes
            and fits(query.get("productName"), product.name)
            and (not cluster_id or cluster_id in {cluster.id for cluster in product.clusters})
            and product.cpu >= number_in_query(query, "minCpuPerGpu")
            and product.memory_gb >= number_in_query(query, "minMemoryPerGpu")
            and product.max_rootfs_gb >= number_in_query(query, "minRootFSSize")
        ]
        return {"data": chosen}


def _cpu_products(query: Mapping[str, str]) -> dict[str, Any]:
    wanted = query.get("productName")
    return {"data": [product.as_json() for product in CPU_PRODUCTS.values() if fits(wanted, product.name)]}
