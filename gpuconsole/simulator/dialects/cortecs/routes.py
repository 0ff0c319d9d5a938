"""Cortecs' HTTP: which call does what."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.dialects.cortecs import auth
from gpuconsole.simulator.dialects.cortecs.catalogue import HARDWARE, MODELS, is_available
from gpuconsole.simulator.dialects.cortecs.errors import Problem
from gpuconsole.simulator.dialects.cortecs.instances import Instance
from gpuconsole.simulator.dialects.cortecs.validation import resolve_args
from gpuconsole.simulator.web import BadJson, Request, Response, Router, json_response
from gpuconsole.simulator.world import Resource, World

OPENING_BALANCE = Decimal("1000.00")
BASE = "/api/v1"
TROUBLES = {
    401: auth.REFUSED,
    402: "the balance of this account is used up",
    429: "too many requests",
    500: "internal server error",
}
OPEN_TO_ALL = ("/oauth2/token", "/models", "/hardware-types")


class Cortecs:
    """The dialect."""

    slug = "cortecs"
    sandbox: ClassVar[Mapping[str, str]] = {"client id": auth.CLIENT_ID, "client secret": auth.CLIENT_SECRET}
    price_keys = ("price_per_hour", "price_per_minute")
    kind: ClassVar[type[Resource]] = Instance
    tables: ClassVar[Mapping[str, type[Any]]] = {"cortecs.tokens": float}

    def __init__(self, world: World) -> None:
        self._world = world
        self._router = router = Router()
        router.add("POST", "/oauth2/token", lambda request: auth.grant(world, request))
        router.add("GET", "/models", self._models)
        router.add("GET", "/models/{model_id}", self._model)
        router.add("GET", "/hardware-types", self._hardware_types)
        router.add("GET", "/hardware-types/available", self._available)
        router.add("GET", "/user/balance", self._balance)
        router.add("POST", "/instances/start", self._start)
        router.add("POST", "/instances/stop", self._stop)
        router.add("POST", "/instances/stop-all", self._stop_all)
        router.add("POST", "/instances/restart", self._restart)
        router.add("DELETE", "/instances/delete-all", self._delete_all)
        router.add("GET", "/instances", self._list)
        router.add("GET", "/instances/{instance_id}", self._read)
        router.add("DELETE", "/instances/{instance_id}", self._delete)

    def answer(self, request: Request) -> Response:
        """What Cortecs would answer."""
        try:
            return self._dispatch(request)
        except Problem as problem:
            return problem.response()
        except BadJson:
            return Problem(400, "the body is no valid JSON").response()

    def trouble(self, status: int) -> Response:
        """A token that has run out, too many calls, or an error inside."""
        return Problem(status, TROUBLES[status]).response()

    def charges(self) -> list[Charge]:
        """What its instances have been charged for."""
        return self._world.charges(self.slug)

    def _dispatch(self, request: Request) -> Response:
        base, path = request.path[: len(BASE)], request.path[len(BASE) :]
        if base != BASE or not path.startswith("/"):
            raise Problem(404, "not found")
        if not path.startswith(OPEN_TO_ALL):
            auth.require_token(self._world, request)
        found = self._router.find(request.method, path)
        if isinstance(found, set):
            raise Problem(405 if found else 404, "method not allowed" if found else "not found")
        handler, parameters = found
        return handler(request, **parameters)

    def _models(self, request: Request) -> Response:
        return json_response({"models": [model.preview() for model in MODELS.values()]})

    def _model(self, request: Request, model_id: str) -> Response:
        if model_id not in MODELS:
            raise Problem(404, f"model {model_id} not found")
        return json_response({"model": MODELS[model_id].detail()})

    def _hardware_types(self, request: Request) -> Response:
        return json_response({"hardware_types": [hardware.as_json() for hardware in HARDWARE.values()]})

    def _available(self, request: Request) -> Response:
        free = [hardware.as_json() for hardware in HARDWARE.values() if is_available(self._world, hardware)]
        return json_response({"hardware_types": free})

    def _current_balance(self) -> Decimal:
        now = self._world.now()
        spent = sum((r.cost(now) for r in self._world.resources(self.slug)), Decimal(0))
        return OPENING_BALANCE - spent

    def _balance(self, request: Request) -> Response:
        return json_response({"current_balance": round(self._current_balance(), 2), "currency": "EUR"})

    def _start(self, request: Request) -> Response:
        body = request.json()
        args = resolve_args(body)
        self._require_means(args["hardware_type_id"])
        instance = Instance(self._world, f"instance-{self._world.make_id(8, '0123456789abcdef')}", args, body)
        self._world.add(instance)
        return self._told("Instance is starting.", instance)

    def _require_means(self, hardware_id: str) -> None:
        if self._current_balance() <= 0:
            raise Problem(402, "insufficient balance")
        if not is_available(self._world, HARDWARE[hardware_id]):
            raise Problem(409, f"{hardware_id} is not available at the moment")

    def _list(self, request: Request) -> Response:
        now = self._world.now()
        return json_response({"instances": [instance.as_json(now) for instance in self._all()]})

    def _read(self, request: Request, instance_id: str) -> Response:
        return json_response({"instance": self._find(instance_id).as_json(self._world.now())})

    def _stop(self, request: Request) -> Response:
        instance = self._named(request)
        if instance.state(self._world.now()) == "stopped":
            raise Problem(400, "instance is already stopped")
        instance.ask_to_stop()
        return self._told("Instance is stopping.", instance)

    def _stop_all(self, request: Request) -> Response:
        now = self._world.now()
        running = [instance for instance in self._all() if instance.state(now) == "running"]
        for instance in running:
            instance.ask_to_stop()
        if not running:
            return json_response({"message": "No running instances."})
        return json_response({"message": "Instances are stopping.", "instance_ids": [i.id for i in running]})

    def _restart(self, request: Request) -> Response:
        instance = self._named(request)
        if instance.state(self._world.now()) != "stopped":
            raise Problem(400, "instance is not stopped")
        self._require_means(instance.args["hardware_type_id"])
        instance.restart()
        return self._told("Instance is restarting.", instance)

    def _delete(self, request: Request, instance_id: str) -> Response:
        instance = self._find(instance_id)
        if instance.state(self._world.now()) != "stopped":
            raise Problem(400, "instance must be stopped before it can be deleted")
        self._remove(instance)
        return json_response({"instance_id": instance.id})

    def _delete_all(self, request: Request) -> Response:
        flag = request.query.get("force_deletion", "false").lower()
        if flag not in ("true", "false"):
            raise Problem(400, "force_deletion must be true or false")
        now = self._world.now()
        chosen = [i for i in self._all() if flag == "true" or i.state(now) == "stopped"]
        for instance in chosen:
            self._remove(instance)
        return json_response({"instance_ids": [instance.id for instance in chosen]})

    def _remove(self, instance: Instance) -> None:
        if not instance.refuses_to_end():
            instance.deleted_at = self._world.now()

    def _all(self) -> list[Instance]:
        return [
            r
            for r in self._world.resources(self.slug)
            if isinstance(r, Instance) and r.deleted_at is None and not r.is_vanished()
        ]

    def _find(self, instance_id: Any) -> Instance:
        found = self._world.resource(self.slug, instance_id) if isinstance(instance_id, str) else None
        if not isinstance(found, Instance) or found.deleted_at is not None or found.is_vanished():
            raise Problem(404, f"instance {instance_id} not found")
        return found

    def _named(self, request: Request) -> Instance:
        body = request.json()
        if not isinstance(body, dict) or not body.get("instance_id"):
            raise Problem(400, "instance_id is required")
        return self._find(body["instance_id"])

    def _told(self, message: str, instance: Instance) -> Response:
        return json_response({"message": message, "instance": instance.as_json(self._world.now())})
