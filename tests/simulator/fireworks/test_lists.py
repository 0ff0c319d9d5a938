"""Pages, order, filters and field masks."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.asking import job_body, make_job


def _names(fireworks: httpx.Client, **params: Any) -> list[str]:
    answer = fireworks.get("/batchJobs", params=params)
    assert answer.status_code == 200, answer.text
    return [job.get("displayName", "") for job in answer.json()["batchJobs"]]


def _make(fireworks: httpx.Client, world: World, count: int) -> None:
    for number in range(count):
        make_job(fireworks, displayName=f"job-{number:03d}", numRanks=1 + number % 4)
        if number % 3 == 0:
            world.clock.advance(1)


def test_fifty_are_listed_newest_first_unless_asked_otherwise_and_never_more_than_200(
    fireworks: httpx.Client, world: World
) -> None:
    _make(fireworks, world, 205)
    first = fireworks.get("/batchJobs").json()
    assert len(first["batchJobs"]) == 50
    assert first["totalSize"] == 205
    assert [job["displayName"] for job in first["batchJobs"]] == [f"job-{n:03d}" for n in range(204, 154, -1)]
    assert len(_names(fireworks, pageSize=201)) == 200
    assert len(_names(fireworks, pageSize=0)) == 50
    assert fireworks.get("/batchJobs?pageSize=-1").json()["code"] == 3


def test_pages_hold_each_job_once_and_the_last_has_no_token(fireworks: httpx.Client, world: World) -> None:
    _make(fireworks, world, 11)
    for order in ("", "create_time", "num_ranks desc,display_name", "numRanks"):
        pages: list[list[str]] = []
        params: dict[str, Any] = {"pageSize": 4, "orderBy": order}
        while not pages or params["pageToken"]:
            answer = fireworks.get("/batchJobs", params=params).json()
            pages.append([job["displayName"] for job in answer["batchJobs"]])
            params["pageToken"] = answer.get("nextPageToken")
        assert [len(page) for page in pages] == [4, 4, 3]
        assert len({name for page in pages for name in page}) == 11


def test_a_job_made_or_deleted_between_two_pages_shifts_nothing(fireworks: httpx.Client, world: World) -> None:
    _make(fireworks, world, 6)
    first = fireworks.get("/batchJobs", params={"pageSize": 3}).json()
    make_job(fireworks, displayName="late")
    gone = first["batchJobs"][2]["name"].rpartition("/")[2]
    fireworks.delete(f"/batchJobs/{gone}")
    world.clock.advance(10)
    assert _names(fireworks, pageSize=3, pageToken=first["nextPageToken"]) == ["job-002", "job-001", "job-000"]


def test_a_token_fits_only_the_call_that_made_it(fireworks: httpx.Client, world: World) -> None:
    _make(fireworks, world, 4)
    params: dict[str, Any] = {"pageSize": 2, "filter": "num_ranks>0"}
    token = fireworks.get("/batchJobs", params=params).json()["nextPageToken"]
    assert len(_names(fireworks, **params, pageToken=token)) == 2
    for other in ({"filter": ""}, {"orderBy": "name"}, {"readMask": "name"}):
        answer = fireworks.get("/batchJobs", params={**params, **other, "pageToken": token})
        assert (answer.status_code, answer.json()["code"]) == (400, 3)
    for nonsense in ("x", "abc=", "W10", "%%"):
        assert fireworks.get("/batchJobs", params={"pageToken": nonsense}).status_code == 400


FILTERS = [
    ('display_name="b"', ["b"]),
    ("displayName=b", ["b"]),
    ('display_name!="b"', ["c", "a"]),
    ("state=CREATING", ["c", "b", "a"]),
    ('state="RUNNING" OR display_name="a"', ["a"]),
    ("num_ranks>=2", ["c", "b"]),
    ("num_ranks=0", ["a"]),
    ("numRanks < 3 AND num_ranks > 1", ["b"]),
    ("num_ranks=2 shared=true", ["b"]),
    ("shared=false", ["c", "a"]),
    ("NOT shared=true", ["c", "a"]),
    ("-shared=true", ["c", "a"]),
    ('(display_name="a" OR display_name="b") AND num_ranks>1', ["b"]),
    # OR binds closer than AND.
    ('num_ranks>1 AND display_name="a" OR display_name="b"', ["b"]),
    ('annotations."gpuconsole.example/launch-id"="L2"', ["b"]),
    ('annotations.plain="L3"', ["c"]),
    ('annotations:"gpuconsole.example/launch-id"', ["b"]),
    ("env_vars:*", ["c"]),
    ("shell_executor.command:train", ["c", "b", "a"]),
    ('display_name="b*"', ["b"]),
    ('image_ref="*eval*"', ["c", "b", "a"]),
    ('create_time>="2026-11-20T12:00:01Z"', ["c", "b"]),
    ('create_time<"2026-11-20T13:00:01+01:00"', ["a"]),
    ('start_time>"2026-01-01T00:00:00Z"', []),
    ('create_time > "2026-11-20T12:00:00.500Z" AND num_ranks=3', ["c"]),
]


@pytest.mark.parametrize(("text", "names"), FILTERS, ids=[text for text, _ in FILTERS])
def test_a_filter_chooses(fireworks: httpx.Client, world: World, text: str, names: list[str]) -> None:
    make_job(fireworks, displayName="a")
    world.clock.advance(1)
    launch = {"gpuconsole.example/launch-id": "L2"}
    make_job(fireworks, displayName="b", numRanks=2, shared=True, annotations=launch)
    make_job(fireworks, displayName="c", numRanks=3, annotations={"plain": "L3"}, envVars={"X": "1"})
    assert _names(fireworks, filter=text) == names


@pytest.mark.parametrize(
    "text", ["display_name=", "colour=red", "(state=RUNNING", "state=RUNNING)", "=x", "num_ranks>many", '"open', "AND"]
)
def test_a_filter_that_cannot_be_read_is_refused(fireworks: httpx.Client, text: str) -> None:
    make_job(fireworks, numRanks=2)
    answer = fireworks.get("/batchJobs", params={"filter": text})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert answer.json()["message"].startswith("filter")


@pytest.mark.parametrize("order", ["colour", "name up", "name desc asc", ",", "name,,state"])
def test_an_order_that_cannot_be_read_is_refused(fireworks: httpx.Client, order: str) -> None:
    assert fireworks.get("/batchJobs", params={"orderBy": order}).json()["code"] == 3


def test_a_field_mask_leaves_out_all_else(fireworks: httpx.Client) -> None:
    path = make_job(fireworks, displayName="a", numRanks=2)
    masked = {"displayName": "a", "numRanks": 2}
    assert fireworks.get(path, params={"readMask": "displayName,num_ranks"}).json() == masked
    assert fireworks.get("/batchJobs", params={"readMask": "displayName,numRanks"}).json()["batchJobs"] == [masked]
    assert fireworks.get(path, params={"readMask": "*"}).json() == fireworks.get(path).json()
    assert fireworks.get(path, params={"readMask": "colour"}).json()["code"] == 3


def test_pools_and_environments_are_listed_by_name_and_snapshots_by_age(fireworks: httpx.Client, world: World) -> None:
    world.clock.advance(5)
    fireworks.post("/snapshots", json={})
    fireworks.post("/environments", json={"environmentId": "a-env", "environment": {"baseImageRef": "b:1"}})
    for collection, ids in {
        "nodePools": ["a10g-pool", "cpu-pool", "h100-pool"],
        "environments": ["a-env", "eval-env", "my-env"],
        "snapshots": ["6", "7", "8"],
        "clusters": ["sandbox-cluster"],
    }.items():
        answer = fireworks.get(f"/{collection}").json()
        assert [thing["name"] for thing in answer[collection]] == [f"accounts/sandbox/{collection}/{i}" for i in ids]
        assert answer["totalSize"] == len(ids)
        first = fireworks.get(f"/{collection}?pageSize=1").json()
        assert ("nextPageToken" in first) == (len(ids) > 1)


def test_a_launch_is_found_again_by_its_annotation_in_the_newest_first_list(fireworks: httpx.Client) -> None:
    for number in range(3):
        body = job_body(displayName="eval", annotations={"gpuconsole.example/launch-id": f"L{number}"})
        fireworks.post("/batchJobs", json=body)
    listed = fireworks.get("/batchJobs", params={"orderBy": "create_time desc", "filter": 'display_name="eval"'}).json()
    found = [job["annotations"]["gpuconsole.example/launch-id"] for job in listed["batchJobs"]]
    assert found == ["L2", "L1", "L0"]
