"""Launches whose answer is lost, refused or late: never sent twice, always found."""

import pytest
from pytest_django.fixtures import Settings

from gpuconsole.connections import credentials
from gpuconsole.providers import registry
from gpuconsole.workloads import services
from gpuconsole.workloads.states import ReasonCode, State
from tests.sync.bench import INSTANCE, Engine

CREATE = "POST /v1/training_projects/"


def test_a_launch_whose_answer_was_cut_off_is_found_by_its_token(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_after", match="/jobs", count=1)
    engine.sync()
    assert engine.fresh(job).state == State.SUBMITTING
    engine.sync()
    assert engine.fresh(job).state == State.QUEUED
    assert [row["id"] for row in engine.resources()] == [job.remote_id]
    assert len(engine.calls("/jobs")) == 1


def test_doubt_is_shown_while_it_is_looked_for(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_before", match=CREATE, count=1)
    engine.sync()
    engine.sync()
    assert engine.fresh(job).state == State.SUBMITTING
    assert job.reason_code == ReasonCode.UNCONFIRMED
    assert "The answer to the launch was lost; looking for it" in engine.texts(job)


def test_what_is_not_found_in_ten_minutes_is_left_to_a_person(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_before", match=CREATE, count=1)
    engine.sync()
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.SUBMITTING, ReasonCode.NOT_FOUND)
    assert engine.resources() == []


def test_what_turns_up_after_the_ten_minutes_is_adopted_all_the_same(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_after", match="/jobs", count=1)
    engine.sync()
    engine.spoil("vanish", match=engine.resources()[0]["id"])
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    engine.wait_here(301)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.SUBMITTING, ReasonCode.NOT_FOUND)
    assert engine.texts(job).count(str(ReasonCode.NOT_FOUND.label)) == 1
    engine.heal()
    engine.wait_here(301)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.QUEUED, "")
    assert job.remote_id == engine.resources()[0]["id"]


def test_after_a_day_it_is_looked_for_no_more(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_before", match=CREATE, count=1)
    engine.sync()
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    engine.wait_here(86_401)
    engine.sync()
    assert engine.fresh(job).due_at is None


def test_a_person_ends_what_was_never_found(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_before", match=CREATE, count=1)
    engine.sync()
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    services.stop(workload=engine.fresh(job), by=engine.user)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.CANCELLED, ReasonCode.NOT_FOUND)


def test_an_end_asked_in_doubt_is_carried_out_on_what_is_found(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_after", match="/jobs", count=1)
    engine.sync()
    services.stop(workload=engine.fresh(job), by=engine.user)
    engine.sync()
    engine.sync()
    assert engine.fresh(job).state == State.STOPPING
    engine.pass_time(60)
    engine.sync()
    assert engine.fresh(job).state == State.CANCELLED
    assert engine.resources()[0]["state"] == "TRAINING_JOB_STOPPED"


def test_a_server_error_after_sending_is_doubt_and_not_a_failure(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("500", match=CREATE, count=1)
    engine.sync()
    assert engine.fresh(job).state == State.SUBMITTING
    assert job.sending_at is not None


def test_too_many_requests_are_sent_again_when_the_provider_said(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("429", match=CREATE, count=1, retry_after=20)
    engine.sync()
    assert engine.fresh(job).sending_at is None
    engine.wait_here(10)
    engine.sync()
    assert engine.resources() == []
    engine.wait_here(30)
    engine.sync()
    assert engine.fresh(job).state == State.QUEUED
    assert len(engine.resources()) == 1


def test_a_provider_out_of_reach_gets_the_launch_later(engine: Engine, settings: Settings) -> None:
    job = engine.launch()
    address, settings.SIMULATOR_URL = settings.SIMULATOR_URL, "http://127.0.0.1:9"
    engine.sync()
    assert engine.fresh(job).state == State.SUBMITTING
    assert job.sending_at is None
    assert job.intent_error
    settings.SIMULATOR_URL = address
    engine.wait_here(70)
    engine.sync()
    assert engine.fresh(job).state == State.QUEUED


def test_what_cannot_be_sent_for_an_hour_fails(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("429", match=CREATE)
    engine.sync()
    engine.wait_here(3601)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_fault) == (State.FAILED, "provider")


def test_a_refused_launch_fails_with_the_field_that_the_provider_named(engine: Engine) -> None:
    instance = engine.launch(INSTANCE | {"context_length": 16000})
    instance.spec["context_length"] = 10_000_000
    type(instance).objects.filter(pk=instance.pk).update(spec=instance.spec)
    engine.sync("cortecs")
    assert (engine.fresh(instance).state, instance.reason_code) == (State.FAILED, ReasonCode.REJECTED)
    assert "context_length" in instance.reason_text
    assert instance.reserved is None


def test_a_refused_key_fails_the_launch_and_shows_at_the_connection(engine: Engine) -> None:
    job = engine.launch()
    connection = engine.connect("baseten")
    wrong = registry.get("baseten").credentials.model_validate({"api_key": "wrong"})
    credentials.seal_into(connection, wrong)
    connection.credentials_version += 1
    connection.save()
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.FAILED, ReasonCode.NOT_AUTHORIZED)
    connection.refresh_from_db()
    assert connection.health == "refused"


def test_a_retry_whose_answer_was_lost_is_told_from_the_attempt_before(engine: Engine) -> None:
    job = engine.launch(engine.job("exit 1"))
    engine.sync()
    first = engine.fresh(job).remote_id
    engine.pass_time(600)
    engine.sync()
    services.retry(workload=engine.fresh(job), by=engine.user)
    engine.spoil("dropped_after", match="recreate", count=1)
    engine.sync()
    assert engine.fresh(job).remote_id == first
    engine.sync()
    assert engine.fresh(job).state == State.QUEUED
    assert [row["id"] for row in engine.resources()] == [first, job.remote_id]


@pytest.mark.parametrize("count", [2, 9])
def test_many_launches_go_out_side_by_side_each_once(engine: Engine, count: int) -> None:
    jobs = [engine.launch() for _ in range(count)]
    engine.sync()
    ids = {engine.fresh(job).remote_id for job in jobs}
    assert ids == {row["id"] for row in engine.resources()}
    assert len(ids) == count
