"""The vendor's `cortecs-py`, unchanged, against the simulator."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gpuconsole.simulator.server import Served

SCRIPT = Path(__file__).with_name("cortecs_walk.py")


def _run(python: Path, served: Served, secret: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    env = clean | {
        "CORTECS_API_BASE_URL": f"{served.url}/api/v1",
        "CORTECS_CLIENT_ID": "sandbox",
        "CORTECS_CLIENT_SECRET": secret,
    }
    return subprocess.run([python, str(SCRIPT)], env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def walk(cortecs_python: Path, cortecs: Served) -> dict[str, Any]:
    done = _run(cortecs_python, cortecs, "sandbox-cortecs-secret")
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_every_call_of_the_client_is_answered_as_it_expects(walk: dict[str, Any]) -> None:
    assert "cortecs--phi-4-FP8-Dynamic" in walk["models"]
    assert walk["hardware"]["NVIDIA_L4_1"] == {"price_per_hour": 1.2, "price_per_minute": 0.02, "currency": "EUR"}
    assert "NVIDIA_L4_1" in walk["available"]
    assert walk["stop_all_of_nothing"] is None
    first = walk["started"]["instance_id"]
    assert len(walk["started"]["worker_statuses"]) == 2
    assert walk["ensured_starting_or_running"] == walk["ensured_stopped"] == first
    assert walk["one"]["instance_args"] == walk["started"]["instance_args"]
    assert walk["stopped"]["base_url"] is None
    assert walk["stopped"]["instance_status"]["stopped_at"]
    assert walk["restarted"]["instance_id"] == first
    assert walk["restarted"]["instance_status"]["stopped_at"] is None
    assert walk["second"]["instance_args"]["billing_interval"] == "per_hour"
    assert sorted(walk["stop_all"]) == sorted([first, walk["second"]["instance_id"]])
    assert walk["delete"] == walk["second"]["instance_id"]
    assert walk["delete_all"] == [first]
    assert walk["delete_all_spares_active"] == []
    assert walk["delete_all_forced"] == [walk["third"]]
    assert walk["left"] == []


def test_refusals_reach_the_client_with_their_text(walk: dict[str, Any]) -> None:
    assert "400" in walk["delete_of_running"]
    assert "must be stopped" in walk["delete_of_running"]
    assert "context_length exceeds the maximum of this hardware type" in walk["bad_context"]


def test_a_wrong_secret_is_refused(cortecs_python: Path, cortecs: Served) -> None:
    done = _run(cortecs_python, cortecs, "wrong")
    # Models and hardware need no token: the first refusal is the token's.
    assert done.returncode != 0
    assert "401 Client Error" in done.stderr
    assert "/oauth2/token" in done.stderr
