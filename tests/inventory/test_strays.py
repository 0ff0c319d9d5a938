"""Strays of all five providers: seen twice before they are shown, with price and mark, and never a launch of ours."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.inventory import services
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed, InventoryReading, Mark
from gpuconsole.notify.models import News
from gpuconsole.providers import registry
from gpuconsole.workloads import services as work
from gpuconsole.workloads import tokens
from gpuconsole.workloads.decisions import services as decisions
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.factories_workloads import make_lab
from tests.inventory.far import THEIRS, launch_elsewhere, look, shown
from tests.sync.bench import Engine

PRICED = {
    "baseten": (Decimal("12.9996"), "USD", True),
    "cortecs": (Decimal("2.4"), "EUR", True),
    "fireworks": (None, "USD", False),
    "novita": (Decimal("0.7"), "USD", True),
    "otoy": (Decimal("0.7"), "USD", False),
}
"""Of the sample that runs: per hour, whether it is the catalogue's price. Nobody tells one of Fireworks' pools."""


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_what_nobody_here_launched_is_shown_after_two_looks(engine: Engine, slug: str) -> None:
    ours = engine.launch(sample(slug), stop_after_s=7200)
    engine.sync(slug)
    theirs = launch_elsewhere(engine, slug)
    engine.pass_time(600)
    engine.sync(slug)
    assert shown() == []
    look(engine, slug, after_s=31)
    [found] = shown()
    assert (found.kind, found.state, found.remote_id) == (FindingKind.STRAY, FindingState.OPEN, theirs.id)
    assert (found.mark, found.workload) == (Mark.NONE, None)
    assert (found.hourly_now, found.currency, found.is_estimated) == PRICED[slug]
    assert found.said_started_at is not None and found.remote and found.remote_status
    look(engine, slug, 2)
    assert [one.pk for one in shown()] == [found.pk], "nothing else differs, and ours is explained"
    assert engine.fresh(ours).state == State.RUNNING


@pytest.mark.parametrize("slug", [slug for slug in registry.SLUGS if registry.get(slug).keeps_token])
def test_the_mark_tells_another_console_and_raises_no_alarm(engine: Engine, slug: str) -> None:
    launch_elsewhere(engine, slug, THEIRS)
    engine.pass_time(600)
    look(engine, slug, 2)
    [found] = shown()
    assert (found.mark, found.deployment) == (Mark.OTHER, "0the")
    assert not News.objects.exists()
    assert Finding.objects.standing().count() == 1
    assert not Finding.objects.alarming(timezone.now()).exists()


def test_a_mark_of_ours_without_a_record_is_told_with_its_token(engine: Engine) -> None:
    token = tokens.new_token()
    launch_elsewhere(engine, "baseten", token)
    look(engine, times=2)
    [found] = shown()
    assert (found.mark, found.token, found.name) == (Mark.UNKNOWN, token, "gpt-oss-job")


def test_of_many_strays_one_piece_of_news_goes_out(engine: Engine) -> None:
    ids = {launch_elsewhere(engine, "baseten").id for _ in range(3)}
    engine.pass_time(600)
    look(engine, times=3)
    [told] = News.objects.all()
    assert told.project is None, "nobody knows whose they are: the team hears of it"
    assert (told.occasion, told.subject, told.path) == ("stray", "3 strays on baseten", "/reconcile/?kind=stray")
    assert {one["provider_id"] for one in told.facts["findings"]} == ids


def test_the_first_of_what_was_sent_again_is_named_when_it_turns_up(engine: Engine) -> None:
    job = engine.launch()
    first = job.token
    engine.spoil("dropped_after", match="POST /v1/training_projects/", count=1)
    engine.sync()
    engine.spoil("vanish", match=engine.resources()[0]["id"])
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    decisions.send_again(workload=engine.fresh(job), by=engine.user)
    engine.sync()
    engine.heal()
    look(engine, times=2)
    [found] = shown()
    assert (found.mark, found.token, found.workload) == (Mark.OURS, first, job)
    assert found.remote_id != engine.fresh(job).remote_id != ""


def test_an_unchanged_account_writes_no_finding_and_asks_a_constant_number_of_queries(engine: Engine) -> None:
    for _ in range(3):
        launch_elsewhere(engine, "baseten")
    engine.pass_time(600)
    look(engine, times=3)
    with CaptureQueriesContext(database) as few:
        look(engine)
    for _ in range(20):
        launch_elsewhere(engine, "baseten")
    engine.pass_time(600)
    look(engine, times=3)
    before = list(Finding.objects.values())
    with CaptureQueriesContext(database) as many:
        look(engine)
    assert list(Finding.objects.values()) == before
    assert not [one["sql"] for one in many if 'UPDATE "inventory_finding"' in one["sql"]]
    assert len(many) == len(few)


def test_the_inventory_keeps_its_time_and_its_figures(engine: Engine) -> None:
    launch_elsewhere(engine, "baseten")
    engine.sync()
    reading = InventoryReading.objects.get()
    assert (reading.listed, reading.live) == (1, 1)
    look(engine, after_s=10)
    assert InventoryReading.objects.get().read_at == reading.read_at, "the second look comes after half a minute"
    look(engine, after_s=25)
    again = InventoryReading.objects.get().read_at
    assert again > reading.read_at
    look(engine, after_s=200)
    assert InventoryReading.objects.get().read_at == again, "then every five minutes"
    services.check_now(connection=engine.connect("baseten"), by=engine.user)
    engine.sync()
    assert InventoryReading.objects.get().read_at > again, "and at once when somebody asks"


def test_a_launch_whose_answer_is_looked_for_is_no_stray(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_after", match="/jobs", count=1)
    engine.sync()
    engine.spoil("500", match="search")
    engine.sync()
    engine.heal()
    services.check_now(connection=engine.connect("baseten"), by=engine.user)
    look(engine, after_s=70)
    assert engine.fresh(job).remote_id
    assert not Finding.objects.exists()


def test_a_launch_without_a_token_is_no_stray_while_it_is_looked_for(engine: Engine) -> None:
    before = launch_elsewhere(engine, "cortecs")
    engine.launch(sample("cortecs"), stop_after_s=7200)
    engine.spoil("dropped_after", "cortecs", match="/start", count=1)
    engine.sync("cortecs")
    launch_elsewhere(engine, "cortecs")  # alike: nobody can tell the two apart
    look(engine, "cortecs", 2, after_s=40)
    assert [row.remote_id for row in Finding.objects.all()] == [before.id]


def test_what_was_given_up_and_runs_all_the_same_names_its_record(engine: Engine) -> None:
    job = given_up(engine)
    look(engine, times=2)
    [found] = shown()
    assert (found.mark, found.workload, found.token) == (Mark.OURS, job, job.token)
    assert News.objects.get(occasion="stray").project == job.project, "its webhook and its admins hear of it"
    assert found.hourly_price == job.hourly_price and not found.is_estimated, "as it was frozen at the launch"


def test_one_account_of_two_teams_makes_no_strays_of_each_others_work(engine: Engine) -> None:
    for slug in ("baseten", "cortecs"):
        engine.launch(sample(slug), stop_after_s=7200)
        engine.sync(slug)
    other = make_lab("other")
    strangers = Engine(engine.far, other.team, other.owner, other.project)
    for slug in ("baseten", "cortecs"):
        strangers.connect(slug)
        look(strangers, slug, 2)
    assert InventoryReading.objects.count() == 4 and not Finding.objects.exists()


def test_what_ends_by_itself_closes_with_a_word_how(engine: Engine) -> None:
    launch_elsewhere(engine, "baseten")
    look(engine, times=2)
    engine.pass_time(7 * 86_400)
    look(engine)
    [found] = shown()
    assert (found.state, found.how_closed) == (FindingState.CLOSED, HowClosed.ENDED)
    assert "TRAINING_JOB_COMPLETED" in found.proof


def test_what_is_listed_no_more_closes_after_two_looks(engine: Engine) -> None:
    theirs = launch_elsewhere(engine, "baseten")
    look(engine, times=2)
    engine.spoil("vanish", match=theirs.id)
    look(engine)
    assert shown()[0].state == FindingState.OPEN
    look(engine)
    assert shown()[0].how_closed == HowClosed.ENDED
    engine.heal()
    look(engine, times=2)
    assert [row.state for row in shown()] == [FindingState.CLOSED, FindingState.OPEN], "it is back, as another finding"


def test_what_is_ignored_comes_back_on_its_day_and_with_another_price(engine: Engine) -> None:
    launch_elsewhere(engine, "cortecs")
    engine.pass_time(600)
    look(engine, "cortecs", 2)
    [found] = shown()
    services.ignore(finding=found, by=engine.user, reason="A demo", until=timezone.now() + timedelta(days=30))
    look(engine, "cortecs")
    assert not Finding.objects.alarming(timezone.now()).exists()
    Finding.objects.update(ignored_price=Decimal(1))
    look(engine, "cortecs")
    assert shown()[0].state == FindingState.OPEN and "price has changed" in shown()[0].story[-1]["text"]
    services.ignore(finding=found, by=engine.user, reason="A demo", until=timezone.now() + timedelta(days=1))
    later = timezone.now() + timedelta(days=2)
    assert Finding.objects.alarming(later).exists() and shown()[0].state_at(later) == FindingState.OPEN
    look(engine, "cortecs", after_s=2 * 86_400)
    assert shown()[0].state == FindingState.OPEN


def given_up(engine: Engine) -> Workload:
    """A launch that was made and could not be seen for ten minutes, so that a person gave it up."""
    job = engine.launch()
    engine.spoil("dropped_after", match="/jobs", count=1)
    engine.sync()
    engine.spoil("vanish", match=engine.resources()[0]["id"])
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    work.stop(workload=engine.fresh(job), by=engine.user)
    engine.sync()
    engine.heal()
    assert engine.fresh(job).state == State.CANCELLED
    return job
