"""Whatever a workload goes through, our ledger is its provider's invoice: random lives, by each provider's rule.

They begin around the ends of months and years, leap days and the hours in which clocks are put forward or back; looks
are late or left out, the provider's clock may be minutes off, prices jump behind the launch's back, tries fail.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.workloads.bill import stretches
from tests.contract.samples import sample
from tests.ledger.lives import Life, born

EDGES = (
    datetime(2027, 1, 31, 23, 20, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 20, tzinfo=UTC),  # into a leap day
    datetime(2028, 2, 29, 23, 20, tzinfo=UTC),
    datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # Berlin's clocks go forward
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # and back
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # New York's
)
MOMENTS = st.builds(
    lambda edge, ms: edge + timedelta(milliseconds=ms), st.sampled_from(EDGES), st.integers(0, 3_600_000)
)
GAPS = st.one_of(st.integers(1, 90), st.integers(90, 4000), st.integers(20_000, 200_000))
SKEWS = st.sampled_from((0, 0, 0, -290, -61, 45, 290))
LOOKS = st.lists(st.tuples(GAPS, st.sampled_from(("look", "look", "look", "miss", "jump"))), max_size=12)
ACTS = st.lists(
    st.tuples(GAPS, st.sampled_from(("look", "look", "miss", "jump", "stop", "stop", "start", "start"))), max_size=14
)
CALM = settings(max_examples=20, deadline=None)


def follow(life: Life, steps: list[tuple[int, str]]) -> None:
    """Let time pass, and do the steps: look, look away, jump prices, act."""
    for gap_s, step in steps:
        life.pass_time(gap_s)
        if step == "look" and not life.row.is_final:
            life.look()
        elif step == "jump":
            life.jump(1.5)
        elif step in ("stop", "start", "restart"):
            life.act(step)
            life.look()


def otoy_job(task: str, run_s: int, retries: int, fails: int, nodes: int = 1) -> dict[str, Any]:
    job = copy.deepcopy(sample("otoy")) | {"task": task, "gpu_count": 1, "max_node_count": nodes}
    job |= {"max_retry_count": retries, "max_timeout_run_ms": None if task == "PERSISTENT" else 86_400_000}
    job["parameters"]["parameters"]["env"] = {"SIM_FAIL_FIRST": str(fails), "SIM_RUN_S": str(run_s)}
    return job


@CALM
@given(
    at=MOMENTS,
    steps=LOOKS,
    skew_s=SKEWS,
    run_s=st.integers(1, 90_000),
    tries=st.tuples(st.integers(0, 4), st.integers(0, 3)),
    nodes=st.integers(1, 5),
)
def test_otoy_each_node_of_each_try_by_its_exact_time(
    at: datetime, steps: list[tuple[int, str]], skew_s: int, run_s: int, tries: tuple[int, int], nodes: int
) -> None:
    life = born("otoy", at, skew_s=skew_s, **otoy_job("BATCH", run_s, *tries, nodes))
    follow(life, steps)
    if skew_s == 0 and not life.row.is_final:
        life.look()
        assert life.cost() == life.invoice()  # while it runs, too
    life.finish()
    life.check_ledger()
    assert life.row.cost_closed == life.invoice()


@CALM
@given(at=MOMENTS, steps=LOOKS, skew_s=SKEWS, nodes=st.integers(1, 5))
def test_otoy_persistent_jobs_by_started_hours_of_each_node(
    at: datetime, steps: list[tuple[int, str]], skew_s: int, nodes: int
) -> None:
    life = born("otoy", at, skew_s=skew_s, **otoy_job("PERSISTENT", 10**7, 0, 0, nodes))
    follow(life, steps)
    life.finish()
    life.check_ledger()
    assert life.row.cost_closed == life.invoice()


@CALM
@given(
    at=MOMENTS,
    steps=ACTS,
    skew_s=SKEWS,
    interval=st.sampled_from(("per_minute", "per_hour")),
    workers=st.integers(1, 8),
)
def test_cortecs_each_run_by_started_minutes_or_hours_of_all_workers(
    at: datetime, steps: list[tuple[int, str]], skew_s: int, interval: str, workers: int
) -> None:
    life = born("cortecs", at, skew_s=skew_s, billing_interval=interval, num_workers=workers)
    follow(life, steps)
    life.finish()
    life.check_ledger()
    assert life.row.cost_closed == life.invoice()


@CALM
@given(
    at=MOMENTS,
    steps=LOOKS,
    skew_s=SKEWS,
    run_s=st.integers(1, 90_000),
    nodes=st.integers(1, 4),
    retries=st.integers(0, 2),
)
def test_baseten_each_job_by_started_minutes_of_all_nodes(
    at: datetime, steps: list[tuple[int, str]], skew_s: int, run_s: int, nodes: int, retries: int
) -> None:
    life = born("baseten", at, skew_s=skew_s, training_job=baseten_job(run_s, nodes))
    follow(life, steps)
    life.finish()
    for _ in range(retries if life.row.state in ("failed", "cancelled") else 0):
        life.retry()
        follow(life, steps)
        life.finish()
    life.check_ledger()
    if life.seen_up >= {charge.resource_id for charge in life.charges()}:
        assert life.unsure() == 0
    if life.seen_up >= {charge.resource_id for charge in life.charges()}:
        assert life.row.cost_closed == life.invoice()
    else:  # it tells no start: a run that nobody saw is counted from the look before, and told to be an estimate
        assert life.unsure() > 0
        assert abs(life.row.cost_closed - life.invoice()) <= life.unsure()
        assert life.row.cost_closed >= life.invoice() or skew_s < 0


def baseten_job(run_s: int, nodes: int) -> dict[str, Any]:
    job: dict[str, Any] = copy.deepcopy(sample("baseten"))["training_job"]
    job["runtime"]["start_commands"] = [f"sleep {run_s}"]
    job["compute"]["node_count"] = nodes
    return job


@CALM
@given(at=MOMENTS, steps=LOOKS, skew_s=SKEWS)
def test_fireworks_time_is_counted_though_nobody_knows_its_price(
    at: datetime, steps: list[tuple[int, str]], skew_s: int
) -> None:
    life = born("fireworks", at, skew_s=skew_s)
    follow(life, steps)
    life.finish()
    life.check_ledger()
    assert life.row.billed_closed_s == sum((charge.seconds(2**40) for charge in life.charges()), Decimal(0))


@CALM
@given(
    at=MOMENTS,
    acts=st.lists(st.tuples(GAPS, st.sampled_from(("look", "jump", "stop", "start", "restart", "grow"))), max_size=8),
    gpus=st.integers(1, 8),
    disk_gb=st.sampled_from((0, 0, 40, 1000)),
)
def test_novita_by_the_second_from_pulling_and_its_disks_while_it_is_off(
    at: datetime, acts: list[tuple[int, str]], gpus: int, disk_gb: int
) -> None:
    """Novita tells no moment of pulling and whole seconds of the rest: looked at closely, it is right to the cent."""
    life = born("novita", at, gpuNum=gpus, diskSize=disk_gb, rootfsSize=60)
    for gap_s, act in acts:
        watch(life, gap_s)
        if act == "jump":
            life.jump(0.5)
        elif act == "grow":
            life.grow(40)
            life.look()
        elif act != "look":
            life.act(act)
            life.look()
    watch(life, 1)
    life.act("end")
    life.look()
    watch(life, 600)
    assert life.row.is_final
    life.check_ledger()
    second = (life.row.hourly_price or Decimal(0)) / 3600
    assert abs(life.row.cost_closed - life.invoice()) <= second * len(stretches(life.pieces, life.now))
    at_rest = {piece.tariff for piece in life.pieces if piece.state == "stopped"}
    assert at_rest <= ({"rest"} if disk_gb or any(act == "grow" for _, act in acts) else set())


def test_novita_a_bill_that_began_unseen_is_told_to_be_an_estimate() -> None:
    life = born("novita", EDGES[0], gpuNum=1, diskSize=0, rootfsSize=60)
    life.look()
    life.pass_time(600)  # it pulls and comes up meanwhile, and tells only when it was up
    life.look()
    life.finish()
    life.check_ledger()
    assert 0 < life.invoice() - life.row.cost_closed <= life.unsure()


def watch(life: Life, seconds: float) -> None:
    """Let time pass, with a look at each new status and at the end."""
    resource = life.world.resource("novita", life.row.remote_id)
    assert isinstance(resource, Instance)
    begin = life.world.now()
    for moment, _ in resource.steps(begin + seconds):
        if moment > begin:
            life.pass_time(round(moment - life.world.now(), 3))
            life.look()
    life.pass_time(max(0, begin + seconds - life.world.now()))
    life.look()
