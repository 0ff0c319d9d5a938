from typing import Any

import pytest

from tests.simulator.novita.asking import CURRENT, DOCUMENTED, Novita

STORAGE = "6a1c0c1e-1111-4222-8333-0123456789ab"  # in us-ca-6
ELSEWHERE = "2f0b7c52-9d3e-4c41-8a67-51c2f0d9e3b4"  # in us-ca-nas-2
NETWORK = "18f1ff05-1370-45ce-a4c6-b58d5e8d547e"  # in us-ca-6


def test_the_documented_example_is_taken_and_shown_as_asked(novita: Novita) -> None:
    answer = novita.post("/gpu/instance/create", DOCUMENTED)
    assert set(answer) == {"id"}
    assert len(answer["id"]) == 16
    assert set(answer["id"]) <= set("0123456789abcdef")
    novita.until(answer["id"], "running")
    row = novita.read(answer["id"])
    same = ("name", "productId", "rootfsSize", "imageUrl", "command", "clusterId", "envs", "kind")
    assert {name: row[name] for name in same} == {name: DOCUMENTED[name] for name in same}
    assert (row["cpuNum"], row["memory"], row["gpuNum"]) == ("32", "124", "2")
    assert (row["billingMode"], row["endTime"], row["spotStatus"], row["spotReclaimTime"]) == (
        "onDemand",
        "-1",
        "",
        "0",
    )
    assert row["volumeMounts"] == [
        {"type": "local", "size": "100", "id": "", "mountPath": "/workspace"},
        {"type": "network", "size": "200", "id": STORAGE, "mountPath": "/network"},
    ]


def test_the_seeds_own_example_values_are_taken(novita: Novita) -> None:
    made = novita.create(
        name="gpu-test",
        productId="26",
        diskSize=60,
        rootfsSize=30,
        imageUrl="infrai/pytorch:2.2.1",
        ports="8080/tcp,8081/http",
        networkStorages=[{"Id": "e797ce8f-f4ff-4b3b-b7a8-6972d96f46f2", "mountPoint": "/network_0"}],
        networkId=NETWORK,
    )
    row = novita.read(made)
    assert row["clusterId"] == "us-ca-6"
    assert row["network"]["id"] == NETWORK
    assert row["network"]["ip"].startswith("10.")


def test_the_current_revision_needs_five_fields_and_has_no_volume_disk(novita: Novita) -> None:
    row = novita.read(novita.create())
    assert row["name"].startswith("instance-")
    assert row["volumeMounts"] == []


@pytest.mark.parametrize("name", CURRENT)
def test_each_of_the_five_is_required(novita: Novita, name: str) -> None:
    body = {key: value for key, value in CURRENT.items() if key != name}
    assert novita.refused("/gpu/instance/create", body) == ("VALIDATOR_PARAM", f"{name}: field required")


@pytest.mark.parametrize("ports", ["80/http", "1/tcp,65535/http", ",".join(f"{8000 + n}/tcp" for n in range(15))])
def test_ports_as_text(novita: Novita, ports: str) -> None:
    shown = novita.read(novita.create(ports=ports))["portMappings"]
    assert ",".join(f"{port['port']}/{port['type']}" for port in shown) == ports


def test_names_need_not_be_unique(novita: Novita) -> None:
    assert novita.create(name="twice") != novita.create(name="twice")


def test_seeds_sizes_are_taken_where_given(novita: Novita) -> None:
    row = novita.read(novita.create(cpuNum=4, memory=32))
    assert (row["cpuNum"], row["memory"]) == ("4", "32")


def test_a_small_container_disk_is_raised_to_ten(novita: Novita) -> None:
    assert novita.read(novita.create(rootfsSize=3))["rootfsSize"] == 10


def test_thirty_storages_may_be_mounted(novita: Novita) -> None:
    mounts = [{"Id": STORAGE, "mountPoint": f"/network_{n}"} for n in range(30)]
    row = novita.read(novita.create(networkStorages=mounts))
    assert [mount["mountPath"] for mount in row["volumeMounts"]] == [mount["mountPoint"] for mount in mounts]


def test_the_flat_storage_pair_of_the_seed_is_one_mount(novita: Novita) -> None:
    made = novita.create(networkStorageId=STORAGE, networkStorageMountPoint="/data")
    expected = {"type": "network", "size": "200", "id": STORAGE, "mountPath": "/data"}
    assert novita.read(made)["volumeMounts"] == [expected]


def test_a_mount_point_left_out_is_network(novita: Novita) -> None:
    made = novita.create(networkStorages=[{"Id": STORAGE}])
    assert novita.read(made)["volumeMounts"][0]["mountPath"] == "/network"


