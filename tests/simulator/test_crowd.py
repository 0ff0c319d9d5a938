"""Very many resources at once, what they went through, and instances that go round."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.asking import make_job, start


def made_job(baseten: httpx.Client) -> str:
    """The id of a new job."""
    return make_job(baseten, "sleep 600").rpartition("/")[2]


def crowd(control: httpx.Client, provider: str, like: str, ages_s: dict[str, float]) -> httpx.Response:
    asked: dict[str, Any] = {"provider": provider, "like": like, "ids": list(ages_s), "ages_s": list(ages_s.values())}
    return control.post("/crowd", json=asked)


def test_copies_live_on_from_an_age_of_their_own(control: httpx.Client, baseten: httpx.Client, world: World) -> None:
    job = made_job(baseten)
    made = crowd(control, "baseten", job, {"older": 5000, "younger": 300})
    assert made.status_code == 201
    states = {row["id"]: row["state"] for row in control.get("/resources").json()["resources"]}
    assert states["older"] == "TRAINING_JOB_COMPLETED"
    assert states["younger"] == "TRAINING_JOB_RUNNING"
    assert states[job] == "TRAINING_JOB_PENDING"
    listed = baseten.post("/v1/training_jobs/search", json={}).json()["training_jobs"]
    assert [one["id"] for one in listed] == ["younger", "older", job]


def test_changes_are_told_with_their_moments(control: httpx.Client, baseten: httpx.Client, world: World) -> None:
    job = made_job(baseten)
    since = world.now()
    world.clock.advance(100)
    told = control.get("/changes", params={"provider": "baseten", "since": str(since)}).json()
    words = [word for _, word in told["changes"][job]]
    assert words == ["TRAINING_JOB_CREATED", "TRAINING_JOB_DEPLOYING"]
    assert all(since < moment <= told["now"] for moment, _ in told["changes"][job])


def test_an_instance_that_is_stirred_stops_and_is_started_again(
    control: httpx.Client, cortecs: httpx.Client, world: World
) -> None:
    instance = start(cortecs)
    assert control.post("/stir", json={"provider": "cortecs", "count": 1}).json()["ids"] == []
    world.clock.advance(600)
    assert control.post("/stir", json={"provider": "cortecs", "count": 1}).json()["ids"] == [instance]
    world.clock.advance(60)
    running = {"provider": "cortecs", "count": 1, "state": "running"}
    assert control.post("/stir", json=running).json()["ids"] == []
    assert control.post("/stir", json=running | {"state": "stopped"}).json()["ids"] == [instance]
    words = control.get("/changes", params={"provider": "cortecs"}).json()["changes"][instance]
    assert [word for _, word in words] == ["pending", "running", "stopped", "pending"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"like": "nobody"}, "must name a resource"),
        ({"ages_s": []}, "lists of one length"),
        ({"ids": ["a", "a"]}, "each once"),
        ({"ages_s": [1, -1]}, "none of them negative"),
    ],
)
def test_odd_crowds_are_refused(
    control: httpx.Client, baseten: httpx.Client, changes: dict[str, Any], text: str
) -> None:
    asked = {"provider": "baseten", "like": made_job(baseten), "ids": ["a", "b"], "ages_s": [1, 2]}
    answer = control.post("/crowd", json=asked | changes)
    assert answer.status_code == 400
    assert text in answer.json()["error"]
