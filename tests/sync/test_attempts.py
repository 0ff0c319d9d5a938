"""A provider's own tries, as attempts on one timeline: seen one by one, all at once, and what each cost."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from gpuconsole.workloads import services
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.contract.samples import sample
from tests.sync.bench import Engine


def job(retries: int = 2, **variables: str) -> dict[str, Any]:
    spec = copy.deepcopy(sample("otoy")) | {"gpu_count": 1, "max_retry_count": retries}
    spec["parameters"]["parameters"]["env"] = variables
    return spec


def launched(engine: Engine, spec: dict[str, Any], **asked: Any) -> Workload:
    row = engine.launch(spec, **asked)
    engine.sync("otoy")
    return engine.fresh(row)


def go_on(engine: Engine, row: Workload, *, until: str, step_s: float = 30) -> Workload:
    for _ in range(400):
        if engine.fresh(row).state == until:
            return row
        engine.pass_time(step_s)
        engine.sync("otoy")
    raise AssertionError(f"never {until}: {row.state}, {row.phases}")


def told(row: Workload) -> list[tuple[int, str, list[str]]]:
    return [(one["attempt"], one["end"], [span[0] for span in one["spans"]]) for one in row.phases]


def test_a_try_that_failed_and_the_next_are_two_attempts(engine: Engine) -> None:
    row = go_on(engine, launched(engine, job(SIM_FAIL_FIRST="1", SIM_RUN_S="100")), until=State.SUCCEEDED)
    assert row.attempt == 2
    assert [(number, end) for number, end, _ in told(row)] == [(1, "failed"), (2, "succeeded")]
    assert all(spans[-1] == "running" for _, _, spans in told(row))
    assert [one.attempt for one in row.usage.order_by("id")] == [1, 2]
    assert all(one.billed_s and 90 <= one.billed_s <= 115 for one in row.usage.all())
    assert "Attempt 1 failed; OTOY tries again" in engine.texts(row)


def test_tries_that_came_and_went_between_two_looks_are_told_and_counted(engine: Engine) -> None:
    row = launched(engine, job(SIM_FAIL_FIRST="2", SIM_RUN_S="100"))
    engine.pass_time(3 * 3600)
    engine.sync("otoy")
    assert engine.fresh(row).state == State.SUCCEEDED
    assert [(number, end) for number, end, _ in told(row)] == [(1, "failed"), (2, "failed"), (3, "succeeded")]
    assert [spans for _, _, spans in told(row)][1] == ["queued", "running"]
    assert [one.attempt for one in row.usage.order_by("id")] == [1, 2, 3]
    assert row.cost_closed == pytest.approx(Decimal("0.35") / 3600 * 3 * 104, rel=Decimal("0.1"))


def test_the_last_failure_ends_the_workload_and_says_why(engine: Engine) -> None:
    row = go_on(engine, launched(engine, job(1, SIM_EXIT_CODE="3", SIM_RUN_S="60")), until=State.FAILED)
    assert [(number, end) for number, end, _ in told(row)] == [(1, "failed"), (2, "failed")]
    engine.wait_here(30)
    engine.sync("otoy")
    assert engine.fresh(row).reason_code == ReasonCode.GPU_ERROR
    assert "CUDA error" in row.evidence["text"]
    assert row.ended_at is not None


def test_a_look_that_brings_nothing_new_opens_no_attempt(engine: Engine) -> None:
    row = go_on(engine, launched(engine, job(SIM_FAIL_FIRST="1", SIM_RUN_S="900")), until=State.RUNNING)
    while row.attempt < 2 or row.state != State.RUNNING:
        engine.pass_time(30)
        engine.sync("otoy")
        engine.fresh(row)
    before = row.events.count()
    for _ in range(3):
        engine.pass_time(5)
        engine.sync("otoy")
    assert (engine.fresh(row).attempt, row.events.count()) == (2, before)


def test_an_end_that_is_asked_for_opens_no_attempt(engine: Engine) -> None:
    row = go_on(engine, launched(engine, job(SIM_RUN_S="infinity")), until=State.RUNNING)
    services.stop(workload=row, by=engine.user)
    row = go_on(engine, row, until=State.CANCELLED, step_s=10)
    assert told(row)[-1][:2] == (1, "cancelled")


def test_a_larger_node_than_asked_for_is_charged_and_told(engine: Engine) -> None:
    """One GPU was asked for; the only nodes there have six, at the price of six (reference, quirk 3)."""
    spec = job(0, SIM_RUN_S="infinity") | {"gpu_name": "NVIDIA RTX 5090", "allowed_region_codes": ["us-east-2"]}
    spec |= {"cpu_count": 1, "min_ram_gb": 1, "min_vram_gb": 1, "min_storage_gb": 1}
    row = launched(engine, spec)
    Workload.objects.filter(pk=row.pk).update(hourly_price=Decimal("0.69"), reserved=Decimal("0.69"))
    row = go_on(engine, row, until=State.RUNNING)
    assert row.hourly_price == Decimal("4.14")
    assert row.reserved == Decimal("4.14")
    assert row.usage.get().hourly_price == Decimal("4.14")
    warning = row.events.get(kind=EventKind.WARNING).text
    assert warning == "OTOY charges $4.14 per hour for the hardware that it gave, not $0.69 per hour as estimated"
    assert "4.14 USD per hour" in row.parts[0]["text"]
