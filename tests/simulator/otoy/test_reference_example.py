"""The request and the answers that the provider's reference gives as its example."""

import httpx

from gpuconsole.simulator.world import World
from tests.simulator.otoy.asking import runs

REQUEST = {
    "task": "BATCH",
    "title": "segment-eval [gc-7f3a91]",
    "description": "Evaluate checkpoint 12",
    "cpu_count": 4,
    "gpu_count": 1,
    "gpu_name": "NVIDIA RTX 4090",
    "min_vram_gb": 24,
    "min_ram_gb": 32,
    "min_storage_gb": 80,
    "max_timeout_run_ms": 3600000,
    "max_timeout_assign_ms": 600000,
    "max_timeout_start_ms": 900000,
    "max_node_count": 1,
    "max_retry_count": 1,
    "allowed_region_codes": ["us-west-2", "eu-central-1"],
    "parameters": {
        "type": "docker",
        "parameters": {"image": "myteam/eval", "tag": "v12", "env": {"SPLIT": "test"}},
    },
}


def test_the_example_is_answered_as_the_reference_shows(otoy: httpx.Client) -> None:
    answer = otoy.post("/v1/jobs", json=REQUEST)
    assert answer.status_code == 201
    assert answer.json() == {
        "object": "job",
        "uuid": answer.json()["uuid"],
        "created_at": "2026-11-20T12:00:00.000Z",
        "updated_at": "2026-11-20T12:00:00.000Z",
        "status": "PENDING",
        "gpu_registry_uuid": None,
        **REQUEST,
    }
    parts = answer.json()["uuid"].split("-")
    assert [len(part) for part in parts] == [8, 4, 4, 4, 12]
    assert parts[2][0] == "7"


def test_its_run_looks_as_the_reference_shows(otoy: httpx.Client, world: World) -> None:
    made = otoy.post("/v1/jobs", json=REQUEST).json()["uuid"]
    world.clock.advance(240)
    run = runs(otoy, made)[0]
    assert run["job_uuid"] == run["job_snapshot"]["uuid"] == made
    assert run["job_snapshot"]["title"] == "segment-eval [gc-7f3a91]"
    assert (run["status"], run["hourly_rate_usd"]) == ("RUNNING", 0.35)
    assert run["started_at_ms"] + run["duration_ms"] == int(world.now() * 1000)
    address = run["node_urls"][0]
    assert address["hostname"].endswith(("-us-west-2.proxy.example.net", "-eu-central-1.proxy.example.net"))
    assert (address["description"], address["protocol"]) == ("ssh", "tcp")
    assert 1024 <= address["port"] <= 65_535
    assert "logs" not in run


def test_a_refusal_has_a_code_and_a_message(otoy: httpx.Client) -> None:
    answer = otoy.post("/v1/jobs", json={**REQUEST, "max_timeout_run_ms": 1000})
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert answer.json()["error"]["message"] == "max_timeout_run_ms must be at least 60000"
