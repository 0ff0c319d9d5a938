import math
from decimal import Decimal
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.novita.asking import DOCUMENTED, Novita


def _statuses(novita: Novita, made: str, seconds: int) -> list[str]:
    """The status words it shows over so many seconds, each once."""
    seen: list[str] = []
    for _ in range(seconds):
        status = novita.status(made)
        if status not in seen[-1:]:
            seen.append(status)
        novita.world.clock.advance(1)
    return seen


def test_a_new_instance_goes_through_the_documented_statuses_to_running(novita: Novita) -> None:
    made = novita.create()
    assert _statuses(novita, made, 200) == ["pending", "toCreate", "creating", "pulling", "running"]


@pytest.mark.parametrize(
    ("verbs", "statuses"),
    [
        (["stop"], ["toStop", "stopping", "exited"]),
        (["restart"], ["toRestart", "restarting", "running"]),
        (["migrate"], ["migrating", "running"]),
    ],
)
def test_verbs_on_a_running_instance(novita: Novita, verbs: list[str], statuses: list[str]) -> None:
    made = novita.running(productId="26")
    for verb in verbs:
        assert novita.act(verb, made) == {}
    assert _statuses(novita, made, 120) == statuses


def test_a_stopped_instance_starts_again_with_its_disk(novita: Novita) -> None:
    made = novita.running(diskSize=40)
    novita.act("stop", made)
    novita.until(made, "exited")
    assert novita.read(made)["volumeMounts"][0]["size"] == "40"
    assert novita.act("start", made) == {}
    assert _statuses(novita, made, 60) == ["toStart", "starting", "running"]


@pytest.mark.parametrize("after_s", [0, 10, 40, 400])
def test_delete_works_from_any_status_and_the_id_is_soon_unknown(novita: Novita, after_s: int) -> None:
    made = novita.create()
    novita.world.clock.advance(after_s)
    assert novita.act("delete", made) == {}
    assert _statuses(novita, made, 40) == ["toRemove", "removing", "removed"]
    novita.world.clock.advance(20)
    assert novita.refused_get("/gpu/instance", instanceId=made)[0] == "RESOURCE_NOT_FOUND"
    assert novita.get("/gpu/instances")["total"] == 0


def test_a_second_delete_changes_nothing(novita: Novita) -> None:
    made = novita.running()
    novita.act("delete", made)
    novita.world.clock.advance(10)
    assert novita.act("delete", made) == {}
    novita.world.clock.advance(9)
    assert novita.status(made) == "removed"


@pytest.mark.parametrize(
    ("verb", "status"), [("start", "running"), ("stop", "exited"), ("restart", "exited"), ("stop", "pulling")]
)
def test_a_verb_in_the_wrong_status_is_a_conflict(novita: Novita, verb: str, status: str) -> None:
    made = novita.create()
    if status == "exited":
        novita.until(made, "running")
        novita.act("stop", made)
    novita.until(made, status)
    reason, message = novita.refused(f"/gpu/instance/{verb}", {"instanceId": made})
    assert reason == "CONFLICT"
    assert f"the instance is {status}" in message


def test_an_image_that_cannot_be_had_ends_in_exited_with_an_error(novita: Novita) -> None:
    made = novita.create(imageUrl="ghcr.io/acme/does-not-exist:1")
    assert _statuses(novita, made, 120) == ["pending", "toCreate", "creating", "pulling", "exited"]
    error = novita.read(made)["statusError"]
    assert error["state"] == "pulling"
    assert "ghcr.io/acme/does-not-exist:1" in error["message"]


@pytest.mark.parametrize(
    ("command", "runs_s", "error"),
    [
        ("sleep 90", 90, ""),
        ("bash -c 'sleep 2m && exit 3'", 120, "container exited with code 3"),
        ("exit 1", 20, "container exited with code 1"),
        ("python train.py || exit 1", None, ""),
        ("sleep infinity", None, ""),
        ("bash -c 'while true; do sleep 5; done'", None, ""),
    ],
)
def test_a_container_whose_command_ends_has_exited(
    novita: Novita, command: str, runs_s: int | None, error: str
) -> None:
    made = novita.running(command=command)
    novita.world.clock.advance((runs_s or 5000) - 1)
    assert novita.status(made) == "running"
    novita.world.clock.advance(2)
    assert novita.status(made) == ("exited" if runs_s else "running")
    assert novita.read(made)["statusError"]["message"] == error


