from decimal import Decimal
from typing import Any

import pytest

from tests.simulator.novita.asking import Novita


def test_network_storages_are_made_grown_and_given_back(novita: Novita) -> None:
    body = {"clusterId": "us-ca-6", "storageName": "mine", "storageSize": 100}
    made = novita.post("/networkstorage/create", body)
    assert isinstance(made, str), "the answer is the bare id"
    novita.post("/networkstorage/update", {"storageId": made, "storageName": "ours", "storageSize": 150})
    answer = novita.get("/networkstorages/list", storageName="OUR")
    assert answer["total"] == 1
    (row,) = answer["data"]
    assert {name: row[name] for name in ("storageId", "storageName", "storageSize", "clusterId", "clusterName")} == {
        "storageId": made,
        "storageName": "ours",
        "storageSize": 150,
        "clusterId": "us-ca-6",
        "clusterName": "US-CA-06 (California)",
    }
    smaller = novita.refused("/networkstorage/update", {"storageId": made, "storageName": "x", "storageSize": 149})
    assert smaller == ("VALIDATOR_PARAM", "storageSize: must be at least 150")
    assert novita.post("/networkstorage/delete", {"storageId": made}) == {}
    assert novita.refused("/networkstorage/delete", {"storageId": made})[0] == "NETWORK_STORAGE_NOT_FOUND"


def test_a_mounted_storage_is_not_given_back(novita: Novita) -> None:
    storage = "6a1c0c1e-1111-4222-8333-0123456789ab"
    made = novita.running(networkStorages=[{"Id": storage, "mountPoint": "/n"}])
    assert novita.refused("/networkstorage/delete", {"storageId": storage})[0] == "NETWORK_STORAGE_IN_USE"
    novita.act("delete", made)
    novita.world.clock.advance(60)
    assert novita.post("/networkstorage/delete", {"storageId": storage}) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"clusterId": "eu-se-1"}, "CUR_CLUSTER_NETWORK_STORAGE_NOT_SUPPORT"),
        ({"storageSize": 20_000}, "NETWORK_STORAGE_TOO_LARGE"),
        ({"storageSize": 0}, "VALIDATOR_PARAM"),
        ({"storageName": ""}, "VALIDATOR_PARAM"),
    ],
)
def test_a_bad_storage_is_refused(novita: Novita, change: dict[str, Any], reason: str) -> None:
    body = {"clusterId": "us-ca-6", "storageName": "mine", "storageSize": 100, **change}
    assert novita.refused("/networkstorage/create", body)[0] == reason


def test_networks_hold_instances_and_are_kept_while_they_do(novita: Novita) -> None:
    network = novita.post("/network/create", {"clusterId": "us-ca-6", "name": "lab"})["network"]
    assert network["state"]["state"] == "creating"
    made = novita.running(networkId=network["Id"])
    shown = novita.get("/network", networkId=network["Id"])["network"]
    assert shown["state"]["state"] == "ready"
    assert shown["Addresses"] == [{"Id": made, "Ip": novita.read(made)["network"]["ip"]}]
    assert novita.refused("/network/delete", {"networkId": network["Id"]})[0] == "DEPENDENT_RESOURCE_STATE"
    novita.post("/network/update", {"networkId": network["Id"], "name": "lab2"})
    assert [row["name"] for row in novita.get("/networks", name="LAB")["networks"]] == ["lab2"]
    novita.act("delete", made)
    novita.world.clock.advance(60)
    assert novita.post("/network/delete", {"networkId": network["Id"]}) == {}
    assert novita.refused_get("/network", networkId=network["Id"])[0] == "NETWORK_NOT_FOUND"
    assert novita.refused("/network/create", {"clusterId": "as-sgp-2"})[0] == "CLUSTER_STATUS"


def test_registry_logins_never_show_their_password(novita: Novita) -> None:
    body = {"name": "ghcr.io", "username": "me", "password": "hunter2"}
    login = novita.post("/repository/auth/save", body)["id"]
    assert novita.post("/repository/auth/save", {**body, "username": "you"})["id"] == login
    rows = novita.get("/repository/auths")["data"]
    assert rows == [{"id": login, "name": "ghcr.io", "username": "you", "password": "***"}]
    assert novita.post("/repository/auth/delete", {"id": login}) == {}
    assert novita.refused("/repository/auth/delete", {"id": login})[0] == "RESOURCE_NOT_FOUND"


