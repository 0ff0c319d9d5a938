"""The vendor's own CLI, unchanged, against the simulator: every command that it has for GPU instances."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gpuconsole.simulator.server import Served, serve
from tests.clients.environments import environment

LAUNCHER = Path(__file__).with_name("novita_launcher.py")
KEY = "sandbox-novita-key"
CREATE = ("gpu", "create", "--product-id", "4090.16c62g", "--image", "pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel")


@dataclass
class Cli:
    """The installed CLI and the simulator it is pointed at."""

    python: Path
    served: Served

    def run(self, *words: str, key: str = KEY) -> "subprocess.CompletedProcess[str]":
        """One call of the program."""
        clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        command = [str(self.python), str(LAUNCHER), self.served.url, *words]
        env = clean | {"NOVITA_API_KEY": key, "COLUMNS": "200"}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    def say(self, *words: str) -> str:
        """What a call that succeeds prints."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, *words: str) -> Any:
        """The JSON that a call prints where it is asked to."""
        return json.loads(self.say("--json-output", *words))

    def wait(self, seconds: float) -> None:
        """Turn the simulator's clock."""
        with self.served.world.lock:
            self.served.world.clock.advance(seconds)


@pytest.fixture(scope="session")
def novita_python() -> Path:
    """The Python that has `novita` 0.1.0."""
    return environment("novita", "0.1.0") / "python"


@pytest.fixture
def cli(novita_python: Path) -> Iterator[Cli]:
    """The CLI, and Novita alone at `/`."""
    with serve(only="novita") as served:
        yield Cli(novita_python, served)


def test_an_instance_from_create_to_delete(cli: Cli) -> None:
    told = cli.say(
        *CREATE, "--name", "vendor-walk", "--ports", "80/http,22/tcp", "--env", "EPOCHS=3", "--command", "sh"
    )
    made = told.removeprefix("Instance created: ").strip()
    (resource,) = cli.served.world.resources("novita")
    assert resource.id == made
    cli.wait(200)
    shown = cli.say("gpu", "get", made)
    assert "status: running" in shown
    assert f"https://{made}-80.us-ca-6.gpu-instance.novita.ai" in shown
    assert "ssh -p" in shown
    listed = cli.say("gpu", "list", "--status", "running", "--name", "walk")
    assert "vendor-walk" in listed
    assert "RTX 4090 24GB" in listed
    assert "Total: 1" in listed

    assert cli.say("gpu", "edit", made, "--expand-disk", "20", "--ports", '[{"port": 81, "type": "http"}]')
    found = cli.ask("gpu", "get", made)
    assert (found["rootfsSize"], [port["port"] for port in found["portMappings"]]) == (60, [81])
    usage = cli.say("gpu", "metrics", made)
    assert [line.split(":")[0] for line in usage.splitlines()] == [
        "CPU Utilization",
        "Memory Utilization",
        "GPU Utilization",
    ]

    for verb, status in (("stop", "exited"), ("start", "running"), ("restart", "running")):
        assert made in cli.say("gpu", verb, made)
        cli.wait(60)
        assert cli.ask("gpu", "get", made)["status"] == status
    assert "deleted" in cli.say("gpu", "delete", made)
    cli.wait(120)
    assert "No instances found." in cli.say("gpu", "list")
    gone = cli.run("gpu", "get", made)
    assert gone.returncode == 1
    assert "RESOURCE_NOT_FOUND" in gone.stdout + gone.stderr


def test_what_can_be_rented(cli: Cli) -> None:
    products = cli.say("gpu", "products", "--name", "4090", "--gpu-num", "2")
    assert "35000" in products
    assert "H100" not in products
    assert "us-ca-6  US-CA-06 (California)" in cli.say("gpu", "clusters")
    assert cli.ask("gpu", "cpu-products")["data"]


def test_storages_and_templates(cli: Cli) -> None:
    made = cli.ask("storage", "create", "--cluster-id", "us-ca-6", "--name", "walk", "--size", "100")
    assert f"{made}  walk  100GB  us-ca-6" in cli.say("storage", "list")
    assert "deleted" in cli.say("storage", "delete", made)
    assert made not in cli.say("storage", "list")
    told = cli.say("template", "create", "--name", "mine", "--image", "ubuntu:22.04", "--env", "A=b", "--cuda", "12.4")
    template = told.removeprefix("Template created: ").strip()
    assert "A=b" in cli.say("template", "get", template)
    cli.say("template", "edit", template, "--name", "ours")
    assert "ours" in cli.say("template", "list")
    assert "PyTorch" in cli.say("template", "list", "--channel", "official")
    assert "deleted" in cli.say("template", "delete", template)


def test_refusals_reach_the_cli_with_their_text(cli: Cli) -> None:
    for words, text in (
        ((*CREATE, "--gpu-num", "9"), "gpuNum: must be at most 8"),
        ((*CREATE, "--billing", "monthly"), "UNSUPPORTED_BILLING_MODE"),
        ((*CREATE, "--ports", "2222/tcp"), "reserved by the platform"),
        (("gpu", "stop", "0123456789abcdef"), "RESOURCE_NOT_FOUND"),
    ):
        done = cli.run(*words)
        assert done.returncode == 1
        assert text in done.stdout + done.stderr


def test_a_wrong_key_is_refused(cli: Cli) -> None:
    done = cli.run("gpu", "list", key="wrong")
    assert done.returncode == 1
    assert "UNAUTHORIZED" in done.stdout + done.stderr
    assert [row["status"] for row in cli.served.world.requests] == [401]
