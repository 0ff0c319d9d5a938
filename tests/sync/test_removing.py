"""The record of ended work is deleted at its provider: after its output came, and confirmed by its absence."""

import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.workloads import logs, services
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.contract.test_changes import DELETABLE
from tests.sync.bench import Engine


def on(engine: Engine, row: Workload, seconds: float = 0) -> Workload:
    engine.pass_time(seconds)
    engine.sync(row.provider)
    return engine.fresh(row)


def ended(engine: Engine, slug: str = "baseten") -> Workload:
    row = engine.launch(None if slug == "baseten" else sample(slug))
    for _ in range(60):
        if on(engine, row, 15).state == State.RUNNING:
            break
    services.stop(workload=row, by=engine.user)
    for _ in range(20):
        if on(engine, row, 10).is_final:
            return row
    raise AssertionError(f"never ended: {row.state}, {row.remote_status}")


def gone(engine: Engine, row: Workload) -> Workload:
    for _ in range(20):
        if on(engine, row, 10).removed_at is not None:
            return row
    raise AssertionError(engine.texts(row))


@pytest.mark.parametrize("slug", DELETABLE)
def test_it_is_gone_there_and_stays_here_with_its_log(engine: Engine, slug: str) -> None:
    row = ended(engine, slug)
    state, cost = row.state, row.cost_closed
    services.delete(workload=row, by=engine.user)
    gone(engine, row)
    assert (row.state, row.cost_closed, row.intent, row.due_at) == (state, cost, Intent.NONE, None)
    assert row.is_log_complete
    assert logs.tail(row).text
    assert engine.texts(row)[-1].endswith("no longer lists it: removed at the provider")
    assert len(engine.calls("", "DELETE")) == 1
    seen = len(engine.texts(row))
    for _ in range(5):
        on(engine, row, 60)
    assert (row.state, len(engine.texts(row))) == (state, seen), "never taken for lost"


def test_its_output_is_fetched_before_it_goes(engine: Engine) -> None:
    row = ended(engine)
    assert not row.is_output_complete
    services.delete(workload=row, by=engine.user)
    on(engine, row)
    assert engine.calls("", "DELETE") == []
    gone(engine, row)
    last_log = max(call["at"] for call in engine.calls("/logs", "GET"))
    assert engine.calls("", "DELETE")[0]["at"] >= last_log


def test_it_is_not_said_to_be_gone_while_the_provider_lists_it(engine: Engine) -> None:
    row = ended(engine, "fireworks")
    engine.spoil("zombie", "fireworks")
    services.delete(workload=row, by=engine.user)
    for _ in range(20):
        on(engine, row, 15)
    assert row.removed_at is None
    assert row.intent == Intent.DELETE
    assert len(engine.calls("", "DELETE")) > 1
    engine.heal()
    gone(engine, row)


def test_a_provider_in_trouble_is_asked_again(engine: Engine) -> None:
    row = ended(engine)
    engine.spoil("500", "baseten", match="DELETE ", count=1)
    services.delete(workload=row, by=engine.user)
    gone(engine, row)


def test_what_is_gone_already_is_no_error(engine: Engine) -> None:
    row = ended(engine)
    for _ in range(10):
        on(engine, row, 15)
    engine.spoil("vanish", "baseten")
    services.delete(workload=row, by=engine.user)
    gone(engine, row)


def test_a_retry_of_what_is_gone_is_a_launch_of_its_own(engine: Engine) -> None:
    row = ended(engine)
    assert Feature.RETRY in registry.get(row.provider).features
    services.delete(workload=row, by=engine.user)
    again = services.retry(workload=row, by=engine.user)
    assert again.pk != row.pk
    gone(engine, row)
    assert services.retry(workload=row, by=engine.user).pk == again.pk
