"""A world that is written and read back is the same world."""

from pathlib import Path

import httpx
import pytest

from gpuconsole.simulator import state_file
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.server import serve
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.simulator.conftest import NOON
from tests.simulator.fireworks.asking import make_job

KEY = {"Authorization": "Bearer sandbox-fireworks-key"}
LISTS = ("batchJobs", "nodePools", "environments", "snapshots", "clusters", "awsIamRoleBindings", "nodePoolBindings")


def _again(world: World, file: Path, later_s: float) -> World:
    state_file.write(file, state_file.snapshot(world))
    found = World(clock=Clock(wall=lambda: NOON + later_s))
    state_file.read(file, found)
    return found


def _client(world: World) -> httpx.Client:
    transport = httpx.WSGITransport(create_app(world=world))
    return httpx.Client(transport=transport, base_url="http://sim.test/fireworks/v1/accounts/sandbox", headers=KEY)


@pytest.mark.parametrize("later_s", [0, 5, 30, 10_000])
def test_all_is_told_as_before_whatever_became_of_it(
    world: World, fireworks: httpx.Client, tmp_path: Path, later_s: float
) -> None:
    paths = [make_job(fireworks, "sleep infinity", displayName=f"job-{n}", numRanks=n + 1) for n in range(5)]
    make_job(fireworks, "sleep 20; exit 3", imageRef=None, environmentId="my-env", snapshotId="7")
    make_job(fireworks, nodePoolId="cpu-pool", annotations={"simulator.example/also-shows": "QUEUED"})
    world.clock.advance(300)
    fireworks.post(f"{paths[0]}:cancel", json={})
    fireworks.delete(paths[1])
    fireworks.patch(paths[2], json={"displayName": "renamed", "shared": True})
    fireworks.delete("/nodePools/a10g-pool")
    fireworks.post("/nodePools", json={"nodePoolId": "n", "nodePool": {"fakeNodePool": {"numNodes": 2}}})
    fireworks.post("/environments/my-env:connect", json={"connection": {"nodePoolId": "h100-pool"}})
    fireworks.post("/snapshots", json={})
    binding = {"principal": "rita@acme.example", "role": "arn:aws:iam::123456789012:role/eval"}
    fireworks.post("/awsIamRoleBindings", json=binding)
    found = _again(world, tmp_path / "world.json", later_s)
    world.clock.advance(later_s)
    assert [r.as_row(found.now()) for r in found.resources()] == [r.as_row(world.now()) for r in world.resources()]
    with _client(found) as anew:
        for path in (*(f"/{name}" for name in LISTS), *paths, *(f"{path}:getLogs" for path in paths)):
            assert (path, anew.get(path).json()) == (path, fireworks.get(path).json())
        assert anew.post("/snapshots").json()["name"] == fireworks.post("/snapshots").json()["name"]


def test_what_was_deleted_to_the_last_does_not_come_back(
    world: World, fireworks: httpx.Client, tmp_path: Path, control: httpx.Client
) -> None:
    names = [f"accounts/sandbox/environments/{name}" for name in ("my-env", "eval-env")]
    fireworks.post("/environments:batchDelete", json={"names": names})
    world.clock.advance(10)
    with _client(_again(world, tmp_path / "world.json", 10)) as anew:
        assert anew.get("/environments").json() == {"environments": [], "totalSize": 0}
    control.post("/reset", json={})
    assert fireworks.get("/environments").json()["totalSize"] == 2


def test_a_world_that_is_furnished_anew_is_not_the_one_that_was_left(world: World, fireworks: httpx.Client) -> None:
    fireworks.post("/environments/my-env:connect", json={"connection": {"nodePoolId": "h100-pool"}})
    with _client(World(clock=Clock(wall=lambda: NOON))) as other:
        assert other.get("/environments/my-env").json()["state"] == "DISCONNECTED"


def test_repeated_parameters_arrive_over_real_http() -> None:
    with serve(speed=1000) as served, httpx.Client(base_url=f"{served.url}/fireworks/v1/accounts/sandbox") as client:
        client.headers.update(KEY)
        path = make_job(client, "sleep infinity", numRanks=4)
        served.world.clock.advance(10)
        entries = client.get(f"{path}:getLogs?ranks=1&ranks=2&pageSize=1000").json()["entries"]
        assert {entry["rank"] for entry in entries} == {1, 2}
