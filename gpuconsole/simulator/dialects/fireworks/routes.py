"""Fireworks' HTTP: which call does what."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.fireworks import auth, environments, listing, pools, schemas
from gpuconsole.simulator.dialects.fireworks.bindings import Binding, PoolBindings, RoleBindings
from gpuconsole.simulator.dialects.fireworks.checks import check_annotations, check_display_name
from gpuconsole.simulator.dialects.fireworks.clusters import DELETING_S, Clusters
from gpuconsole.simulator.dialects.fireworks.environments import Environments, Snapshots
from gpuconsole.simulator.dialects.fireworks.errors import (
    FAILED_PRECONDITION,
    INTERNAL,
    INVALID_ARGUMENT,
    NOT_FOUND,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
    UNIMPLEMENTED,
    Problem,
)
from gpuconsole.simulator.dialects.fireworks.job_calls import JobCalls
from gpuconsole.simulator.dialects.fireworks.jobs import Job
from gpuconsole.simulator.dialects.fireworks.pools import Pools
from gpuconsole.simulator.dialects.fireworks.resource_calls import BindingCalls, ThingCalls
from gpuconsole.simulator.dialects.fireworks.things import LONG_AGO, Thing
from gpuconsole.simulator.web import BadJson, Request, Response, Router, json_response
from gpuconsole.simulator.world import Resource, World

TROUBLES = {
    401: (UNAUTHENTICATED, auth.REFUSED),
    402: (FAILED_PRECONDITION, "the limit of this spending tier is reached"),
    429: (RESOURCE_EXHAUSTED, "the account's rate of requests is exceeded"),
    500: (INTERNAL, "internal error"),
}
IN_ACCOUNT = "/v1/accounts/{account_id}"
ACCOUNT = {
    "name": f"accounts/{auth.ACCOUNT}",
    "displayName": "Sandbox",
    "createTime": iso(LONG_AGO),
    "accountType": "ENTERPRISE",
    "email": auth.USER_EMAIL,
    "state": "READY",
    "status": {"code": "OK", "message": ""},
    "suspendState": "UNSUSPENDED",
    "updateTime": iso(LONG_AGO),
}


class Fireworks:
    """The dialect."""

    slug = "fireworks"
    sandbox: ClassVar[Mapping[str, str]] = {
        "API key": auth.API_KEY,
        "account": auth.ACCOUNT,
        "API key that is good for inference only": auth.INFERENCE_KEY,
    }
    price_keys: ClassVar[tuple[str, ...]] = ()  # no call tells a price
    kind: ClassVar[type[Resource]] = Job
    tables: ClassVar[Mapping[str, type[Any]]] = {
        **{f"fireworks.{name}": Thing for name in ("nodePools", "environments", "snapshots", "clusters")},
        **{f"fireworks.{name}": Binding for name in ("awsIamRoleBindings", "nodePoolBindings")},
        "fireworks.begun": bool,
        "fireworks.snapshots_made": int,
    }

    def __init__(self, world: World) -> None:
        self._world = world
        self._pools = Pools(world)
        self._environments = Environments(world, self._pools)
        self._snapshots = Snapshots(world)
        self._clusters = Clusters(world)
        roles = RoleBindings(world)
        self._jobs = JobCalls(world, self._pools, self._environments, self._snapshots, roles)
        self._router = Router()
        self._router.add("GET", "/verifyApiKey", self._verify)
        self._router.add("GET", "/v1/accounts", self._list_accounts)
        self._router.add("GET", IN_ACCOUNT, _in_account(self._read_account))
        self._add_job_routes()
        self._add_thing_routes()
        for bindings in (roles, PoolBindings(world, list(pools.FURNISHED))):
            calls = BindingCalls(bindings)
            self._add("POST", f"/{bindings.collection}", calls.make)
            self._add("GET", f"/{bindings.collection}", calls.list)
            self._add("POST", f"/{bindings.collection}:delete", calls.delete)

    def answer(self, request: Request) -> Response:
        """What Fireworks would answer."""
        try:
            auth.require_key(request, inference_is_enough=request.path == "/verifyApiKey")
            found = self._router.find(request.method, request.path)
            if isinstance(found, set):
                raise Problem(UNIMPLEMENTED, "Method Not Allowed") if found else Problem(NOT_FOUND, "Not Found")
            handler, parameters = found
            return handler(request, **parameters)
        except Problem as problem:
            return problem.response()
        except BadJson as exc:
            return Problem(INVALID_ARGUMENT, f"proto: syntax error: {exc}").response()

    def trouble(self, status: int) -> Response:
        """A key that is no longer good, too many calls, or an error inside."""
        answer = Problem(*TROUBLES[status]).response()
        return answer if status != 402 else Response(status, answer.body, answer.headers)

    def charges(self) -> list[Charge]:
        """What its jobs have used: nobody knows its price."""
        return self._world.charges(self.slug)

    def _add(self, method: str, path: str, call: Callable[..., dict[str, Any]]) -> None:
        self._router.add(method, IN_ACCOUNT + path, _in_account(call))

    def _add_job_routes(self) -> None:
        calls, one = self._jobs, "/batchJobs/{job_id}"
        self._add("POST", "/batchJobs", calls.create)
        self._add("GET", "/batchJobs", calls.list)
        self._add("POST", "/batchJobs:batchDelete", calls.delete_several)
        self._add("POST", f"{one}:cancel", calls.cancel)
        self._add("GET", f"{one}:getLogs", calls.logs)
        self._add("GET", one, calls.read)
        self._add("PATCH", one, calls.patch)
        self._add("DELETE", one, calls.delete)

    def _add_thing_routes(self) -> None:
        self._add("GET", "/nodePools/{thing_id}:getStats", self._stats)
        self._add("POST", "/environments/{thing_id}:connect", self._connect)
        self._add("POST", "/environments/{thing_id}:disconnect", self._disconnect)
        self._add("GET", "/clusters/{thing_id}:getConnectionInfo", self._connection_info)
        for calls in self._thing_calls():
            collection = f"/{calls.things.collection}"
            self._add("POST", collection, calls.make)
            self._add("GET", collection, calls.list)
            self._add("GET", f"{collection}/{{thing_id}}", calls.read)
            self._add("DELETE", f"{collection}/{{thing_id}}", calls.delete)
            if calls.mutable:
                self._add("PATCH", f"{collection}/{{thing_id}}", calls.patch)
            if calls.things.collection in ("nodePools", "environments"):
                self._add("POST", f"{collection}:batchDelete", calls.delete_several)

    def _thing_calls(self) -> list[ThingCalls]:
        all_pools, envs, snapshots, clusters = self._pools, self._environments, self._snapshots, self._clusters
        # Which fields of a pool and a cluster can be changed is assumed: the labels and a pool's size.
        sizes = ("minNodeCount", "maxNodeCount", "overprovisionNodeCount")
        labels = ("displayName", "annotations")
        return [
            ThingCalls(
                all_pools,
                schemas.NODE_POOL,
                "name",
                lambda pool: all_pools.told(pool, self._jobs.all(), envs.all()),
                lambda pool: all_pools.end(pool, self._jobs.all()),
                all_pools.create,
                (*labels, *sizes),
                pools.check_pool,
            ),
            ThingCalls(
                envs,
                schemas.ENVIRONMENT,
                "name",
                envs.told,
                lambda environment: envs.delete(environment, environments.DELETING_S),
                envs.create,
                (*labels, "shared"),
                _check_labels,
            ),
            ThingCalls(
                snapshots,
                schemas.SNAPSHOT,
                "create_time",
                snapshots.told,
                lambda snapshot: snapshots.delete(snapshot, environments.DELETING_S),
                snapshots.create,
            ),
            ThingCalls(
                clusters,
                schemas.CLUSTER,
                "name",
                clusters.told,
                lambda cluster: clusters.delete(cluster, DELETING_S),
                clusters.create,
                labels,
                _check_labels,
            ),
        ]

    def _stats(self, request: Request, thing_id: str) -> dict[str, Any]:
        stats = self._pools.stats(self._pools.find(thing_id), self._jobs.all(), self._environments.all())
        return listing.masked(stats, request.query, schemas.STATS)

    def _connect(self, request: Request, thing_id: str) -> dict[str, Any]:
        self._environments.connect(self._environments.find(thing_id), request.json() or {})
        return {}

    def _disconnect(self, request: Request, thing_id: str) -> dict[str, Any]:
        self._environments.disconnect(self._environments.find(thing_id), request.json() or {})
        return {}

    def _connection_info(self, request: Request, thing_id: str) -> dict[str, Any]:
        info = self._clusters.connection_info(self._clusters.find(thing_id))
        return listing.masked(info, request.query, schemas.CONNECTION_INFO)

    def _verify(self, request: Request) -> Response:
        return json_response({}, headers={auth.ACCOUNT_HEADER: auth.ACCOUNT})

    def _list_accounts(self, request: Request) -> Response:
        return json_response(
            listing.page(request.query, [listing.Row(0, lambda: ACCOUNT)], "accounts", schemas.ACCOUNT, "name")
        )

    def _read_account(self, request: Request) -> dict[str, Any]:
        return listing.masked(ACCOUNT, request.query, schemas.ACCOUNT)


def _check_labels(fields: dict[str, Any]) -> None:
    check_display_name(fields)
    check_annotations(fields)


def _in_account(call: Callable[..., dict[str, Any]]) -> Callable[..., Response]:
    def handler(request: Request, account_id: str, **parameters: str) -> Response:
        auth.require_account(account_id)
        return json_response(call(request, **parameters))

    return handler