def test_gpu_time_counts_from_pulling_by_the_second_until_it_has_exited(novita: Novita) -> None:
    made = novita.create(gpuNum=2)
    novita.until(made, "pulling")
    assert novita.seen(made).cost(novita.world.now()) == 0
    novita.world.clock.advance(3600)
    novita.act("stop", made)
    novita.world.clock.advance(23)
    assert novita.status(made) == "exited"
    novita.world.clock.advance(5000)
    assert novita.seen(made).billed_s(novita.world.now()) == 3623
    assert novita.seen(made).cost(novita.world.now()) == round(Decimal("0.70") * 3623 / 3600, 6)


def test_a_stopped_instance_pays_its_disks_beyond_the_free_sixty_gb(novita: Novita) -> None:
    made = novita.running(rootfsSize=100, diskSize=60)
    novita.act("stop", made)
    novita.until(made, "exited")
    before = novita.seen(made).cost(novita.world.now())
    novita.world.clock.advance(86400)
    assert novita.seen(made).cost(novita.world.now()) - before == (40 + 60) * Decimal("0.005")


def test_a_removed_instance_costs_nothing_more(novita: Novita, control: httpx.Client) -> None:
    made = novita.running(diskSize=500)
    novita.act("delete", made)
    novita.world.clock.advance(18)
    row = control.get("/resources").json()["resources"][0]
    assert (row["state"], row["deleted_at"], row["gpus"]) == ("deleted", row["ended_at"], 1)
    novita.world.clock.advance(86400)
    assert control.get("/resources").json()["resources"] == [row]


def test_data_of_what_rests_is_kept_for_seven_days(novita: Novita) -> None:
    made = novita.running()
    assert novita.read(made)["keepDataDay"] == 7
    novita.act("stop", made)
    novita.until(made, "exited")
    novita.world.clock.advance(7 * 86400 - 5)
    assert novita.status(made) == "exited"
    novita.world.clock.advance(10)
    assert novita.status(made) == "removed"


def test_a_spot_instance_costs_less_is_warned_and_taken_back(novita: Novita) -> None:
    made = novita.running(billingMode="spot")
    seen: list[tuple[str, bool]] = []
    for _ in range(800):
        row = novita.read(made)
        step = (row["spotStatus"], row["spotReclaimTime"] != "0")
        if step not in seen:
            seen.append(step)
            if step[0] == "notified":
                assert novita.seen(made).billed_s(novita.world.now()) >= 3600, "one hour is guaranteed"
        novita.world.clock.advance(30)
    assert seen == [("running", False), ("notified", False), ("reclaiming", True), ("terminated", True)]
    assert novita.status(made) == "exited"
    instance, now = novita.seen(made), novita.world.now()
    assert instance.cost(now) == round(math.ceil(instance.billed_s(now)) * Decimal("0.175") / 3600, 6)
    novita.act("start", made)
    novita.until(made, "running")
    assert novita.read(made)["spotStatus"] == "running"


def test_a_subscription_is_paid_at_once_and_ends_at_its_time(novita: Novita) -> None:
    made = novita.running(productId="26", gpuNum=2, month=3)
    row = novita.read(made)
    assert row["billingMode"] == "monthly"
    assert int(row["endTime"]) == int(novita.seen(made).created_at) + 90 * 86400
    assert novita.seen(made).cost(novita.world.now()) == Decimal("651.525") * 2
    assert novita.act("renewInstance", made, month=1) == {}
    assert int(novita.read(made)["endTime"]) - int(row["endTime"]) == 30 * 86400
    assert novita.seen(made).cost(novita.world.now()) == (Decimal("651.525") + Decimal("229.95")) * 2


def test_pay_as_you_go_turns_into_a_subscription(novita: Novita) -> None:
    made = novita.running(productId="26")
    before = novita.seen(made).cost(novita.world.now())
    assert novita.act("transToMonthlyInstance", made, month=1) == {}
    novita.world.clock.advance(3600)
    assert novita.read(made)["billingMode"] == "monthly"
    assert novita.seen(made).cost(novita.world.now()) == before + Decimal("229.95")
    assert (
        novita.post("/gpu/instance/setAutoRenew", {"instanceIds": [made], "autoRenew": True, "autoRenewMonth": 2}) == {}
    )
    assert novita.seen(made).setup.auto_renew_months == 2


