"""Node pools, environments, snapshots, clusters and bindings."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.asking import make_job, run_until, state, walk

EKS = {"eksNodePool": {"instanceType": "p5.48xlarge", "zone": "us-west-2b"}}


def _pool(fireworks: httpx.Client, pool_id: str = "mine", **fields: Any) -> httpx.Response:
    return fireworks.post("/nodePools", json={"nodePoolId": pool_id, "nodePool": {**EKS, **fields}})


def test_pools_and_environments_are_created_in_a_wrapper_under_the_callers_id(
    fireworks: httpx.Client, world: World
) -> None:
    pool = _pool(fireworks, displayName="Mine", maxNodeCount=3).json()
    assert pool["name"] == "accounts/sandbox/nodePools/mine"
    assert (pool["displayName"], pool["maxNodeCount"], pool["eksNodePool"]) == ("Mine", 3, EKS["eksNodePool"])
    assert pool["status"] == {"code": "OK", "message": ""}
    assert walk(fireworks, world, "/nodePools/mine", 120) == ["CREATING", "READY"]
    body = {"environmentId": "mine", "environment": {"baseImageRef": "base:1", "shared": True}}
    environment = fireworks.post("/environments", json=body).json()
    assert environment["name"] == "accounts/sandbox/environments/mine"
    assert (environment["baseImageRef"], environment["shared"]) == ("base:1", True)
    assert walk(fireworks, world, "/environments/mine", 60) == ["CREATING", "DISCONNECTED"]
    for collection in ("nodePools", "environments"):
        unwrapped = fireworks.post(f"/{collection}", json={"displayName": "x"})
        assert "unknown field" in unwrapped.json()["message"]


def test_repeating_a_create_with_the_callers_id_already_exists(fireworks: httpx.Client) -> None:
    _pool(fireworks)
    body = {"environmentId": "my-env", "environment": {"baseImageRef": "base:1"}}
    for answer in (_pool(fireworks), fireworks.post("/environments", json=body)):
        assert (answer.status_code, answer.json()["code"]) == (409, 6)


BAD_POOLS: list[tuple[dict[str, Any], str]] = [
    ({"maxNodeCount": -1}, "max_node_count must be a positive integer"),
    ({"minNodeCount": 2}, "min_node_count must not be negative or greater"),
    ({"minNodeCount": 2, "maxNodeCount": 3, "overprovisionNodeCount": 2}, "overprovision_node_count"),
    ({"eksNodePool": {}}, "eks_node_pool.instance_type is required"),
    ({"eksNodePool": None}, "one of eks_node_pool, fake_node_pool is required"),
    ({"fakeNodePool": {"numNodes": 1}}, "oneof node_pool_type is already set"),
    ({"displayName": "a" * 64}, "display_name must be fewer than 64"),
    ({"annotations": {"fireworks.ai/x": ""}}, "reserved prefix"),
    ({"gpuCount": 8}, 'unknown field "gpuCount"'),
]


@pytest.mark.parametrize(("fields", "text"), BAD_POOLS, ids=[text for _, text in BAD_POOLS])
def test_a_bad_pool_is_refused(fireworks: httpx.Client, fields: dict[str, Any], text: str) -> None:
    answer = _pool(fireworks, **fields)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert text in answer.json()["message"]


@pytest.mark.parametrize("pool_id", ["", "Mine", "1st", "a_b", "a" * 64, "end-"])
def test_a_bad_id_is_refused(fireworks: httpx.Client, pool_id: str) -> None:
    assert _pool(fireworks, pool_id).json()["message"].startswith("node_pool_id ")


def test_a_pool_of_machines_that_do_not_exist_fails_with_a_status_object(fireworks: httpx.Client, world: World) -> None:
    _pool(fireworks, eksNodePool={"instanceType": "enormous"})
    assert walk(fireworks, world, "/nodePools/mine", 120) == ["CREATING", "FAILED"]
    status = fireworks.get("/nodePools/mine").json()["status"]
    assert status == {"code": "INVALID_ARGUMENT", "message": "the instance type does not exist"}


def test_a_pool_can_be_resized_and_not_given_other_machines(fireworks: httpx.Client) -> None:
    path = "/nodePools/a10g-pool"
    assert fireworks.patch(path, params={"updateMask": "max_node_count"}, json={"maxNodeCount": 9}).status_code == 200
    assert fireworks.get(path).json()["maxNodeCount"] == 9
    assert fireworks.patch(path, params={"updateMask": "minNodeCount"}, json={"minNodeCount": 10}).json()["code"] == 3
    answer = fireworks.patch(path, json={"eksNodePool": {"instanceType": "g5.xlarge"}})
    assert answer.json()["message"] == "eks_node_pool is immutable"


def test_the_stats_of_a_pool_count_ranks_by_state(fireworks: httpx.Client, world: World) -> None:
    path = "/nodePools/h100-pool:getStats"
    idle = {"nodeCount": 1, "ranksPerNode": 8, "environmentCount": 0, "environmentRanks": 0}
    assert fireworks.get(path).json() == {**idle, "batchJobCount": {}, "batchJobRanks": {}}
    first = make_job(fireworks, numRanks=12)
    run_until(fireworks, world, first, "RUNNING")
    make_job(fireworks, numRanks=3)
    make_job(fireworks, numRanks=2, nodePoolId="cpu-pool")
    fireworks.post("/environments/my-env:connect", json={"connection": {"nodePoolId": "h100-pool", "numRanks": 2}})
    stats = fireworks.get(path).json()
    assert stats == {
        "nodeCount": 2,
        "ranksPerNode": 8,
        "environmentCount": 1,
        "environmentRanks": 2,
        "batchJobCount": {"RUNNING": 1, "CREATING": 1},
        "batchJobRanks": {"RUNNING": 12, "CREATING": 3},
    }
    assert fireworks.get("/nodePools/h100-pool").json()["nodePoolStats"] == stats
    assert fireworks.get("/nodePools/cpu-pool:getStats").json()["ranksPerNode"] == 1
    assert fireworks.get(path, params={"readMask": "nodeCount"}).json() == {"nodeCount": 2}


def test_a_pool_in_use_is_kept_and_one_that_is_idle_goes(fireworks: httpx.Client, world: World) -> None:
    make_job(fireworks, nodePoolId="cpu-pool")
    assert fireworks.delete("/nodePools/cpu-pool").json()["code"] == 9
    assert fireworks.delete("/nodePools/a10g-pool").json() == {}
    assert walk(fireworks, world, "/nodePools/a10g-pool", 100) == ["DELETING", "gone"]
    assert fireworks.get("/nodePools").json()["totalSize"] == 2
    assert _pool(fireworks, "a10g-pool").status_code == 200


@pytest.mark.parametrize(
    ("collection", "names"), [("nodePools", ["cpu-pool", "a10g-pool"]), ("environments", ["my-env"])]
)
def test_several_are_deleted_by_full_names(
    fireworks: httpx.Client, world: World, collection: str, names: list[str]
) -> None:
    before = fireworks.get(f"/{collection}").json()["totalSize"]
    full = [f"accounts/sandbox/{collection}/{name}" for name in names]
    assert fireworks.post(f"/{collection}:batchDelete", json={"names": names}).json()["code"] == 3
    assert fireworks.post(f"/{collection}:batchDelete", json={"names": full}).json() == {}
    world.clock.advance(100)
    assert fireworks.get(f"/{collection}").json()["totalSize"] == before - len(names)


def test_an_environment_connects_and_disconnects(fireworks: httpx.Client, world: World) -> None:
    path = "/environments/eval-env"
    assert "snapshotImageRef" not in fireworks.get(path).json()
    answer = fireworks.post(f"{path}:connect", json={"connection": {"nodePoolId": "a10g-pool"}})
    assert (answer.status_code, answer.json()) == (200, {})
    assert fireworks.get(path).json()["connection"] == {"nodePoolId": "a10g-pool", "numRanks": 1, "zone": "us-west-2a"}
    assert walk(fireworks, world, path, 90) == ["CONNECTING", "CONNECTED"]
    assert fireworks.post(f"{path}:connect", json={"connection": {"nodePoolId": "a10g-pool"}}).json()["code"] == 9
    assert fireworks.post(f"{path}:disconnect", json={}).json() == {}
    assert walk(fireworks, world, path, 60) == ["DISCONNECTING", "DISCONNECTED"]
    told = fireworks.get(path).json()
    assert told["snapshotImageRef"]
    assert "connection" not in told
    assert fireworks.post(f"{path}:disconnect", json={}).json()["code"] == 9


@pytest.mark.parametrize(
    ("connection", "text"),
    [
        ({}, "connection.node_pool_id is required"),
        ({"nodePoolId": "none"}, "connection.node_pool_id names no node pool"),
        ({"nodePoolId": "cpu-pool", "numRanks": -1}, "connection.num_ranks must be a positive integer"),
        ({"nodePoolId": "cpu-pool", "gpus": 1}, 'unknown field "gpus"'),
    ],
)
def test_a_bad_connection_is_refused(fireworks: httpx.Client, connection: dict[str, Any], text: str) -> None:
    answer = fireworks.post("/environments/my-env:connect", json={"connection": connection})
    assert text in answer.json()["message"]
    assert state(fireworks, "/environments/my-env") == "DISCONNECTED"


def test_a_snapshot_is_posted_bare_and_gets_its_id_from_the_server(fireworks: httpx.Client, world: World) -> None:
    made = [fireworks.post("/snapshots", json={}).json(), fireworks.post("/snapshots").json()]
    assert [snapshot["name"] for snapshot in made] == ["accounts/sandbox/snapshots/8", "accounts/sandbox/snapshots/9"]
    assert walk(fireworks, world, "/snapshots/8", 40) == ["CREATING", "READY"]
    fireworks.delete("/snapshots/9")
    world.clock.advance(20)
    assert fireworks.post("/snapshots").json()["name"].endswith("/10")
    assert fireworks.post("/snapshots", json={"snapshotId": "x"}).json()["code"] == 3
    assert fireworks.patch("/snapshots/8", json={}).status_code == 501


def test_a_cluster_tells_how_to_reach_it_once_it_is_ready(fireworks: httpx.Client, world: World) -> None:
    info = fireworks.get("/clusters/sandbox-cluster:getConnectionInfo").json()
    assert set(info) == {"endpoint", "caData"}
    body = {"clusterId": "other", "cluster": {"fakeCluster": {"location": "here"}}}
    assert fireworks.post("/clusters", json=body).json()["state"] == "CREATING"
    assert fireworks.get("/clusters/other:getConnectionInfo").json()["code"] == 9
    world.clock.advance(600)
    assert fireworks.get("/clusters/other:getConnectionInfo").status_code == 200
    assert fireworks.patch("/clusters/other", json={"displayName": "Other"}).json()["displayName"] == "Other"
    assert fireworks.delete("/clusters/other").json() == {}
    assert walk(fireworks, world, "/clusters/other", 400, every=10) == ["DELETING", "gone"]


BINDINGS = [
    ("awsIamRoleBindings", {"principal": "rita@acme.example", "role": "arn:aws:iam::123456789012:role/eval"}, 1),
    (
        "nodePoolBindings",
        {"principal": "rita@acme.example", "clusterId": "sandbox-cluster", "nodePoolId": "cpu-pool"},
        3,
    ),
]


@pytest.mark.parametrize(("collection", "body", "furnished"), BINDINGS, ids=[name for name, _, _ in BINDINGS])
def test_bindings_are_made_listed_and_deleted_by_what_they_bind(
    fireworks: httpx.Client, collection: str, body: dict[str, str], furnished: int
) -> None:
    assert fireworks.get(f"/{collection}").json()["totalSize"] == furnished
    made = fireworks.post(f"/{collection}", json=body).json()
    assert made == {"accountId": "sandbox", "createTime": "2026-11-20T12:00:00.000Z", **body}
    assert made in fireworks.get(f"/{collection}").json()[collection]
    assert fireworks.post(f"/{collection}", json=body).status_code == 409
    assert fireworks.post(f"/{collection}:delete", json=body).json() == {}
    assert fireworks.post(f"/{collection}:delete", json=body).status_code == 404
    assert fireworks.get(f"/{collection}").json()["totalSize"] == furnished
    for name in body:
        lacking = {key: value for key, value in body.items() if key != name}
        assert "is required" in fireworks.post(f"/{collection}", json=lacking).json()["message"]
    odd = fireworks.post(f"/{collection}", json={**body, "principal": "rita"})
    assert odd.json()["message"] == "principal must be the e-mail address of a user"
