"""What a provider stops listing: lost after three readings over two minutes, for every provider, and found again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.notify.models import News
from gpuconsole.providers import registry
from gpuconsole.workloads import figures, lists, services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.contract.samples import sample
from tests.sync.bench import Engine

each = pytest.mark.parametrize("slug", registry.SLUGS)
LIVE = (State.QUEUED, State.STARTING, State.RUNNING)


def vanished(engine: Engine, slug: str) -> Workload:
    """Launched, seen, and then listed no more."""
    row = engine.launch(sample(slug))
    engine.sync(slug)
    assert engine.fresh(row).state in LIVE
    engine.spoil("vanish", slug, match=row.remote_id)
    return row


def look(engine: Engine, slug: str, *waits_s: float) -> None:
    for seconds in waits_s:
        engine.wait_here(seconds)
        engine.sync(slug)


@each
def test_it_takes_three_agreeing_readings_over_two_minutes(engine: Engine, slug: str) -> None:
    row = vanished(engine, slug)
    look(engine, slug, 15, 15, 15, 60)
    assert engine.fresh(row).state in LIVE
    look(engine, slug, 60)
    assert (engine.fresh(row).state, row.reason_code) == (State.LOST, ReasonCode.GONE)
    told = News.objects.get()
    assert (told.occasion, told.workload_id) == ("lost", row.pk)


@each
def test_it_is_found_again_by_itself_and_goes_on(engine: Engine, slug: str) -> None:
    row = vanished(engine, slug)
    look(engine, slug, 15, 60, 65)
    assert engine.fresh(row).state == State.LOST
    engine.heal()
    look(engine, slug, 15)
    assert (engine.fresh(row).state in LIVE, row.missing_count, row.reason_code) == (True, 0, "")
    [gone, found] = row.events.filter(text__regex="no longer lists it|Found again").order_by("id")
    assert found.text == f"Found again at {registry.get(slug).name}"
    assert found.at > gone.at, "when it was found, and not when it had started"
    assert News.objects.count() == 1


@each
def test_an_end_that_was_asked_for_is_confirmed_by_its_absence(engine: Engine, slug: str) -> None:
    row = vanished(engine, slug)
    services.terminate(workload=engine.fresh(row), by=engine.user)
    look(engine, slug, 5, 15, 60)
    assert engine.fresh(row).state == State.STOPPING  # a "not found" alone is no proof
    look(engine, slug, 65, 65)
    assert engine.fresh(row).state == State.CANCELLED
    assert any(text.endswith("the end is confirmed") for text in engine.texts(row))


@each
def test_an_end_of_what_only_seemed_gone_is_asked_for_again(engine: Engine, slug: str) -> None:
    row = vanished(engine, slug)
    services.terminate(workload=engine.fresh(row), by=engine.user)
    look(engine, slug, 5, 15)
    engine.heal()
    look(engine, slug, 60)
    engine.pass_time(300)
    look(engine, slug, 65, 65)
    assert engine.fresh(row).state == State.CANCELLED


def test_while_it_is_lost_its_meter_runs_and_is_shown_as_a_maybe(engine: Engine) -> None:
    row = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.pass_time(300)
    engine.sync()
    engine.spoil("vanish", match=engine.fresh(row).remote_id)
    look(engine, "baseten", 15, 60, 65)
    assert (engine.fresh(row).state, row.billed_since is not None) == (State.LOST, True)
    now = timezone.now() + engine.ahead
    cost = next(figure for figure in figures.of(row, now) if "cost" in figure.label.lower())
    assert (cost.label, cost.note.startswith("it may be costing $")) == ("May have cost", True)
    assert lists.late_words(row, now) == ""
    assert row.hourly_now is not None and row.hourly_now > Decimal(0)
    assert "It may be costing $" in News.objects.get().text
