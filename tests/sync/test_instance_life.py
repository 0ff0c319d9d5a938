"""A Cortecs instance from launch over stop, start and restart to its end."""

from gpuconsole.workloads import services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.contract.samples import sample
from tests.sync.bench import INSTANCE, Engine


def running(engine: Engine) -> Workload:
    instance = engine.launch(INSTANCE)
    engine.sync("cortecs")
    engine.pass_time(400)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.RUNNING
    return instance


def test_an_instance_shows_its_workers_until_it_runs(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STARTING
    assert [part["step"] for part in instance.parts] == [1, 1]
    assert instance.connect == {}
    engine.pass_time(400)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.RUNNING
    assert instance.connect["Base URL"].startswith("https://")
    assert [[number for number, *_ in part["trace"]] for part in instance.parts] == [[1, 5], [1, 5]]
    assert all(part["since"] == part["trace"][-1][2] for part in instance.parts)
    assert instance.billed_since is not None


def test_a_stop_is_shown_when_the_provider_says_stopped(engine: Engine) -> None:
    instance = running(engine)
    services.stop(workload=instance, by=engine.user)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STOPPING
    assert instance.billed_since is not None
    engine.pass_time(60)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STOPPED
    assert (instance.intent, instance.due_at, instance.billed_since) == ("", None, None)


def test_a_stopped_instance_starts_again_and_is_billed_again(engine: Engine) -> None:
    instance = running(engine)
    services.stop(workload=instance, by=engine.user)
    engine.sync("cortecs")
    engine.pass_time(60)
    engine.sync("cortecs")
    services.start(workload=engine.fresh(instance), by=engine.user)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STARTING
    assert instance.intent == ""
    engine.pass_time(400)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.RUNNING
    assert list(instance.usage.order_by("id").values_list("state", flat=True)) == ["running", "stopping", "running"]


def test_a_restart_waits_for_the_stop_and_then_starts(engine: Engine) -> None:
    instance = running(engine)
    services.restart(workload=instance, by=engine.user)
    engine.sync("cortecs")
    engine.pass_time(60)
    engine.sync("cortecs")
    engine.wait_here(5)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STARTING
    assert instance.intent == ""
    engine.pass_time(400)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.RUNNING
    assert len(engine.resources()) == 1


def test_a_terminated_instance_is_gone_when_it_is_listed_no_more(engine: Engine) -> None:
    instance = running(engine)
    services.terminate(workload=instance, by=engine.user)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STOPPING
    engine.pass_time(60)
    engine.sync("cortecs")  # stopped: it can be deleted now
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.CANCELLED
    assert engine.resources()[0]["state"] == "deleted"
    assert instance.billed_since is None
    assert instance.reason_text == f"Terminated by {engine.user.display_name}"
    assert "Terminate asked" in engine.texts(instance)
    assert engine.texts(instance)[-1] == "Cortecs no longer lists it: the end is confirmed"


def test_what_began_to_be_billed_just_before_its_end_is_counted(engine: Engine) -> None:
    instance = engine.launch(sample("novita"))
    engine.sync("novita")
    engine.pass_time(17)
    engine.sync("novita")
    assert (engine.fresh(instance).remote_status, instance.billed_since) == ("creating", None)
    engine.pass_time(8)  # it pulls its image for 5 s, and the last look is a fresh one
    services.terminate(workload=instance, by=engine.user)
    for _ in range(3):
        engine.sync("novita")
        engine.pass_time(9)
    assert engine.fresh(instance).state == State.CANCELLED
    assert instance.cost_closed > 0


def test_only_one_launch_at_a_time_is_under_way_where_no_token_survives(engine: Engine) -> None:
    engine.launch(INSTANCE)
    engine.launch(INSTANCE)
    engine.spoil("dropped_after", "cortecs", match="POST /api/v1/instances/start", count=1)
    engine.sync("cortecs")
    assert len(engine.calls("/instances/start")) == 1
    engine.wait_here(30)
    engine.sync("cortecs")
    states = sorted(Workload.objects.values_list("state", flat=True))
    ids = set(Workload.objects.values_list("remote_id", flat=True))
    assert states == [State.STARTING, State.STARTING]
    assert ids == {row["id"] for row in engine.resources()}
    assert len(ids) == 2


def test_several_that_it_could_be_are_left_to_a_person(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    engine.spoil("dropped_after", "cortecs", match="POST /api/v1/instances/start", count=1)
    engine.sync("cortecs")
    elsewhere = {name: value for name, value in INSTANCE.items() if name != "provider"}
    headers = {"Authorization": f"Bearer {token(engine)}"}
    engine.far.post("/cortecs/api/v1/instances/start", json=elsewhere, headers=headers).raise_for_status()
    engine.wait_here(30)
    engine.sync("cortecs")
    assert engine.fresh(instance).reason_code == ReasonCode.UNCONFIRMED
    engine.wait_here(601)
    engine.sync("cortecs")
    assert engine.fresh(instance).reason_code == ReasonCode.NOT_FOUND
    assert all(row["id"] in instance.reason_text for row in engine.resources())
    assert instance.state == State.SUBMITTING


def token(engine: Engine) -> str:
    asked = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-cortecs-secret"}
    answer = engine.far.post("/cortecs/api/v1/oauth2/token", json=asked).raise_for_status()
    return str(answer.json()["access_token"])
