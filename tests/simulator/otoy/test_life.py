import httpx

from gpuconsole.simulator.world import World
from tests.simulator.otoy.asking import job, logs, make_job, runs, words


def test_a_batch_job_goes_through_all_its_statuses(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "90"})
    seen: list[tuple[str, list[str]]] = []
    for _ in range(400):
        if not seen or words(otoy, made) != seen[-1]:
            seen.append(words(otoy, made))
        world.clock.advance(1)
    assert seen == [
        ("PENDING", ["PENDING"]),
        ("ASSIGNED", ["ASSIGNED"]),
        ("ASSIGNED", ["PREPARING"]),
        ("RUNNING", ["RUNNING"]),
        ("COMPLETED", ["COMPLETED"]),
    ]
    run = runs(otoy, made)[0]
    assert (run["duration_ms"], run["hourly_rate_usd"]) == (90_000, 0.35)
    assert logs(otoy, run["uuid"]).endswith("[entrypoint] exit code 0\n")
    assert job(otoy, made)["title"] == "segment-eval"
