"""A pool for which there are no machines: jobs wait, and go on from where stock came."""

import httpx

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.asking import make_job, state


def test_without_stock_a_job_waits_unbilled_and_goes_on_when_there_is_some(
    fireworks: httpx.Client, world: World, control: httpx.Client
) -> None:
    control.post("/faults", json={"provider": "fireworks", "fault": "out_of_stock", "match": "h100-pool"})
    waits, runs = make_job(fireworks, "sleep 100"), make_job(fireworks, "sleep 100", nodePoolId="cpu-pool")
    codes = {
        pool["name"].rpartition("/")[2]: pool["status"]["code"]
        for pool in fireworks.get("/nodePools").json()["nodePools"]
    }
    assert codes == {"h100-pool": "RESOURCE_EXHAUSTED", "a10g-pool": "OK", "cpu-pool": "OK"}
    world.clock.advance(5000)
    assert (state(fireworks, waits), state(fireworks, runs)) == ("PENDING", "COMPLETED")
    assert world.resources()[0].billed_s(world.now()) == 0
    control.delete("/faults")
    world.clock.advance(50)
    assert state(fireworks, waits) == "RUNNING"
    world.clock.advance(100)
    assert state(fireworks, waits) == "COMPLETED"
    assert world.resources()[0].billed_s(world.now()) == 100


def test_a_job_that_waits_for_stock_can_be_cancelled(
    fireworks: httpx.Client, world: World, control: httpx.Client
) -> None:
    control.post("/faults", json={"provider": "fireworks", "fault": "out_of_stock"})
    path = make_job(fireworks)
    world.clock.advance(500)
    assert fireworks.post(f"{path}:cancel", json={}).status_code == 200
    world.clock.advance(20)
    assert state(fireworks, path) == "CANCELLED"
