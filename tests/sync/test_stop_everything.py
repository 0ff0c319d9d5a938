"""Stop everything at all five providers: each end is confirmed by its provider, and what does not die is told."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from gpuconsole.providers import registry
from gpuconsole.workloads import services as workloads
from gpuconsole.workloads.halts import progress, services
from gpuconsole.workloads.halts.progress import Progress, Step, Summary
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.models import Halt, HaltEntry, HaltScope, InstanceEnd, Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.sync.bench import Engine


def launched(engine: Engine, slug: str, **asked: Any) -> Workload:
    return engine.launch(sample(slug), name=slug, stop_after_s=86_400, **asked)


def go_on(engine: Engine, *slugs: str, rounds: int = 6, seconds: float = 40) -> None:
    """Let time pass at all of them, with a round of each connection."""
    for _ in range(rounds):
        engine.pass_time(seconds)
        for slug in slugs or registry.SLUGS:
            engine.sync(slug)


def press(engine: Engine, instances: InstanceEnd = InstanceEnd.TERMINATE, **how: Any) -> Halt:
    reach = Reach(HaltScope.TEAM, engine.team)
    return services.stop_everything(reach=reach, by=engine.user, instances=instances, **how)


def told(halt: Halt) -> tuple[dict[str, Progress], Summary]:
    """Each entry by its workload's provider, and the whole."""
    entries = list(progress.readable(HaltEntry.objects.filter(halt=halt)))
    found = {entry.workload.provider: progress.of(entry) for entry in entries if entry.workload}
    return found, progress.summary(halt, entries)


def test_all_five_are_ended_and_the_one_that_does_not_die_is_told(engine: Engine) -> None:
    rows = {slug: launched(engine, slug) for slug in registry.SLUGS}
    go_on(engine)
    up = {slug: engine.fresh(row).state for slug, row in rows.items()}
    assert set(up.values()) <= {State.RUNNING, State.STARTING, State.QUEUED}, up
    engine.spoil("zombie", "baseten")
    late = launched(engine, "otoy")

    halt = press(engine)
    assert engine.fresh(late).state == State.CANCELLED
    go_on(engine)

    by_slug, summary = told(halt)
    zombie = by_slug.pop("baseten")
    assert {one.step for one in by_slug.values()} == {Step.CONFIRMED}, by_slug
    assert zombie.step is Step.ACCEPTED and "still says" in zombie.text and "tries" in zombie.text
    assert (summary.total, summary.confirmed, summary.left, summary.took(halt)) == (6, 5, 1, None)
    assert set(summary.open.hourly) <= {"USD"} and summary.open == summary.now
    with pytest.raises(SystemExit) as ended:
        call_command("stop_everything", scope="team", yes=True, timeout=0, stdout=(said := StringIO()))
    assert ended.value.code == 1
    assert "NOT CONFIRMED  baseten: accepted." in said.getvalue()

    engine.heal()
    services.ask_again(halt=halt, by=engine.user)
    go_on(engine, "baseten", rounds=3)

    by_slug, summary = told(halt)
    assert (by_slug["baseten"].step, summary.left, summary.now.hourly) == (Step.CONFIRMED, 0, {})
    assert summary.took(halt) is not None
    assert not Workload.objects.not_ended().exists()


def test_what_its_provider_refuses_to_end_says_so_in_its_words_and_is_asked_on(engine: Engine) -> None:
    job = launched(engine, "baseten")
    go_on(engine, "baseten")
    engine.spoil("no_credit", match="/stop", count=2)

    halt = press(engine)
    go_on(engine, "baseten", rounds=1)
    refused, summary = told(halt)[0]["baseten"], told(halt)[1]
    assert refused.step is Step.REFUSED and summary.stuck == 1
    said = engine.fresh(job).intent_error
    assert said and f"Baseten refuses: {said} 1 try; the next at" in refused.text

    go_on(engine, "baseten")
    assert told(halt)[0]["baseten"].step is Step.CONFIRMED


def test_instances_at_rest_are_confirmed_too_and_what_they_keep_goes_on_costing(engine: Engine) -> None:
    machine, waking = launched(engine, "novita"), launched(engine, "cortecs")
    go_on(engine, "novita", "cortecs", rounds=12)
    assert (engine.fresh(machine).state, engine.fresh(waking).state) == (State.RUNNING, State.RUNNING)
    workloads.stop(workload=waking, by=engine.user)
    go_on(engine, "cortecs", rounds=2)
    assert engine.fresh(waking).state == State.STOPPED
    workloads.start(workload=waking, by=engine.user)  # and taken back before it was asked for

    halt = press(engine, InstanceEnd.STOP)
    go_on(engine, "novita", "cortecs")

    by_slug, summary = told(halt)
    assert {one.step for one in by_slug.values()} == {Step.CONFIRMED}, by_slug
    assert (engine.fresh(machine).state, engine.fresh(waking).state) == (State.STOPPED, State.STOPPED)
    assert summary.now.hourly.get("USD", Decimal(0)) == (machine.hourly_now or 0)
    assert summary.saved.hourly["USD"] == summary.before.hourly["USD"] - summary.now.hourly.get("USD", Decimal(0))


def test_a_launch_whose_answer_was_lost_is_ended_once_it_is_found(engine: Engine) -> None:
    engine.spoil("dropped_after", match="/jobs", count=1)
    row = engine.launch(name="lost")
    engine.sync()
    assert engine.fresh(row).remote_id == ""
    engine.heal()

    halt = press(engine)
    assert told(halt)[0]["baseten"].step is Step.LOOKING
    go_on(engine, "baseten", rounds=8)

    assert told(halt)[0]["baseten"].step is Step.CONFIRMED
    assert len(engine.resources()) == 1


def test_the_command_waits_and_says_each_step(engine: Engine) -> None:
    launched(engine, "baseten")
    call_command("stop_everything", scope="team", yes=True, timeout=5, stdout=(said := StringIO()))
    assert "Confirmed  baseten  Cancelled before it was sent." in said.getvalue()
    assert "Confirmed: 1 of 1" in said.getvalue()
    call_command("stop_everything", scope="team", yes=True, stdout=(said := StringIO()))
    assert "Nothing runs here" in said.getvalue()