def test_an_empty_cluster_means_where_the_storage_is(novita: Novita) -> None:
    made = novita.create(productId="26", networkStorages=[{"Id": ELSEWHERE, "mountPoint": "/n"}])
    assert novita.read(made)["clusterId"] == "us-ca-nas-2"


def test_any_month_forces_a_subscription(novita: Novita) -> None:
    row = novita.read(novita.create(productId="26", month=1, billingMode="onDemand"))
    assert row["billingMode"] == "monthly"


def test_a_cpu_instance_goes_to_the_same_call(novita: Novita) -> None:
    row = novita.read(novita.create(kind="cpu", productId="cpu.4c8g"))
    assert (row["kind"], row["gpuNum"], row["cpuNum"], row["productName"]) == ("cpu", "0", "4", "CPU 4C 8GB")


def test_a_stored_registry_login_is_named_by_its_id(novita: Novita) -> None:
    login = novita.post("/repository/auth/save", {"name": "ghcr.io", "username": "u", "password": "secret"})["id"]
    row = novita.read(novita.create(imageAuthId=login))
    assert row["imageAuthId"] == login
    assert "secret" not in str(row)


def test_an_inline_registry_login_is_never_shown(novita: Novita) -> None:
    assert "hunter2" not in str(novita.read(novita.create(imageAuth="me:hunter2")))


