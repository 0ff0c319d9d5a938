"""What readings make of workloads: lost, found again, odd words, ends that do not come."""

from datetime import timedelta

from gpuconsole.connections.models import Connection
from gpuconsole.sync import escalation
from gpuconsole.sync.clock import Clock
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.sync.bench import INSTANCE, Engine


def running(engine: Engine) -> Workload:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.pass_time(300)
    engine.sync()
    assert engine.fresh(job).state == State.RUNNING
    return job


def test_what_is_listed_no_more_is_lost_after_three_readings_over_two_minutes(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("vanish", match=job.remote_id)
    for _ in range(4):
        engine.sync()
    assert (engine.fresh(job).state, job.missing_count) == (State.RUNNING, 3)
    engine.wait_here(119)
    engine.sync()
    assert engine.fresh(job).state == State.RUNNING
    engine.wait_here(2)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.LOST, ReasonCode.GONE)
    word, since, _ = job.phases[-1]["spans"][-1]
    assert word == "lost" and job.missing_since is not None
    assert since == job.missing_since.timestamp() < job.state_at.timestamp()  # the first look that missed it
    assert job.billed_since is not None


def test_two_readings_are_not_enough_however_long_they_take(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("vanish", match=job.remote_id)
    engine.sync()
    engine.wait_here(600)
    engine.sync()
    assert engine.fresh(job).state == State.RUNNING


def test_a_reading_that_shows_it_starts_the_count_anew(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("vanish", match=job.remote_id)
    engine.sync()
    engine.heal()
    engine.sync()
    assert (engine.fresh(job).missing_count, job.missing_since) == (0, None)


def test_a_provider_that_does_not_answer_makes_nothing_missing(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("500", match="search")
    for _ in range(4):
        engine.wait_here(70)
        engine.sync()
    assert (engine.fresh(job).state, job.missing_count) == (State.RUNNING, 0)


def test_a_lost_workload_that_shows_up_again_goes_on(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("vanish", match=job.remote_id)
    for seconds in (0, 60, 61):
        engine.wait_here(seconds)
        engine.sync()
    assert engine.fresh(job).state == State.LOST
    engine.heal()
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.RUNNING, "")
    assert "Found again at Baseten" in engine.texts(job)


def test_an_unheard_of_word_keeps_the_state_and_warns_once(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("unknown_status", match=job.remote_id)
    engine.sync()
    engine.sync()
    assert (engine.fresh(job).state, job.remote_status) == (State.RUNNING, "TRAINING_JOB_REBALANCING")
    assert not job.is_status_known
    assert job.billed_since is not None
    assert sum("is in no table" in text for text in engine.texts(job)) == 1
    engine.heal()
    engine.sync()
    assert engine.fresh(job).is_status_known


def test_an_end_that_does_not_come_is_asked_for_again_and_said_to_be_late(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("zombie", match=job.remote_id)
    engine.ahead = timedelta()  # the wish is stamped by the wall clock
    services.stop(workload=job, by=engine.user)
    for minutes in (0, 4, 2, 10, 50, 60):
        engine.wait_here(minutes * 60)
        engine.sync()
        escalation.enforce(Clock(engine.ahead).now())
    late = [text for text in engine.texts(job) if text.startswith("Still not confirmed")]
    assert [text.split(" minutes")[0].split()[-1] for text in late] == ["5", "15", "60"]
    assert engine.fresh(job).state == State.STOPPING
    assert job.billed_since is not None
    assert len(engine.calls("/stop")) == 6


def test_an_end_that_fails_is_repeated_until_it_is_taken(engine: Engine) -> None:
    job = running(engine)
    engine.spoil("500", match="/stop", count=3)
    services.stop(workload=job, by=engine.user)
    for _ in range(4):
        engine.sync()
        assert engine.fresh(job).state == State.STOPPING
        engine.wait_here(80)
    assert job.intent_error == ""
    engine.pass_time(60)
    engine.sync()
    assert engine.fresh(job).state == State.CANCELLED


def test_an_instance_that_dies_while_starting_is_the_providers_failure(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    engine.sync("cortecs")
    stop_elsewhere(engine, engine.fresh(instance).remote_id)
    engine.pass_time(60)
    engine.sync("cortecs")
    assert (engine.fresh(instance).state, instance.reason_code) == (State.STOPPED, ReasonCode.NOT_READY)
    assert instance.evidence["source"] == "part"
    assert instance.evidence["text"].endswith("(step 1 of 5)")
    assert engine.texts(instance)[-1] == "Cortecs stopped it before it was up"


def test_an_instance_stopped_elsewhere_says_so(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    engine.sync("cortecs")
    engine.pass_time(400)
    engine.sync("cortecs")
    stop_elsewhere(engine, engine.fresh(instance).remote_id)
    engine.pass_time(60)
    engine.sync("cortecs")
    assert (engine.fresh(instance).state, instance.reason_code) == (State.STOPPED, ReasonCode.STOPPED_ELSEWHERE)
    assert instance.billed_since is None
    assert engine.texts(instance)[-1] == "Stopped at Cortecs, not from here"


def test_an_instance_deleted_elsewhere_while_it_was_off_is_over(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    engine.sync("cortecs")
    engine.pass_time(400)
    engine.sync("cortecs")
    stop_elsewhere(engine, engine.fresh(instance).remote_id)
    engine.pass_time(60)
    engine.sync("cortecs")
    engine.spoil("vanish", "cortecs", match=instance.remote_id)
    for seconds in (0, 60, 59):
        engine.wait_here(seconds)
        engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STOPPED
    engine.wait_here(2)
    engine.sync("cortecs")
    assert (engine.fresh(instance).state, instance.reason_code) == (State.CANCELLED, ReasonCode.STOPPED_ELSEWHERE)
    assert engine.texts(instance)[-1] == "Deleted at Cortecs, not from here"


def test_a_round_that_fails_holds_the_connection_back_and_the_next_good_one_frees_it(engine: Engine) -> None:
    running(engine)
    engine.spoil("500", match="search", count=2)
    engine.sync()
    connection = Connection.objects.get()
    assert (connection.failures, connection.breaker_until is not None) == (1, True)
    before = len(engine.calls("search"))
    engine.sync()
    assert len(engine.calls("search")) == before
    engine.wait_here(5)
    engine.sync()
    assert Connection.objects.get().failures == 2
    engine.wait_here(10)
    engine.sync()
    connection = Connection.objects.get()
    assert (connection.failures, connection.breaker_until, connection.health) == (0, None, "healthy")


def stop_elsewhere(engine: Engine, remote_id: str) -> None:
    """Somebody at the provider's own console."""
    asked = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-cortecs-secret"}
    token = engine.far.post("/cortecs/api/v1/oauth2/token", json=asked).raise_for_status().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    engine.far.post(
        "/cortecs/api/v1/instances/stop", json={"instance_id": remote_id}, headers=headers
    ).raise_for_status()


def test_a_run_that_came_and_went_between_two_looks_is_paid(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep 60"))
    engine.sync()
    engine.pass_time(600)
    engine.sync()
    assert engine.fresh(job).state == State.SUCCEEDED
    assert job.usage.get().billed_s > 0
    assert job.cost_closed > 0
    assert "Ran between two looks at Baseten" in engine.texts(job)


def test_what_never_ran_costs_nothing(engine: Engine) -> None:
    job = engine.launch(engine.job(image={"base_image": "does-not-exist"}))
    engine.sync()
    engine.pass_time(600)
    engine.sync()
    assert engine.fresh(job).state == State.FAILED
    assert not job.usage.exists()
