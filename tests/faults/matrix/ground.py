"""The ground on which faults are tried: own servers, real workers, the simulator behind a gateway, and a team's five
connections, whose time can be made to pass."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Now
from django.test.utils import override_settings

from gpuconsole.connections import opening
from gpuconsole.connections.models import Connection
from gpuconsole.core import redis, wake
from gpuconsole.providers import registry
from gpuconsole.sync.claim import LEASE
from gpuconsole.workloads.models import Deployment, Workload
from tests.contract.samples import sample
from tests.faults.matrix import brakes
from tests.faults.matrix.crew import Crew, crew_on
from tests.faults.matrix.gateway import Gateway, gateway_to
from tests.faults.matrix.servers import Servers
from tests.sync.bench import INSTANCE, JOB, Engine, engine_at

STOP_AFTER_S = 7200
_TIMES: Mapping[type[Model], tuple[str, ...]] = {
    Connection: ("due_at", "breaker_until"),
    Workload: ("due_at", "look_until", "missing_since", "intent_at"),
}
"""What says when something is due, or since when something lasts."""
_ABOUT_WORK = ("workloads", "inventory", "notify", "spend", "audit")


@dataclass
class Ground:
    """Everything that a scenario needs."""

    servers: Servers
    gateway: Gateway
    crew: Crew
    engine: Engine

    @property
    def connections(self) -> dict[str, Connection]:
        """By provider."""
        return self.engine.by_provider

    def launch(self, slug: str, **asked: Any) -> Workload:
        """One that never ends by itself."""
        return self.engine.launch(endless(slug), **{"stop_after_s": STOP_AFTER_S, **asked})

    def fresh(self, slug: str) -> list[Workload]:
        """A connection's workloads as they stand."""
        return list(Workload.objects.filter(connection=self.connections[slug]).order_by("pk"))

    def pass_time_there(self, seconds: float) -> None:
        """Turn the providers' clock forward."""
        self.engine.far.post("/_sim/clock", json={"advance_s": seconds}).raise_for_status()

    def pass_time_here(self, seconds: float) -> None:
        """As if so much time had passed: whatever is due then comes nearer by it, and leave for calls is back."""
        for model, names in _TIMES.items():
            _turn_back(model, names, timedelta(seconds=seconds))
        self._give_leave()

    def let_leases_run_out(self) -> None:
        """As if the half minute had passed after which a dead worker's hold on a connection ends."""
        _turn_back(Connection, ("lease_until",), LEASE)

    def nudge(self) -> None:
        """Wake a round of each connection, as every press of a button does."""
        _change(Connection.objects.all(), due_at=Now())
        for connection in self.connections.values():
            wake.wake_now("sync.connection", connection.pk)

    def eventually(self, is_true: Callable[[], object], what: str, *, within_s: float = 20) -> None:
        """Wait until something has come true."""
        until = time.monotonic() + within_s
        while not is_true():
            assert time.monotonic() < until, f"{what}: it did not come true in {within_s} s"
            self.crew.look_after()
            time.sleep(0.02)

    def pause(self, seconds: float = 0.15) -> None:
        """Leave the machine to the workers."""
        self.crew.look_after()
        time.sleep(seconds)

    def clear(self) -> None:
        """Forget all work on both sides, and whatever was wrong; nobody runs afterwards."""
        self.crew.kill_all()
        self.gateway.open_all()
        self.gateway.calls.clear()
        self.gateway.broken.clear()
        self.crew.restarted.clear()
        self.engine.far.post("/_sim/reset").raise_for_status()
        _truncate([model for model in apps.get_models() if model._meta.app_label in _ABOUT_WORK])
        Connection.objects.update(
            due_at=None, lease_until=None, lease_token=None, breaker_until=None, failures=0, synced_at=None
        )
        redis.client().flushall()

    def _give_leave(self) -> None:
        keys = [f"gpc:limit:{connection.pk}" for connection in self.connections.values()]
        redis.client().delete(*keys)


def _turn_back(model: type[Model], names: Sequence[str], by: timedelta) -> None:
    is_there = reduce(or_, (Q(**{f"{name}__isnull": False}) for name in names))
    _change(model._default_manager.filter(is_there), **{name: F(name) - by for name in names})


def _change(rows: QuerySet[Any], **values: Any) -> None:
    """Locked in the order of their keys first, as the product does it, so that nobody waits for each other."""
    with transaction.atomic():
        keys = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        rows.model._default_manager.filter(pk__in=keys).update(**values)


def endless(slug: str) -> dict[str, Any]:
    """A launch that runs until somebody ends it."""
    if slug == "cortecs":
        return copy.deepcopy(INSTANCE)
    if slug == "baseten":
        spec = copy.deepcopy(JOB)
        spec["training_job"]["runtime"]["start_commands"] = ["sleep infinity"]
        return spec
    spec = sample(slug)
    if slug == "fireworks":
        spec["pythonExecutor"]["args"] = ["sleep infinity"]
    if slug == "otoy":
        spec |= {"gpu_count": 1, "max_timeout_run_ms": 360_000_000}
        spec["parameters"]["parameters"]["env"]["SIM_RUN_S"] = "infinity"
    return spec


@contextmanager
def ground_on(servers: Servers) -> Iterator[Ground]:
    """A ground on servers that run; Django is pointed at them within."""
    with ExitStack() as stack:
        gateway = stack.enter_context(gateway_to(servers.simulator_url))
        variables = {**servers.variables, "GPUCONSOLE_SIMULATOR_URL": gateway.url}
        stack.enter_context(_django_at(servers, gateway.url))
        crew = stack.enter_context(crew_on(variables, servers.folder / "workers.log"))
        call_command("migrate", verbosity=0)
        brakes.set_up(servers.postgres.url)
        crew.wait_until_ready()
        engine = stack.enter_context(engine_at(servers.simulator_url))
        for slug in registry.SLUGS:
            engine.connect(slug)
        yield Ground(servers, gateway, crew, engine)


@contextmanager
def _django_at(servers: Servers, simulator_url: str) -> Iterator[None]:
    """This process's own Django on those servers, and back on its former ones afterwards."""
    parts = urlsplit(servers.postgres.url)
    place = {"NAME": parts.path.lstrip("/"), "HOST": parse_qs(parts.query)["host"][0], "USER": parts.username}
    cache = {**settings.CACHES["default"], "LOCATION": servers.valkey.url}
    changed = override_settings(
        REDIS_URL=servers.valkey.url,
        CELERY_BROKER_URL=servers.valkey.url.replace("unix://", "redis+socket://"),
        CACHES={"default": cache},
        SIMULATOR_URL=simulator_url,
    )
    before = {name: database.settings_dict[name] for name in place}
    with changed:
        _connect_anew(place)
        try:
            yield
        finally:
            _connect_anew(before)
    _forget_clients()


def _connect_anew(place: Mapping[str, Any]) -> None:
    database.close()
    database.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's
    database.settings_dict.update(place)
    _forget_clients()


def _forget_clients() -> None:
    opening.close_all()
    redis.client.cache_clear()
    wake._sender.cache_clear()


def _truncate(models: list[type[Model]]) -> None:
    tables = sorted(model._meta.db_table for model in models if model is not Deployment and not model._meta.proxy)
    with database.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