MOUNT = {"Id": STORAGE, "mountPoint": "/n"}
JUPYTER = {"name": "Jupyter", "port": "8888", "type": "http"}
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"name": "x" * 256}, "VALIDATOR_PARAM", "name: must have between 0 and 255 characters"),
    ({"name": 7}, "VALIDATOR_PARAM", "name: must be a string"),
    ({"productId": ""}, "VALIDATOR_PARAM", "productId: "),
    ({"productId": "nope"}, "RESOURCE_NOT_FOUND", "product nope not found"),
    ({"gpuNum": 0}, "VALIDATOR_PARAM", "gpuNum: must be at least 1"),
    ({"gpuNum": 9}, "VALIDATOR_PARAM", "gpuNum: must be at most 8"),
    ({"gpuNum": "1"}, "VALIDATOR_PARAM", "gpuNum: must be an integer"),
    ({"gpuNum": True}, "VALIDATOR_PARAM", "gpuNum: must be an integer"),
    ({"cpuNum": -1}, "VALIDATOR_PARAM", "cpuNum: must be at least 0"),
    ({"memory": -1}, "VALIDATOR_PARAM", "memory: must be at least 0"),
    ({"diskSize": 6145}, "VALIDATOR_PARAM", "diskSize: must be at most 6144"),
    ({"rootfsSize": 6145}, "VALIDATOR_PARAM", "rootfsSize: must be at most 6144"),
    ({"productId": "H200-141GB.24c240g", "rootfsSize": 3073}, "VALIDATOR_PARAM", "rootfsSize: must be at most 3072"),
    ({"imageUrl": "x" * 501}, "VALIDATOR_PARAM", "imageUrl: "),
    ({"imageAuth": "x" * 10240}, "VALIDATOR_PARAM", "imageAuth: "),
    ({"imageAuth": "nocolon"}, "VALIDATOR_PARAM", "imageAuth: must be username:password"),
    ({"imageAuthId": "nope"}, "RESOURCE_NOT_FOUND", "registry auth nope not found"),
    ({"imageAuth": "a:b", "imageAuthId": "x"}, "VALIDATOR_PARAM", "imageAuthId: must be absent"),
    ({"ports": "80"}, "VALIDATOR_PARAM", "ports: "),
    ({"ports": "80/udp"}, "VALIDATOR_PARAM", "ports: "),
    ({"ports": "80/tcp, 81/tcp"}, "VALIDATOR_PARAM", "ports: "),
    ({"ports": "0/tcp"}, "VALIDATOR_PARAM", "ports: 0 is not between"),
    ({"ports": "65536/tcp"}, "VALIDATOR_PARAM", "ports: 65536 is not between"),
    ({"ports": "80/tcp,80/http"}, "VALIDATOR_PARAM", "ports: port 80 is taken twice"),
    ({"ports": "8888/tcp", "tools": [JUPYTER]}, "VALIDATOR_PARAM", "tools: port 8888 is taken twice"),
    (
        {"ports": ",".join(f"{n}/tcp" for n in range(1, 17))},
        "VALIDATOR_PARAM",
        "ports: ports and tools must not exceed",
    ),
    ({"ports": ",".join(f"{n}/tcp" for n in range(1, 16)), "tools": [JUPYTER]}, "VALIDATOR_PARAM", "ports: ports and"),
    ({"tools": [{**JUPYTER, "name": "VSCode"}]}, "VALIDATOR_PARAM", "tools[0].name: must be one of Jupyter"),
    ({"tools": [{**JUPYTER, "port": 8888}]}, "VALIDATOR_PARAM", "tools[0].port: must be a string"),
    ({"tools": [{**JUPYTER, "port": "70000"}]}, "VALIDATOR_PARAM", "tools[0].port: 70000 is not between"),
    ({"tools": [{**JUPYTER, "type": "udp"}]}, "VALIDATOR_PARAM", "tools[0].type: must be tcp or http"),
    ({"envs": [{"key": "A", "value": "b"}] * 101}, "VALIDATOR_PARAM", "envs: must have at most 100 items"),
    ({"envs": [{"key": "x" * 512, "value": ""}]}, "VALIDATOR_PARAM", "envs[0].key: "),
    ({"envs": [{"key": "A", "value": "x" * 4096}]}, "VALIDATOR_PARAM", "envs[0].value: "),
    ({"envs": [{"key": "A"}]}, "VALIDATOR_PARAM", "envs[0].value: field required"),
    ({"envs": {"A": "b"}}, "VALIDATOR_PARAM", "envs: must be an array"),
    ({"command": "x" * 2048}, "VALIDATOR_PARAM", "command: "),
    ({"command": "echo 'open"}, "INVALID_COMMAND_PARAM", "command: cannot be parsed"),
    ({"entrypoint": "x" * 2048}, "VALIDATOR_PARAM", "entrypoint: "),
    ({"entrypoint": '"'}, "INVALID_COMMAND_PARAM", "entrypoint: cannot be parsed"),
    ({"clusterId": "mars-1"}, "RESOURCE_NOT_FOUND", "cluster mars-1 not found"),
    ({"clusterId": "eu-se-1"}, "INSUFFICIENT_RESOURCE", "does not stand in that cluster"),
    ({"localStorageMountPoint": "workspace"}, "VALIDATOR_PARAM", "localStorageMountPoint: must be an absolute path"),
    ({"networkStorages": [MOUNT] * 31}, "VALIDATOR_PARAM", "networkStorages: must have at most 30 items"),
    ({"networkStorages": [{"mountPoint": "/n"}]}, "VALIDATOR_PARAM", "networkStorages[0].Id: field required"),
    ({"networkStorages": [{**MOUNT, "mountPoint": ""}]}, "VALIDATOR_PARAM", "networkStorages[0].mountPoint: "),
    ({"networkStorages": [{**MOUNT, "mountPoint": "/" * 4096}]}, "VALIDATOR_PARAM", "networkStorages[0].mountPoint: "),
    ({"networkStorages": [{**MOUNT, "Id": "x"}]}, "NETWORK_STORAGE_NOT_FOUND", "network storage x not found"),
    ({"networkStorages": [MOUNT], "networkStorageId": STORAGE}, "VALIDATOR_PARAM", "networkStorageId: must be absent"),
    (
        {"networkStorages": [MOUNT], "clusterId": "as-sgp-2"},
        "CUR_CLUSTER_NETWORK_STORAGE_NOT_SUPPORT",
        "in another cluster",
    ),
    (
        {"networkStorages": [MOUNT, {**MOUNT, "Id": ELSEWHERE}]},
        "CUR_CLUSTER_NETWORK_STORAGE_NOT_SUPPORT",
        "in another cluster",
    ),
    ({"networkId": "x"}, "NETWORK_NOT_FOUND", "network x not found"),
    ({"networkId": NETWORK, "clusterId": "as-sgp-2"}, "CLUSTER_STATUS", "another cluster"),
    ({"kind": "tpu"}, "VALIDATOR_PARAM", "kind: must be gpu or cpu"),
    ({"month": -1}, "VALIDATOR_PARAM", "month: must be at least 0"),
    ({"billingMode": "yearly"}, "VALIDATOR_PARAM", "billingMode: must be one of"),
    ({"billingMode": "monthly"}, "UNSUPPORTED_BILLING_MODE", "cannot be billed as monthly"),
    ({"productId": "26", "billingMode": "spot"}, "UNSUPPORTED_BILLING_MODE", "cannot be billed as spot"),
    ({"autoRenew": True}, "VALIDATOR_PARAM", "autoRenew: is for monthly billing only"),
    ({"productId": "26", "month": 1, "autoRenewMonth": 1}, "VALIDATOR_PARAM", "autoRenewMonth: needs autoRenew"),
    (
        {"productId": "26", "month": 1, "autoRenew": True, "autoRenewMonth": 13},
        "VALIDATOR_PARAM",
        "autoRenewMonth: must be at most 12",
    ),
    ({"minCudaVersion": "12"}, "VALIDATOR_PARAM", "minCudaVersion: must be of the form"),
    ({"minCudaVersion": "13.1"}, "CUDA_VERSION_INCOMPATIBLE", "no node has CUDA 13.1"),
    *(({"ports": f"{port}/tcp"}, "VALIDATOR_PARAM", f"ports: {port} is reserved") for port in (2222, 2223, 2224)),
]


