"""A public Python client with strict models (`novita-sdk`), unchanged, against the simulator."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gpuconsole.simulator.server import serve
from tests.clients.environments import environment

SCRIPT = Path(__file__).with_name("novita_sdk_walk.py")


@pytest.fixture(scope="module")
def walk() -> dict[str, Any]:
    python = environment("novita-sdk", "0.5.0") / "python"
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    with serve(only="novita") as served:
        command = [str(python), str(SCRIPT), served.url, "sandbox-novita-key"]
        done = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_the_models_take_every_answer(walk: dict[str, Any]) -> None:
    assert "us-ca-6" in walk["clusters"]
    assert walk["prices"]["4090.16c62g"] == 0.35
    assert walk["cpu_prices"] == [0.04, 0.16]
    instance = walk["instance"]
    assert (instance["gpuNum"], instance["productName"], instance["endTime"]) == ("1", "RTX 4090 24GB", "-1")
    assert instance["volumeMounts"][0]["mountPath"] == "/network"
    assert walk["jobs"] == [[True, "saveImage"], [False, "instanceMigrate"]]
    assert walk["registries"] == ["ghcr.io"]
    assert walk["networks"] == ["default", "lab"]
    assert len(walk["templates"]) == 2


def test_the_life_is_followed_from_end_to_end(walk: dict[str, Any]) -> None:
    assert walk["statuses"] == ["pending", "running", "running", "running", "exited", "running"]
    assert len(walk["listed"]) == 1
    assert walk["left"] == 0


def test_a_refusal_surfaces_with_its_reason(walk: dict[str, Any]) -> None:
    text, details = walk["refused"]
    assert "product nope not found" in text
    assert details["reason"] == "RESOURCE_NOT_FOUND"
