"""Change and delete of jobs: field masks, what cannot change, full resource names."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.asking import make_job, state


def _shown(job: dict[str, Any]) -> tuple[str | None, bool]:
    return job.get("displayName"), job.get("shared", False)


MASKS = [
    ("displayName", {"displayName": "new"}, ("new", True)),
    ("display_name", {"displayName": "new", "shared": False}, ("new", True)),
    ("shared", {"displayName": "new"}, ("old", False)),
    ("display_name,shared", {"displayName": "new"}, ("new", False)),
    ("displayName", {}, (None, True)),
    ("*", {"displayName": "new"}, ("new", False)),
    # An empty mask replaces all that can be changed: what is not sent is cleared.
    ("", {"displayName": "new"}, ("new", False)),
    ("", {"nodePoolId": "h100-pool", "shared": True}, (None, True)),
    ("state,displayName", {"state": "COMPLETED", "displayName": "new"}, ("new", True)),
]


@pytest.mark.parametrize(("mask", "body", "shown"), MASKS, ids=[f"{mask} {body}" for mask, body, _ in MASKS])
def test_label_and_sharing_are_changed_as_the_mask_says(
    fireworks: httpx.Client, world: World, mask: str, body: dict[str, Any], shown: tuple[str | None, bool]
) -> None:
    path = make_job(fireworks, displayName="old", shared=True)
    before = fireworks.get(path).json()
    world.clock.advance(2)
    answer = fireworks.patch(path, params={"updateMask": mask} if mask else {}, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == fireworks.get(path).json()
    assert _shown(answer.json()) == shown
    assert answer.json()["updateTime"] > before["updateTime"]
    same = ("name", "createTime", "state", "nodePoolId", "imageRef", "shellExecutor")
    assert {name: answer.json()[name] for name in same} == {name: before[name] for name in same}


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("numRanks", {"numRanks": 2}, "num_ranks is immutable"),
    ("imageRef", {}, "image_ref is immutable"),
    ("", {"nodePoolId": "cpu-pool"}, "node_pool_id is immutable"),
    ("", {"annotations": {"a": "b"}}, "annotations is immutable"),
    ("displayName", {"displayName": "a" * 64}, "display_name must be fewer than 64"),
    ("colour", {"displayName": "a"}, 'update_mask: unknown field "colour"'),
    ("displayName", {"colour": "red"}, 'unknown field "colour"'),
]


@pytest.mark.parametrize(("mask", "body", "text"), BAD, ids=[text for _, _, text in BAD])
def test_all_else_is_immutable(fireworks: httpx.Client, mask: str, body: dict[str, Any], text: str) -> None:
    path = make_job(fireworks, displayName="old")
    before = fireworks.get(path).json()
    answer = fireworks.patch(path, params={"updateMask": mask}, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert text in answer.json()["message"]
    assert fireworks.get(path).json() == before


def test_a_new_label_is_found_by_filters_and_faults(fireworks: httpx.Client, control: httpx.Client) -> None:
    path = make_job(fireworks, displayName="old")
    fireworks.patch(path, json={"displayName": "new"})
    assert fireworks.get("/batchJobs", params={"filter": "display_name=new"}).json()["totalSize"] == 1
    assert control.get("/resources").json()["resources"][0]["name"] == "new"


def test_several_are_deleted_by_full_names_with_or_without_a_cluster(fireworks: httpx.Client, world: World) -> None:
    paths = [make_job(fireworks) for _ in range(3)]
    ids = [path.rpartition("/")[2] for path in paths]
    names = [f"accounts/sandbox/batchJobs/{ids[0]}", f"accounts/sandbox/clusters/sandbox-cluster/batchJobs/{ids[1]}"]
    answer = fireworks.post("/batchJobs:batchDelete", json={"names": names})
    assert (answer.status_code, answer.json()) == (200, {})
    assert [state(fireworks, path) for path in paths] == ["DELETING", "DELETING", "CREATING"]
    world.clock.advance(10)
    assert fireworks.get("/batchJobs").json()["totalSize"] == 1


@pytest.mark.parametrize("name", ["{id}", "batchJobs/{id}", "accounts/acme/batchJobs/{id}", "accounts/sandbox/x/{id}"])
def test_names_that_are_no_full_names_delete_nothing(fireworks: httpx.Client, name: str) -> None:
    path = make_job(fireworks)
    job_id = path.rpartition("/")[2]
    names = [f"accounts/sandbox/batchJobs/{job_id}", name.format(id=job_id)]
    assert fireworks.post("/batchJobs:batchDelete", json={"names": names}).json()["code"] == 3
    assert state(fireworks, path) == "CREATING"


def test_one_name_that_is_not_there_deletes_nothing(fireworks: httpx.Client) -> None:
    path = make_job(fireworks)
    names = [f"accounts/sandbox{path}", "accounts/sandbox/batchJobs/1"]
    assert fireworks.post("/batchJobs:batchDelete", json={"names": names}).status_code == 404
    assert state(fireworks, path) == "CREATING"