@pytest.mark.parametrize(("change", "reason", "text"), BAD, ids=[f"{next(iter(c))}-{t}" for c, _, t in BAD])
def test_a_bad_create_is_refused(novita: Novita, change: dict[str, Any], reason: str, text: str) -> None:
    told, message = novita.refused("/gpu/instance/create", {**CURRENT, **change})
    assert told == reason
    assert text in message
    assert novita.world.resources() == []


GOOD: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "x" * 255},
    {"gpuNum": 8},
    {"rootfsSize": 6144},
    {"diskSize": 6144},
    {"imageUrl": "x" * 500},
    {"imageAuth": "u:" + "p" * 10237},
    {"envs": [{"key": "x" * 511, "value": "y" * 4095}] * 100},
    {"envs": [{"key": "", "value": ""}]},
    {"command": "x" * 2047},
    {"networkStorages": [{"Id": STORAGE, "mountPoint": "/" + "m" * 4094}]},
    {"minCudaVersion": "13.0"},
    {"billingMode": "spot"},
    {"productId": "26", "billingMode": "monthly", "month": 12, "autoRenew": True, "autoRenewMonth": 12},
    {"autoRenew": False, "autoRenewMonth": 0, "month": 0},
    {"imageAuth": None, "ports": None, "envs": None, "clusterId": None},
]


@pytest.mark.parametrize("change", GOOD, ids=[",".join(change) for change in GOOD])
def test_values_at_their_limits_are_taken(novita: Novita, change: dict[str, Any]) -> None:
    assert novita.create(**change)


@pytest.mark.parametrize("content", [b"{", b"[]", b'"text"', b""])
def test_a_body_that_is_no_object_is_refused(novita: Novita, content: bytes) -> None:
    answer = novita.client.post("/gpu-instance/openapi/v1/gpu/instance/create", content=content)
    assert (answer.status_code, answer.json()["reason"]) == (400, "REQUEST" if content else "VALIDATOR_PARAM")


def test_without_stock_nothing_is_created_and_the_product_says_so(novita: Novita) -> None:
    answers = set()
    for _ in range(60):
        product = next(p for p in novita.get("/products")["data"] if p["id"] == "H100-80GB.22c150g")
        body = {**CURRENT, "productId": product["id"]}
        if product["availableDeploy"]:
            novita.post("/gpu/instance/create", body)
        else:
            assert novita.refused("/gpu/instance/create", body)[0] == "INSUFFICIENT_RESOURCE"
        answers.add((product["inventoryState"], product["availableDeploy"]))
        novita.world.clock.advance(600)
    assert answers == {("none", False), ("low", True), ("normal", True)}


def test_a_stopped_instance_does_not_start_while_its_gpus_are_given_away(novita: Novita) -> None:
    made = ""
    while not made:
        product = next(p for p in novita.get("/products")["data"] if p["id"] == "H100-80GB.22c150g")
        made = novita.running(productId=product["id"]) if product["availableDeploy"] else ""
        novita.world.clock.advance(0 if made else 600)
    novita.act("stop", made)
    novita.until(made, "exited")
    while next(p for p in novita.get("/products")["data"] if p["id"] == "H100-80GB.22c150g")["availableDeploy"]:
        novita.world.clock.advance(600)
    assert novita.refused("/gpu/instance/start", {"instanceId": made})[0] == "INSUFFICIENT_RESOURCE"


def test_without_money_nothing_is_created_or_started(novita: Novita) -> None:
    rests = novita.running()
    novita.act("stop", rests)
    novita.create(productId="26", gpuNum=8, month=6)
    novita.create(productId="26", gpuNum=8)
    novita.world.clock.advance(6 * 86400)
    assert novita.refused("/gpu/instance/create", CURRENT)[0] == "BALANCE_NOT_ENOUGH"
    assert novita.refused("/gpu/instance/start", {"instanceId": rests})[0] == "BALANCE_NOT_ENOUGH"


@pytest.mark.parametrize("gpus", [{}, {"gpuNum": 0}, {"gpuNum": 1}])
def test_a_cpu_instance_may_leave_out_how_many_gpus(novita: Novita, gpus: dict[str, int]) -> None:
    body = {"kind": "cpu", "productId": "cpu.4c8g", "rootfsSize": 10, "imageUrl": "ubuntu:22.04", **gpus}
    assert novita.read(novita.post("/gpu/instance/create", body)["id"])["gpuNum"] == "0"
