"""The known quirks of the provider's reference, in its order and under its numbers."""

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.asking import REFERENCE, job_body, make_job, run_until, walk


def test_quirk_1_the_node_pool_is_required_and_executors_have_fields_that_the_first_page_leaves_out(
    fireworks: httpx.Client,
) -> None:
    without = {name: value for name, value in REFERENCE.items() if name != "nodePoolId"}
    assert fireworks.post("/batchJobs", json=without).json()["message"] == "node_pool_id is required"
    bare = fireworks.post("/batchJobs", json={**REFERENCE, "pythonExecutor": {}})
    assert bare.json()["message"] == "python_executor.target_type is required"


def test_quirk_2_a_pool_is_named_by_its_short_id_and_a_batch_delete_takes_full_names(fireworks: httpx.Client) -> None:
    full = {**REFERENCE, "nodePoolId": "accounts/sandbox/nodePools/h100-pool"}
    assert fireworks.post("/batchJobs", json=full).json()["code"] == 3
    job = fireworks.post("/batchJobs", json=REFERENCE).json()
    short = job["name"].rpartition("/")[2]
    assert fireworks.post("/batchJobs:batchDelete", json={"names": [short]}).json()["code"] == 3
    assert fireworks.post("/batchJobs:batchDelete", json={"names": [job["name"]]}).json() == {}


def test_quirk_3_both_forms_of_a_resource_name_end_in_the_same_id(fireworks: httpx.Client) -> None:
    name = fireworks.post("/batchJobs", json=REFERENCE).json()["name"]
    job_id = name.rpartition("/")[2]
    assert name == f"accounts/sandbox/batchJobs/{job_id}"
    longer = f"accounts/sandbox/clusters/sandbox-cluster/batchJobs/{job_id}"
    assert fireworks.post("/batchJobs:batchDelete", json={"names": [longer]}).json() == {}
    assert fireworks.get(f"/batchJobs/{job_id}").json()["state"] == "DELETING"


def test_quirk_4_queued_is_a_state_that_no_job_shows_unasked(fireworks: httpx.Client, world: World) -> None:
    assert "QUEUED" not in walk(fireworks, world, make_job(fireworks, "sleep 9"))
    asked = make_job(fireworks, annotations={"simulator.example/also-shows": "QUEUED"})
    assert "QUEUED" in walk(fireworks, world, asked, 60)
    queued = make_job(fireworks, annotations={"simulator.example/also-shows": "QUEUED"})
    run_until(fireworks, world, queued, "QUEUED")
    assert fireworks.post(f"{queued}:cancel", json={}).status_code == 200


def test_quirk_5_the_status_is_a_text_on_jobs_and_an_object_elsewhere(fireworks: httpx.Client) -> None:
    assert isinstance(fireworks.get(make_job(fireworks)).json()["status"], str)
    for path in ("nodePools/h100-pool", "environments/my-env", "snapshots/7", "clusters/sandbox-cluster"):
        assert fireworks.get(f"/{path}").json()["status"] == {"code": "OK", "message": ""}


@pytest.mark.parametrize("query", ["ranks=0,2", "ranks=0&ranks=2", "ranks=0%2C2"])
def test_quirk_6_ranks_come_joined_by_commas_or_one_by_one(fireworks: httpx.Client, world: World, query: str) -> None:
    path = make_job(fireworks, numRanks=3)
    world.clock.advance(200)
    entries = fireworks.get(f"{path}:getLogs?{query}&pageSize=1000").json()["entries"]
    assert {entry["rank"] for entry in entries} == {0, 2}


def test_quirk_7_log_pages_run_backwards_and_a_tail_wants_a_start_time_and_the_head(
    fireworks: httpx.Client, world: World
) -> None:
    path = make_job(fireworks)
    world.clock.advance(200)
    newest = fireworks.get(f"{path}:getLogs?pageSize=2").json()
    older = fireworks.get(f"{path}:getLogs", params={"pageSize": 2, "pageToken": newest["nextPageToken"]}).json()
    times = [entry["logTime"] for entry in newest["entries"] + older["entries"]]
    assert times == sorted(times, reverse=True)
    world.clock.advance(20)
    tail = fireworks.get(f"{path}:getLogs", params={"startTime": times[0], "startFromHead": "true"}).json()
    fresh = [entry["logTime"] for entry in tail["entries"]]
    assert fresh[0] == times[0]
    assert fresh == sorted(fresh)
    assert fresh[-1] > times[0]


def test_quirk_8_jobs_and_snapshots_are_posted_bare_and_pools_and_environments_in_a_wrapper(
    fireworks: httpx.Client,
) -> None:
    pool = {"eksNodePool": {"instanceType": "g5.xlarge"}}
    environment = {"baseImageRef": "base:1"}
    right = {
        "batchJobs": REFERENCE,
        "snapshots": {},
        "nodePools": {"nodePoolId": "p", "nodePool": pool},
        "environments": {"environmentId": "e", "environment": environment},
    }
    wrong = {
        "batchJobs": {"batchJob": REFERENCE},
        "snapshots": {"snapshot": {}},
        "nodePools": {**pool, "nodePoolId": "q"},
        "environments": {**environment, "environmentId": "f"},
    }
    for collection, body in right.items():
        assert fireworks.post(f"/{collection}", json=wrong[collection]).json()["code"] == 3
        assert fireworks.post(f"/{collection}", json=body).status_code == 200


def test_quirk_9_zero_values_vanish(fireworks: httpx.Client) -> None:
    job = fireworks.post("/batchJobs", json=job_body(numRanks=0, shared=False, displayName="")).json()
    assert {"numRanks", "shared", "displayName"} & set(job) == set()


def test_quirk_10_rest_takes_a_bearer_and_not_the_header_of_grpc(fireworks: httpx.Client) -> None:
    key = fireworks.headers.pop("authorization").removeprefix("Bearer ")
    assert fireworks.get("/batchJobs", headers={"x-api-key": key}).status_code == 401
    assert fireworks.get("/batchJobs", headers={"authorization": f"bearer {key}"}).status_code == 200


def test_quirk_11_the_calls_answer_plain_verbs_as_newer_clients_have_no_methods_for_them(
    fireworks: httpx.Client, world: World
) -> None:
    headers = {"X-Stainless-Lang": "python", "X-Stainless-Retry-Count": "0", "Accept": "application/json"}
    fireworks.headers.update(headers)
    path = make_job(fireworks, "sleep 9")
    run_until(fireworks, world, path, "COMPLETED")
    assert fireworks.get(f"{path}:getLogs").json()["entries"]
    assert fireworks.patch(path, json={"nodePoolId": "h100-pool", "displayName": "x"}).json()["displayName"] == "x"
    assert fireworks.delete(path).json() == {}


def test_a_repeated_create_makes_a_second_job_as_there_is_no_idempotency(fireworks: httpx.Client) -> None:
    headers = {"Idempotency-Key": "one"}
    names = {fireworks.post("/batchJobs", json=REFERENCE, headers=headers).json()["name"] for _ in range(2)}
    assert len(names) == 2
