from pathlib import Path

import httpx
import pytest

from gpuconsole.simulator import state_file
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.simulator.conftest import NOON
from tests.simulator.novita.asking import DOCUMENTED, V1, Novita


def _again(world: World, file: Path, later_s: float = 0) -> World:
    state_file.write(file, state_file.snapshot(world))
    found = World(clock=Clock(wall=lambda: NOON + later_s))
    state_file.read(file, found)
    return found


@pytest.mark.parametrize("later_s", [0, 5, 300, 20_000])
def test_instances_are_told_as_before_whatever_became_of_them(novita: Novita, tmp_path: Path, later_s: float) -> None:
    made = [novita.create(**DOCUMENTED) for _ in range(4)]
    made += [
        novita.create(billingMode="spot"),
        novita.create(productId="26", month=1, autoRenew=True),
        novita.create(command="sleep 90"),
    ]
    novita.world.clock.advance(600)
    novita.act("stop", made[0])
    novita.act("edit", made[1], expandRootDisk=50, ports=[])
    novita.act("delete", made[2])
    novita.act("migrate", made[3])
    found = _again(novita.world, tmp_path / "world.json", later_s)
    novita.world.clock.advance(later_s)
    rows = [resource.as_row(found.now()) for resource in found.resources()]
    assert rows == [resource.as_row(novita.world.now()) for resource in novita.world.resources()]
    with httpx.Client(
        transport=httpx.WSGITransport(create_app(world=found)),
        base_url="http://sim.test/novita",
        headers=novita.client.headers,
    ) as client:
        anew = Novita(client, found)
        assert anew.get("/gpu/instances") == novita.get("/gpu/instances")
        assert anew.get("/jobs") == novita.get("/jobs")
        for one in (made[0], made[1], made[3], made[4]):
            assert anew.read(one) == novita.read(one)
            assert anew.get("/openapi/v1/metrics/gpu/instance", instanceId=one) == novita.get(
                "/openapi/v1/metrics/gpu/instance", instanceId=one
            )


def test_what_belongs_to_the_account_is_kept(novita: Novita, tmp_path: Path) -> None:
    storage = novita.post("/networkstorage/create", {"clusterId": "us-ca-6", "storageName": "s", "storageSize": 10})
    novita.post("/networkstorage/delete", {"storageId": "6a1c0c1e-1111-4222-8333-0123456789ab"})
    novita.post("/network/create", {"clusterId": "us-ca-6", "name": "lab"})
    novita.post("/repository/auth/save", {"name": "ghcr.io", "username": "me", "password": "hunter2"})
    novita.post("/template/create", {"template": {"name": "t", "image": "x", "rootfsSize": 20}})
    novita.post("/image/prewarm", {"imageUrl": "x", "clusterId": "us-ca-6"})
    found = _again(novita.world, tmp_path / "world.json")
    transport = httpx.WSGITransport(create_app(world=found))
    with httpx.Client(transport=transport, base_url="http://sim.test/novita", headers=novita.client.headers) as client:
        for path in ("networkstorages/list", "networks", "repository/auths", "templates", "image/prewarm"):
            assert client.get(f"{V1}/{path}").json() == novita.get(f"/{path}")
        ids = {row["storageId"] for row in client.get(f"{V1}/networkstorages/list").json()["data"]}
    assert storage in ids
    assert "6a1c0c1e-1111-4222-8333-0123456789ab" not in ids
