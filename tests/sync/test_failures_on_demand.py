"""Failures ordered at the simulator, as the engine tells them: cause, evidence, and the line of the log."""

from __future__ import annotations

import pytest

from gpuconsole.simulator.failures import WAYS
from gpuconsole.workloads import logs, services
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import Fault, ReasonCode, State
from tests.contract.samples import sample
from tests.sync.bench import Engine

_JOBS = ("baseten", "fireworks", "otoy")
_SLOW_S = {"baseten": 300, "fireworks": 200, "otoy": 300, "novita": 200, "cortecs": 30}


def failed(engine: Engine, slug: str, way: str) -> Workload:
    """A workload that was made to fail, looked at until its log is whole."""
    engine.connect(slug)
    engine.spoil("failure", slug, way=way)
    row = engine.launch(sample(slug), stop_after_s=86_400)
    for _ in range(40):
        engine.sync(slug)
        if engine.fresh(row).reason_code and (row.is_final or row.state == State.STOPPED) and row.is_output_complete:
            break
        engine.pass_time(_SLOW_S[slug] / 10)
        if row.is_final or row.state == State.STOPPED:
            engine.wait_here(30)
            engine.sync(slug)
            break
    return engine.fresh(row)


@pytest.mark.parametrize("slug", _JOBS)
def test_a_log_tells_the_cause_that_the_provider_does_not(engine: Engine, slug: str) -> None:
    row = failed(engine, slug, "gpu_memory")
    assert (row.state, row.reason_code, row.reason_fault) == (State.FAILED, ReasonCode.GPU_MEMORY, Fault.YOU)
    assert row.evidence["source"] == "log"
    assert "CUDA out of memory" in row.evidence["text"]
    line = next(line for at, line in logs.tail(row).placed if at == row.evidence["offset"])
    assert (line.number, "CUDA out of memory" in line.text) == (row.evidence["line"], True)
    assert row.events.get(kind=EventKind.NOTE, text="Its log tells the cause: Out of GPU memory").detail
    assert row.phases[-1]["note"] == "Out of GPU memory"


@pytest.mark.parametrize(
    ("slug", "way", "code"),
    [
        ("baseten", "registry", ReasonCode.REGISTRY),
        ("baseten", "preempted", ReasonCode.PREEMPTED),
        ("baseten", "silent", ReasonCode.EXIT_CODE),
        ("fireworks", "node_lost", ReasonCode.NODE_LOST),
        ("novita", "pull_disk", ReasonCode.DISK_FULL),
        ("novita", "host_memory", ReasonCode.HOST_MEMORY),
        ("cortecs", "model_load", ReasonCode.MODEL_LOAD),
        ("cortecs", "provider_failure", ReasonCode.NOT_READY),
        ("otoy", "command", ReasonCode.COMMAND),
    ],
)
def test_each_provider_tells_in_its_own_way(engine: Engine, slug: str, way: str, code: ReasonCode) -> None:
    row = failed(engine, slug, way)
    assert row.reason_code == code
    assert row.evidence["text"]


def test_a_variable_of_ones_own_makes_work_fail(engine: Engine) -> None:
    row = engine.launch(engine.job("SIM_FAILURE=dependency python train.py"))
    for _ in range(2):
        engine.sync()
        engine.pass_time(600)
    engine.sync()
    engine.wait_here(30)
    engine.sync()
    assert engine.fresh(row).reason_code == ReasonCode.DEPENDENCY


def test_a_launch_without_credit_is_told_so(engine: Engine) -> None:
    for slug, match in (("novita", "/gpu/instance/create"), ("otoy", "POST /v1/jobs")):
        engine.connect(slug)
        engine.spoil("no_credit", slug, match=match)
        row = engine.launch(sample(slug), stop_after_s=3600)
        engine.sync(slug)
        assert (engine.fresh(row).state, row.reason_code) == (State.FAILED, ReasonCode.NO_CREDIT)
        assert row.evidence["source"] == "message"


def test_the_log_of_the_attempt_before_tells_nothing_of_the_next(engine: Engine) -> None:
    row = failed(engine, "baseten", "gpu_memory")
    engine.heal()
    services.retry(workload=row, by=engine.user)
    assert engine.fresh(row).evidence == {}
    assert row.attempt_log_from == row.log_size > 0
    engine.spoil("failure", "baseten", way="silent")
    engine.sync()
    for _ in range(30):
        engine.pass_time(60)
        engine.sync()
        if engine.fresh(row).is_final:
            break
    engine.wait_here(30)
    engine.sync()
    assert (engine.fresh(row).attempt, row.reason_code) == (2, ReasonCode.EXIT_CODE)
    assert row.evidence["offset"] >= row.attempt_log_from


def test_every_way_has_a_stage_and_says_something_but_the_silent_one() -> None:
    assert all(way.stage in ("pull", "run") for way in WAYS.values())
    assert [name for name, way in WAYS.items() if not (way.said or way.log)] == ["silent"]