def test_an_exited_instance_is_saved_as_an_image(novita: Novita) -> None:
    made = novita.running()
    body = {"instanceId": made, "image": "ghcr.io/acme/saved:1"}
    assert novita.refused("/job/save/image", body)[0] == "CONFLICT"
    novita.act("stop", made)
    novita.until(made, "exited")
    job = novita.post("/job/save/image", body)["jobId"]
    assert novita.read(made)["jobs"] == [{"id": job, "type": "saveImage"}]
    states = []
    for _ in range(15):
        states.append(novita.get("/jobs", jobId=job)["jobs"][0]["state"]["state"])
        novita.world.clock.advance(10)
    assert list(dict.fromkeys(states)) == ["pulling", "running", "success"]
    assert novita.read(made)["jobs"] == []
    second = novita.post("/job/save/image", body)["jobId"]
    assert novita.post("/job/break", {"jobId": second}) == {"jobId": second}
    assert [row["Id"] for row in novita.get("/jobs", state="break")["jobs"]] == [second]
    assert novita.refused("/job/break", {"jobId": "x"})[0] == "JOB_NOT_FOUND"


def test_a_move_to_another_node_is_a_job(novita: Novita) -> None:
    made = novita.running()
    novita.act("migrate", made)
    (job,) = novita.read(made)["jobs"]
    assert job["type"] == "instanceMigrate"
    assert novita.refused("/job/break", {"jobId": job["id"]})[0] == "MIGRATION_JOB_NOT_BREAKABLE"


def test_templates(novita: Novita) -> None:
    official = novita.get("/templates", channel="official")
    assert official["total"] == len(official["template"]) == 2
    assert novita.get("/templates", channel="private,official") == official
    assert novita.refused_get("/templates", channel="official,other")[0] == "VALIDATOR_PARAM"
    template = {"name": "mine", "image": "ubuntu:22.04", "rootfsSize": 40, "type": "instance", "channel": "private"}
    made = novita.post("/template/create", {"template": template})["templateId"]
    shown = novita.get("/template", templateId=made)["template"]
    assert (shown["Id"], shown["name"], shown["envs"]) == (made, "mine", [])
    novita.post("/template/update", {"template": {**template, "Id": made, "name": "ours"}})
    assert [row["name"] for row in novita.get("/templates", channel="private")["template"]] == ["ours"]
    assert novita.post("/template/delete", {"templateId": made}) == {"templateId": made}
    assert novita.refused_get("/template", templateId=made)[0] == "TEMPLATE_NOT_FOUND"
    assert novita.refused("/template/delete", {"templateId": "pytorch-2-7"})[0] == "TEMPLATE_NOT_FOUND"
    assert novita.refused("/template/create", {})[1] == "template: field required"


def test_five_images_are_pulled_ahead_of_time(novita: Novita) -> None:
    assert novita.get("/image/prewarm/quota") == {"total": 0, "limit": 5, "perImageSize": 100}
    body = {"imageUrl": "ghcr.io/acme/trainer:1", "clusterId": "us-ca-6", "productIds": ["4090.16c62g"]}
    made = [novita.post("/image/prewarm", body)["id"] for _ in range(5)]
    assert novita.refused("/image/prewarm", body)[0] == "IMAGE_PREWARM_NUM_LIMIT"
    states = []
    for _ in range(25):
        states.append(novita.get("/image/prewarm", name="train")["data"][0]["state"])
        novita.world.clock.advance(10)
    assert list(dict.fromkeys(states)) == ["Pending", "Running", "Succeeded"]
    novita.post("/image/prewarm/edit", {"id": made[0], "note": "nightly"})
    assert novita.get("/image/prewarm", state="Succeeded")["data"][0]["note"] == "nightly"
    assert novita.post("/image/prewarm/delete", {"ids": made}) == {}
    assert novita.get("/image/prewarm")["total"] == 0


def test_the_balance_is_text_in_ten_thousandths_and_counts_storages_too(novita: Novita) -> None:
    path = "/openapi/v1/billing/balance/detail"
    assert novita.get(path)["availableBalance"] == "100000000"
    novita.world.clock.advance(86400)
    assert Decimal(novita.get(path)["availableBalance"]) == 100_000_000 - 1000 * 20
    made = novita.create(productId="26", month=1)
    assert novita.seen(made).cost(novita.world.now()) == Decimal("229.95")
    assert Decimal(novita.get(path)["availableBalance"]) == 100_000_000 - 20_000 - 2_299_500
