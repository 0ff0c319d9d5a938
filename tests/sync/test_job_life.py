"""A Baseten job from launch to its end, seen by rounds of the engine."""

from datetime import timedelta
from decimal import Decimal

from gpuconsole.sync import deadlines
from gpuconsole.workloads import logs, services
from gpuconsole.workloads.states import Fault, ReasonCode, State
from tests.sync.bench import Engine


def test_a_job_is_sent_once_and_followed_to_its_end(engine: Engine) -> None:
    job = engine.launch()
    engine.sync()
    assert engine.fresh(job).state == State.QUEUED
    assert job.remote_id == engine.resources()[0]["id"]
    assert engine.resources()[0]["name"] == f"{job.token}-sft"
    for seconds, state in ((95, State.STARTING), (170, State.RUNNING), (700, State.SUCCEEDED)):
        engine.pass_time(seconds)
        engine.sync()
        assert engine.fresh(job).state == state
    assert len(engine.resources()) == 1
    assert job.reason_code == ""
    assert job.intent == ""


def test_billing_runs_by_the_providers_word_alone(engine: Engine) -> None:
    job = engine.launch()
    engine.sync()
    engine.pass_time(300)
    engine.sync()
    assert engine.fresh(job).billed_since is not None
    engine.pass_time(1000)
    engine.sync()
    assert engine.fresh(job).billed_since is None
    assert job.usage.get().cost == job.cost_closed > Decimal(0)


def test_the_request_is_kept_as_it_was_sent(engine: Engine) -> None:
    job = engine.launch()
    engine.sync()
    sent = engine.calls("/jobs")[0]
    assert engine.fresh(job).request["body"] == sent["body"]


def test_a_failed_command_gives_its_exit_code_as_the_reason(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep 60", "exit 3"))
    engine.sync()
    engine.pass_time(600)
    engine.sync()
    assert engine.fresh(job).state == State.FAILED
    assert job.reason_code == ReasonCode.EXIT_CODE
    assert "code 3" in job.reason_text


def test_an_image_that_cannot_be_pulled_is_the_users_fault(engine: Engine) -> None:
    job = engine.launch(engine.job(image={"base_image": "does-not-exist"}))
    engine.sync()
    engine.pass_time(600)
    engine.sync()
    assert (engine.fresh(job).reason_code, job.reason_fault) == (ReasonCode.IMAGE, "you")


def test_a_stop_is_shown_only_when_the_provider_confirms_it(engine: Engine) -> None:
    job = engine.launch()
    engine.sync()
    engine.pass_time(300)
    engine.sync()
    services.stop(workload=job, by=engine.user)
    engine.sync()
    assert engine.fresh(job).state == State.STOPPING
    engine.pass_time(60)
    engine.sync()
    assert engine.fresh(job).state == State.CANCELLED
    assert (job.reason_code, job.reason_fault) == (ReasonCode.STOPPED_BY_PERSON, Fault.NOBODY)
    assert job.reason_text == f"Stopped by {engine.user.display_name}"
    assert (job.intent, job.due_at) == ("", None)
    assert job.events.get(text="Stop asked").by == engine.user
    assert "Baseten accepted: end" in engine.texts(job)
    confirmed = job.events.order_by("-id")[0]
    assert (confirmed.text, confirmed.detail) == ("Baseten confirms the end", job.reason_text)
    assert confirmed.remote_status == "TRAINING_JOB_STOPPED"


def test_a_job_that_is_cancelled_before_it_was_sent_never_reaches_the_provider(engine: Engine) -> None:
    job = engine.launch()
    services.stop(workload=job, by=engine.user)
    engine.sync()
    assert engine.fresh(job).state == State.CANCELLED
    assert engine.resources() == []


def test_a_job_stopped_at_the_provider_says_so(engine: Engine) -> None:
    job = engine.launch()
    engine.sync()
    place = engine.calls("/jobs")[0]["path"]
    engine.far.post(f"{place}/{engine.fresh(job).remote_id}/stop", json={}, headers=KEY).raise_for_status()
    engine.pass_time(60)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.CANCELLED, ReasonCode.STOPPED_ELSEWHERE)
    assert job.reason_fault == Fault.NOBODY
    assert engine.texts(job)[-1] == "Ended at Baseten, not from here"


def test_logs_are_kept_while_it_runs_and_once_more_after_its_end(engine: Engine) -> None:
    job = engine.launch()
    engine.sync()
    engine.pass_time(400)
    engine.sync()
    before = engine.fresh(job).log_size
    assert before > 0
    assert not job.is_log_complete
    engine.pass_time(800)
    engine.sync()
    assert engine.fresh(job).log_size > before
    engine.wait_here(20)
    engine.sync()
    assert engine.fresh(job).is_log_complete
    assert "Training completed." in logs.tail(job).text


def test_a_complete_log_is_not_asked_for_again(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep 60"))
    engine.sync()
    engine.pass_time(600)
    engine.sync()
    engine.wait_here(20)
    engine.sync()
    assert engine.fresh(job).is_log_complete
    asked = len(engine.calls("/logs", "GET"))
    engine.wait_here(20)
    engine.sync()
    assert len(engine.calls("/logs", "GET")) == asked


def test_metrics_are_kept_while_it_runs(engine: Engine) -> None:
    job = engine.launch()
    engine.sync()
    engine.pass_time(400)
    engine.sync()
    sample = job.metric_samples.first()
    assert sample is not None
    assert "gpu_utilization" in sample.values


def test_a_retry_is_another_attempt_of_the_same_workload(engine: Engine) -> None:
    job = engine.launch(engine.job("exit 1"))
    engine.sync()
    first = engine.fresh(job).remote_id
    engine.pass_time(600)
    engine.sync()
    services.retry(workload=engine.fresh(job), by=engine.user)
    engine.sync()
    assert engine.fresh(job).state == State.QUEUED
    assert job.attempt == 2
    assert job.remote_id not in ("", first)
    assert [row["id"] for row in engine.resources()] == [first, job.remote_id]


def test_a_deadline_ends_the_job_and_says_why(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"), stop_after_s=3600)
    engine.sync()
    engine.pass_time(1800)
    engine.sync()
    now = job.created_at + timedelta(seconds=3601)
    assert deadlines.enforce(now - timedelta(seconds=2)) == 0
    assert deadlines.enforce(now) == 1
    assert deadlines.enforce(now) == 0
    engine.sync()
    engine.pass_time(60)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.CANCELLED, ReasonCode.DEADLINE)
    assert "Guard: its latest end had come" in engine.texts(job)


KEY = {"Authorization": "Api-Key sandbox-baseten-key"}
