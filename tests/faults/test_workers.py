"""Workers die, messages vanish, answers are cut off: each launch leaves exactly one resource, found and adopted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import F

from gpuconsole.connections.models import Connection
from gpuconsole.core import redis, wake
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.sync.bench import INSTANCE, JOB, Engine

if TYPE_CHECKING:
    from tests.faults.conftest import Workers

Eventually = Callable[[Callable[[], object]], None]
CREATE = {"baseten": "POST /v1/training_projects/", "cortecs": "POST /api/v1/instances/start"}
SPECS: list[dict[str, Any]] = [JOB, INSTANCE]


def adopted() -> int:
    return Workload.objects.exclude(remote_id="").exclude(state=State.SUBMITTING).count()


def each_has_exactly_one(engine: Engine) -> bool:
    ours = sorted(Workload.objects.values_list("remote_id", flat=True))
    return ours == sorted(row["id"] for row in engine.resources()) and "" not in ours


def let_leases_run_out() -> None:
    """As if half a minute had passed."""
    Connection.objects.filter(lease_until__isnull=False).update(lease_until=F("lease_until") - timedelta(seconds=30))


@pytest.mark.parametrize("spec", SPECS, ids=["baseten", "cortecs"])
def test_a_worker_killed_between_sending_and_saving(
    engine: Engine, workers: Workers, eventually: Eventually, spec: dict[str, Any]
) -> None:
    slug = spec["provider"]
    engine.connect(slug)
    engine.spoil("latency", slug, match=CREATE[slug], count=1, seconds=1.5)
    first = workers.start()
    job = engine.launch(spec)
    eventually(lambda: engine.fresh(job).sending_at)
    eventually(lambda: any(fault["hits"] for fault in engine.far.get("/_sim/faults").json()["faults"]))
    workers.kill(first)
    eventually(engine.resources)
    assert engine.fresh(job).remote_id == ""
    let_leases_run_out()
    workers.start()
    workers.start("beat")
    eventually(lambda: adopted() == 1)
    assert each_has_exactly_one(engine)


@pytest.mark.parametrize("spec", SPECS, ids=["baseten", "cortecs"])
def test_an_answer_cut_off_after_the_provider_acted(
    engine: Engine, workers: Workers, eventually: Eventually, spec: dict[str, Any]
) -> None:
    slug = spec["provider"]
    engine.connect(slug)
    engine.spoil("dropped_after", slug, match=CREATE[slug], count=1)
    workers.start()
    workers.start("beat")
    engine.launch(spec)
    eventually(lambda: adopted() == 1)
    assert each_has_exactly_one(engine)


def test_every_message_lost(engine: Engine, workers: Workers, eventually: Eventually) -> None:
    engine.launch(JOB)
    engine.launch(INSTANCE)
    redis.client().flushall()
    workers.start()
    workers.start("beat")
    eventually(lambda: adopted() == 2)
    assert each_has_exactly_one(engine)


def test_two_workers_racing_for_the_same_launches(engine: Engine, workers: Workers, eventually: Eventually) -> None:
    for spec in SPECS:
        engine.connect(spec["provider"])
    workers.start()
    workers.start()
    workers.start("beat")
    for _ in range(4):
        engine.launch(JOB)
        engine.launch(INSTANCE)
        for connection in engine.by_provider.values():
            for _ in range(5):
                wake.wake_now("sync.connection", connection.pk)
    eventually(lambda: adopted() == 8)
    assert each_has_exactly_one(engine)


def test_a_launch_asked_for_twice_with_one_key(engine: Engine, workers: Workers, eventually: Eventually) -> None:
    engine.connect("baseten")
    workers.start()
    workers.start("beat")
    first = engine.launch(JOB, idempotency_key="once")
    again = engine.launch(JOB, idempotency_key="once")
    assert first.pk == again.pk
    eventually(lambda: adopted() == 1)
    assert each_has_exactly_one(engine)


def test_valkey_emptied_while_work_runs(engine: Engine, workers: Workers, eventually: Eventually) -> None:
    engine.connect("baseten")
    workers.start()
    workers.start("beat")
    job = engine.launch(JOB)
    eventually(lambda: adopted() == 1)
    redis.client().flushall()
    engine.pass_time(300)
    eventually(lambda: engine.fresh(job).state == State.RUNNING)
    assert each_has_exactly_one(engine)
