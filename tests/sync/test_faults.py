"""What the engine makes of each trouble, for every provider: nothing lost, nothing doubled, nothing guessed."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from gpuconsole.catalog.refresh import refresh
from gpuconsole.providers import registry
from gpuconsole.simulator.fault_kinds import KINDS
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.contract.samples import sample
from tests.sync.bench import Engine

each = pytest.mark.parametrize("slug", registry.SLUGS)
BEGUN = (State.QUEUED, State.STARTING, State.RUNNING)


def create(slug: str) -> str:
    """The end of the path of the call that launches."""
    provider = registry.get(slug)
    return provider.adapter.request(provider.spec.read(sample(slug)), "gc-0123456789abcdef").path.rpartition("}")[2]


def spoilt_launch(engine: Engine, slug: str, fault: str, **how: Any) -> Workload:
    """A launch whose call meets the fault."""
    engine.connect(slug)
    engine.spoil(fault, slug, **how)
    workload = engine.launch(sample(slug))
    engine.sync(slug)
    return engine.fresh(workload)


@each
@pytest.mark.parametrize("fault", ["502_after", "broken_json", "dropped_after"])
def test_a_launch_whose_answer_was_spoilt_is_unconfirmed_and_then_found(engine: Engine, slug: str, fault: str) -> None:
    workload = spoilt_launch(engine, slug, fault, match=create(slug), count=1)
    assert (workload.state, workload.remote_id) == (State.SUBMITTING, "")
    assert workload.sending_at is not None
    engine.sync(slug)
    assert engine.fresh(workload).state in BEGUN
    assert [row["id"] for row in engine.resources()] == [workload.remote_id]


@each
def test_a_launch_that_a_gateway_swallowed_is_looked_for_and_never_sent_again(engine: Engine, slug: str) -> None:
    workload = spoilt_launch(engine, slug, "502", match=create(slug), count=1)
    engine.sync(slug)
    assert (engine.fresh(workload).state, workload.reason_code) == (State.SUBMITTING, ReasonCode.UNCONFIRMED)
    engine.wait_here(601)
    engine.sync(slug)
    assert engine.fresh(workload).reason_code == ReasonCode.NOT_FOUND
    assert len([call for call in engine.calls(create(slug)) if call["path"].endswith(create(slug))]) == 1
    assert engine.resources() == []


@each
@pytest.mark.parametrize("wait_s", [30, None])
def test_too_many_calls_send_a_launch_later_with_and_without_a_wait(
    engine: Engine, slug: str, wait_s: int | None
) -> None:
    workload = spoilt_launch(engine, slug, "429", match=create(slug), count=1, retry_after=wait_s)
    assert (workload.state, workload.sending_at) == (State.SUBMITTING, None)
    engine.wait_here(120)
    engine.sync(slug)
    assert engine.fresh(workload).state in BEGUN
    assert len(engine.resources()) == 1


@each
def test_a_key_that_runs_out_at_the_launch_is_renewed_or_named_as_the_reason(engine: Engine, slug: str) -> None:
    engine.connect(slug)
    engine.sync(slug)
    workload = spoilt_launch(engine, slug, "expired_token", match=create(slug), count=1)
    if workload.state == State.FAILED:
        assert workload.reason_code == ReasonCode.NOT_AUTHORIZED
        assert engine.resources() == []
    else:
        assert workload.state in BEGUN
        assert len(engine.resources()) == 1


@each
def test_without_stock_a_launch_is_tried_again_or_waits_and_goes_on_when_there_is_some(
    engine: Engine, slug: str
) -> None:
    workload = spoilt_launch(engine, slug, "out_of_stock")
    engine.pass_time(300)
    engine.sync(slug)
    assert engine.fresh(workload).state in (State.SUBMITTING, State.QUEUED, State.STARTING)
    assert workload.billed_since is None
    engine.heal()
    engine.pass_time(300)
    engine.sync(slug)
    engine.pass_time(900)
    engine.sync(slug)
    assert engine.fresh(workload).state in (State.STARTING, State.RUNNING, State.SUCCEEDED)
    assert len(engine.resources()) == 1


@each
def test_a_price_jump_touches_no_work_that_was_launched_before_it(engine: Engine, slug: str) -> None:
    connection = engine.connect(slug)
    first = engine.launch(sample(slug))
    engine.sync(slug)
    frozen = engine.fresh(first).hourly_price
    engine.spoil("price_jump", slug, factor=2)
    refresh(connection)
    second = engine.launch(sample(slug))
    engine.sync(slug)
    assert engine.fresh(first).hourly_price == frozen
    assert engine.fresh(second).hourly_price == (None if frozen is None else frozen * 2)


@each
@pytest.mark.parametrize("seconds", [240, -240])
def test_a_clock_that_is_off_does_not_keep_work_from_its_end(engine: Engine, slug: str, seconds: float) -> None:
    workload = spoilt_launch(engine, slug, "clock_skew", seconds=seconds)
    assert workload.state in BEGUN
    for _ in range(3):
        engine.pass_time(600)
        engine.sync(slug)
    if not engine.fresh(workload).is_final:
        services.stop(workload=workload, by=engine.user)
    for _ in range(6):
        engine.sync(slug)
        engine.pass_time(60)
    assert engine.fresh(workload).is_final or workload.state == State.STOPPED
    assert all(interval.ended_at >= interval.started_at for interval in workload.usage.all() if interval.ended_at)
    assert workload.cost_closed >= 0


@each
@pytest.mark.parametrize("fault", KINDS)
def test_no_trouble_breaks_a_round(engine: Engine, slug: str, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    workload = engine.launch(sample(slug))
    engine.sync(slug)
    engine.pass_time(600)
    engine.spoil(fault, slug, **({"seconds": 0.01} if fault == "latency" else {}))
    with caplog.at_level(logging.ERROR):
        engine.sync(slug)
        other = engine.launch(sample(slug))
        engine.wait_here(120)
        engine.sync(slug)
    assert [record.message for record in caplog.records if record.exc_info] == []
    assert engine.fresh(workload).state in (*BEGUN, State.SUCCEEDED)
    assert len([row for row in engine.resources() if other.token in str(row)]) <= 1