def test_a_subscription_that_runs_out_ends_what_runs(novita: Novita) -> None:
    made = novita.running(productId="26", month=1)
    novita.world.clock.advance(30 * 86400)
    row = novita.read(made)
    assert row["status"] == "exited"
    assert int(row["lastStoppedAt"]) == int(row["endTime"])
    assert novita.seen(made).cost(novita.world.now()) == Decimal("229.95")
    refused = novita.refused("/gpu/instance/start", {"instanceId": made})
    assert refused[0] == "EXPIRED_OR_BALANCE_NOT_ENOUGH"
    novita.act("renewInstance", made, month=1)
    novita.act("start", made)
    novita.until(made, "running")
    novita.world.clock.advance(86400)
    assert novita.status(made) == "running"
    assert novita.seen(made).cost(novita.world.now()) == 2 * Decimal("229.95")


def test_a_subscription_renews_itself_until_it_is_told_to_stop(novita: Novita) -> None:
    made = novita.running(productId="26", month=1, autoRenew=True, autoRenewMonth=3)
    novita.world.clock.advance(31 * 86400)
    row = novita.read(made)
    assert (row["status"], int(row["endTime"])) == ("running", 1_795_176_000 + 120 * 86400)
    assert novita.seen(made).cost(novita.world.now()) == Decimal("229.95") + Decimal("651.525")
    novita.post("/gpu/instance/setAutoRenew", {"instanceIds": [made], "autoRenew": False})
    novita.world.clock.advance(90 * 86400)
    assert novita.status(made) == "exited"
    assert novita.seen(made).cost(novita.world.now()) == Decimal("229.95") + Decimal("651.525")


def test_only_subscriptions_are_renewed_and_not_while_they_are_created(novita: Novita) -> None:
    made = novita.create()
    creating = novita.refused("/gpu/instance/renewInstance", {"instanceId": made, "month": 1})
    assert creating[0] == "CREATING_INSTANCE_NOT_SUPPORT_RENEWAL"
    novita.until(made, "running")
    for path, body in (
        ("renewInstance", {"instanceId": made, "month": 1}),
        ("transToMonthlyInstance", {"instanceId": made, "month": 1}),  # this product has no monthly price
        ("setAutoRenew", {"instanceIds": [made], "autoRenew": True}),
    ):
        assert novita.refused(f"/gpu/instance/{path}", body)[0] == "UNSUPPORTED_BILLING_MODE"


def test_edit_opens_ports_and_grows_the_disk_without_a_restart(novita: Novita) -> None:
    made = novita.running()
    body: dict[str, Any] = {
        "ports": [{"port": 8080, "type": "http"}, {"port": 22, "type": "tcp"}],
        "expandRootDisk": 40,
    }
    assert novita.act("edit", made, **body) == {}
    row = novita.read(made)
    assert (row["status"], row["rootfsSize"]) == ("running", 100)
    assert [(m["port"], m["type"]) for m in row["portMappings"]] == [(8080, "http"), (22, "tcp")]
    assert {mapping["endpoint"] for mapping in row["portMappings"]} == {""}, "it takes about a minute"
    novita.world.clock.advance(60)
    assert all(mapping["endpoint"] for mapping in novita.read(made)["portMappings"])
    novita.act("edit", made, expandRootDisk=0)
    assert len(novita.read(made)["portMappings"]) == 2
    for bad in ({"expandRootDisk": 6100}, {"expandRootDisk": -1}, {"ports": [{"port": 2223, "type": "tcp"}]}):
        assert novita.refused("/gpu/instance/edit", {"instanceId": made, **bad})[0] == "VALIDATOR_PARAM"


def test_a_disk_grown_later_is_paid_for_from_then_on(novita: Novita) -> None:
    made = novita.running()
    novita.world.clock.advance(3600)
    before = novita.seen(made).cost(novita.world.now())
    novita.act("edit", made, expandRootDisk=24)
    assert novita.seen(made).cost(novita.world.now()) == before
    novita.world.clock.advance(3600)
    assert novita.seen(made).cost(novita.world.now()) - before == Decimal("0.35") + Decimal("0.005")


