import httpx
import pytest

from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import App
from tests.simulator.asking import job_body, make_job, start


def test_resources_show_what_was_asked_and_what_it_costs(
    control: httpx.Client, baseten: httpx.Client, cortecs: httpx.Client, world: World
) -> None:
    make_job(baseten, "sleep 90", nodes=2)
    start(cortecs, num_workers=2)
    world.clock.advance(3600)
    job, instance = control.get("/resources").json()["resources"]
    assert job["provider"] == "baseten"
    assert job["name"] == "eval"
    assert job["state"] == "TRAINING_JOB_COMPLETED"
    assert job["create_body"] == job_body("sleep 90", nodes=2)
    assert job["gpus"] == 4
    assert job["billed_s"] == 90.0
    # 90 s are two started minutes, on two nodes, at 2 x 0.10833 USD.
    assert job["cost"] == "0.866640"
    assert job["currency"] == "USD"
    assert job["created_at"] == "2026-11-20T12:00:00.000Z"
    assert job["ended_at"] > job["created_at"]
    assert instance["provider"] == "cortecs"
    assert instance["state"] == "running"
    assert instance["ended_at"] is None
    assert instance["currency"] == "EUR"


def test_resources_can_be_asked_of_one_provider(
    control: httpx.Client, baseten: httpx.Client, cortecs: httpx.Client
) -> None:
    make_job(baseten)
    start(cortecs)
    rows = control.get("/resources", params={"provider": "cortecs"}).json()["resources"]
    assert [row["provider"] for row in rows] == ["cortecs"]


def test_requests_are_recorded_with_body_and_status(control: httpx.Client, baseten: httpx.Client) -> None:
    baseten.post("/v1/training_projects", json={"training_project": {"name": "sft"}})
    baseten.get("/v1/training_projects/nope", params={"a": "1"})
    first, second = control.get("/requests").json()["requests"]
    assert first == {
        "provider": "baseten",
        "method": "POST",
        "path": "/baseten/v1/training_projects",
        "query": {},
        "body": {"training_project": {"name": "sft"}},
        "status": 200,
        "at": "2026-11-20T12:00:00.000Z",
    }
    assert (second["query"], second["body"], second["status"]) == ({"a": "1"}, None, 404)


def test_requests_can_be_filtered(control: httpx.Client, baseten: httpx.Client, cortecs: httpx.Client) -> None:
    baseten.get("/v1/teams")
    baseten.post("/v1/training_projects", json={"training_project": {"name": "sft"}})
    cortecs.get("/instances/")

    def paths(**wanted: str) -> list[str]:
        return [row["path"] for row in control.get("/requests", params=wanted).json()["requests"]]

    assert paths(provider="cortecs", method="get") == ["/cortecs/api/v1/instances/"]
    assert paths(path="/v1/teams") == ["/baseten/v1/teams"]


def test_the_clock_is_turned_and_read(control: httpx.Client) -> None:
    before = control.get("/clock").json()
    assert before == {"now": "2026-11-20T12:00:00.000Z", "advanced_s": 0.0, "speed": 1.0}
    assert control.post("/clock", json={"advance_s": 90.5}).json()["now"] == "2026-11-20T12:01:30.500Z"
    assert control.get("/clock").json()["advanced_s"] == 90.5


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock", b""),
        ("/clock", b"{"),
        ("/clock", b'{"advance_s": -1}'),
        ("/clock", b'{"advance_s": "60"}'),
        ("/clock", b'{"advance_s": true}'),
        ("/faults", b"[]"),
        ("/faults", b'{"provider": "nobody", "fault": "429"}'),
        ("/faults", b'{"provider": "baseten", "fault": "flood"}'),
        ("/faults", b'{"provider": "baseten", "fault": "429", "count": 0}'),
        ("/faults", b'{"provider": "baseten", "fault": "429", "count": 1.5}'),
        ("/faults", b'{"provider": "baseten", "fault": "429", "share": 2}'),
        ("/faults", b'{"provider": "baseten", "fault": "429", "count": 1, "share": 0.5}'),
        ("/faults", b'{"provider": "baseten", "fault": "429", "match": 3}'),
        ("/faults", b'{"provider": "baseten", "fault": "429", "often": 3}'),
    ],
)
def test_bad_control_input_is_refused_in_words(control: httpx.Client, path: str, body: bytes) -> None:
    answer = control.post(path, content=body)
    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10


def test_unknown_controls_and_methods_are_told(control: httpx.Client) -> None:
    assert control.get("/nope").status_code == 404
    answer = control.put("/clock")
    assert (answer.status_code, answer.json()) == (405, {"error": "use GET or POST"})


def test_it_answers_loopback_only(app: App) -> None:
    transport = httpx.WSGITransport(app, remote_addr="192.0.2.7")
    with httpx.Client(transport=transport, base_url="http://sim.test") as stranger:
        assert stranger.get("/_sim/resources").status_code == 403
        assert stranger.get("/baseten/v1/teams").status_code == 401


def test_reset_empties_the_world(control: httpx.Client, baseten: httpx.Client) -> None:
    make_job(baseten)
    control.post("/faults", json={"provider": "baseten", "fault": "429"})
    control.post("/reset")
    assert control.get("/resources").json() == {"resources": []}
    assert control.get("/faults").json() == {"faults": []}
    assert baseten.get("/v1/training_projects").json() == {"training_projects": []}


def test_an_unknown_mount_names_the_known_ones(app: App) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://sim.test") as client:
        answer = client.get("/nobody/v1")
    assert answer.status_code == 404
    assert "/baseten, /cortecs" in answer.json()["error"]
