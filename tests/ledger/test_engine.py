"""The same over the whole engine: real HTTP, rounds that are lost, workers that come late; row by row in PostgreSQL."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from gpuconsole.projects import budgets
from gpuconsole.simulator.server import serve
from gpuconsole.workloads import services, spending
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import Kind, State
from tests.contract.samples import sample
from tests.ledger.test_lives import baseten_job, otoy_job

if TYPE_CHECKING:
    from tests.sync.bench import Engine

STEPS = st.lists(
    st.tuples(st.integers(5, 5000), st.sampled_from(("look", "lost", "trouble", "act"))), min_size=2, max_size=6
)
FEW = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SPECS: dict[str, dict[str, Any]] = {
    "baseten": copy.deepcopy(sample("baseten")) | {"training_job": baseten_job(3000, 2)},
    "cortecs": sample("cortecs") | {"num_workers": 3},
    "novita": sample("novita") | {"diskSize": 200},
    "otoy": otoy_job("BATCH", 2000, 4, 1, nodes=3),
}
TELLS_STARTS = frozenset({"cortecs", "otoy"})
"""The others have to be seen when they come up, as a steady sync sees them."""


@pytest.fixture
def engine(db: None, settings: Settings) -> Iterator[Engine]:
    from tests.sync.bench import engine_at  # noqa: PLC0415 (models can be imported once Django is set up)

    with serve() as served:
        settings.SIMULATOR_URL = served.url
        with engine_at(served.url) as made:
            yield made


@pytest.mark.parametrize("slug", SPECS)
@FEW
@given(steps=STEPS)
def test_what_we_counted_is_on_the_invoice(engine: Engine, slug: str, steps: list[tuple[int, str]]) -> None:
    row = engine.launch(SPECS[slug])
    watch(engine, slug, 0 if slug in TELLS_STARTS else 240)
    for gap_s, step in steps:
        go_on(engine, slug, gap_s, step)
        if step == "act":
            act(engine, row, slug)
    end(engine, row, slug)
    lines = engine.far.get("/_sim/invoice", params={"provider": slug}).raise_for_status().json()["lines"]
    billed = sum(Decimal(line["amount"]) for line in lines if line["resource_id"] == row.remote_id)
    assert abs(row.cost_closed - billed) <= (Decimal("0.01") if slug == "novita" else 0), (row.cost_closed, lines)
    pieces = list(row.usage.all())
    assert sum((piece.cost or 0 for piece in pieces), Decimal(0)) == row.cost_closed
    assert_months_add_up(engine, row)


def go_on(engine: Engine, slug: str, seconds: float, step: str = "look") -> None:
    """Let time pass in steps that a steady sync would take, unless its rounds are lost or fail."""
    if step == "trouble":
        engine.spoil("502", slug, count=2)
    for _ in range(1 if step == "lost" else 3):
        engine.pass_time(seconds if step == "lost" else seconds / 3)
        if step != "lost":
            engine.sync(slug)
    engine.heal()


def act(engine: Engine, row: Workload, slug: str) -> None:
    """Put it to rest, or wake it."""
    engine.fresh(row)
    if row.kind == Kind.INSTANCE and row.state in (State.STARTING, State.RUNNING):
        services.stop(workload=row, by=engine.user)
    elif row.kind == Kind.INSTANCE and row.state == State.STOPPED:
        services.start(workload=row, by=engine.user)
    watch(engine, slug, 60)


def end(engine: Engine, row: Workload, slug: str) -> None:
    engine.sync(slug)
    if not engine.fresh(row).is_final:
        services.terminate(workload=row, by=engine.user)
    for _ in range(60):
        engine.sync(slug)
        if engine.fresh(row).is_final:
            return
        engine.pass_time(5)
    raise AssertionError(f"never ended: {row.state}")


def watch(engine: Engine, slug: str, seconds: int) -> None:
    """As often as what is in transition is looked at."""
    engine.sync(slug)
    for _ in range(seconds // 4):
        engine.pass_time(4)
        engine.sync(slug)


def assert_months_add_up(engine: Engine, row: Workload) -> None:
    """Cut into the months of any zone, what was spent is what all of it cost."""
    cost = sum(one.cost_closed for one in row.project.workloads.all())
    intervals, now = UsageInterval.objects.filter(project=row.project), row.created_at + 2 * engine.ahead
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        month, found = budgets.month_of(row.project.created_at, zone), Decimal(0)
        while month.start <= now:
            spent = spending.spent_by_project(intervals, month.start, month.end, now)
            found += sum((sum(by_currency.values()) for by_currency in spent.values()), Decimal(0))
            month = budgets.month_of(month.end, zone)
        assert abs(found - cost) < Decimal("0.0001")