UPGRADE: dict[str, Any] = {
    "imageUrl": "ghcr.io/acme/trainer:2.0",
    "envs": [{"key": "LR", "value": "0.1"}],
    "command": "python train.py",
    "save": False,
    "networkVolume": {"volumeMounts": []},
}


def test_upgrade_replaces_image_command_environment_and_mounts(novita: Novita) -> None:
    made = novita.running(**{**DOCUMENTED, "imageUrl": "ghcr.io/acme/trainer:1.4"})
    assert novita.act("upgrade", made, **UPGRADE) == {}
    assert _statuses(novita, made, 200) == ["toReset", "resetting", "pulling", "running"]
    row = novita.read(made)
    assert (row["imageUrl"], row["command"]) == (UPGRADE["imageUrl"], UPGRADE["command"])
    assert row["envs"] == UPGRADE["envs"]
    assert [mount["type"] for mount in row["volumeMounts"]] == ["local"]


@pytest.mark.parametrize("missing", UPGRADE)
def test_an_upgrade_must_send_every_setting(novita: Novita, missing: str) -> None:
    made = novita.running()
    body = {name: value for name, value in UPGRADE.items() if name != missing}
    reason, message = novita.refused("/gpu/instance/upgrade", {"instanceId": made, **body})
    assert (reason, message) == ("VALIDATOR_PARAM", f"{missing}: field required")


@pytest.mark.parametrize("path", ["start", "stop", "restart", "delete", "edit", "upgrade", "migrate", "renewInstance"])
def test_calls_that_name_an_instance_need_one_that_exists(novita: Novita, path: str) -> None:
    assert novita.refused(f"/gpu/instance/{path}", {})[1] == "instanceId: field required"
    unknown = novita.refused(f"/gpu/instance/{path}", {"instanceId": "0123456789abcdef", "month": 1})
    assert unknown == ("RESOURCE_NOT_FOUND", "instance 0123456789abcdef not found")


def test_a_zombie_accepts_its_end_and_lives_on(novita: Novita, control: httpx.Client) -> None:
    made = novita.running(name="gc-zombie")
    control.post("/faults", json={"provider": "novita", "fault": "zombie", "match": "gc-zombie"})
    for verb in ("stop", "delete"):
        assert novita.act(verb, made) == {}
        novita.world.clock.advance(60)
        assert novita.status(made) == "running"
    control.delete("/faults")
    novita.act("delete", made)
    novita.world.clock.advance(20)
    assert novita.status(made) == "removed"


def test_faults_come_in_the_providers_words(novita: Novita, control: httpx.Client) -> None:
    made = novita.running()
    for fault, words in (("429", "RATE_LIMIT_EXCEEDED"), ("500", "UNKNOWN")):
        control.post("/faults", json={"provider": "novita", "fault": fault, "count": 1})
        assert novita.refused_get("/clusters", int(fault))[0] == words
    control.post("/faults", json={"provider": "novita", "fault": "unknown_status", "match": made})
    assert novita.status(made) == "rebalancing"
    control.delete("/faults")
    control.post("/faults", json={"provider": "novita", "fault": "vanish", "match": made})
    assert novita.refused_get("/gpu/instance", instanceId=made)[0] == "RESOURCE_NOT_FOUND"
    assert novita.get("/gpu/instances") == {"instances": [], "total": 0}


def test_a_fault_finds_an_instance_by_name_in_query_and_body(novita: Novita, control: httpx.Client) -> None:
    made, other = novita.running(name="gc-1234-eval"), novita.running()
    control.post("/faults", json={"provider": "novita", "fault": "500", "match": "gc-1234"})
    novita.refused_get("/gpu/instance", 500, instanceId=made)
    novita.refused("/gpu/instance/stop", {"instanceId": made}, 500)
    assert novita.act("stop", other) == {}
    assert novita.get("/gpu/instances")["total"] == 2
    control.delete("/faults")
    assert novita.status(made) == "running"


def test_a_clock_that_is_behind_shows_the_first_status(novita: Novita) -> None:
    made = novita.create()
    assert novita.seen(made).state(novita.world.now() - 300) == "pending"
    assert novita.seen(made).cost(novita.world.now() - 300) == 0


def test_a_life_runs_as_fast_as_the_simulator(novita: Novita, world: World) -> None:
    world.speed = 100
    made = novita.create()
    world.clock.advance(1.5)
    assert novita.status(made) == "running"
