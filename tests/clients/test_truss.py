"""The vendor's `truss train`, unchanged, against the simulator: push, view, logs, stop and their neighbours."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gpuconsole.simulator.server import Served

KEY = "sandbox-baseten-key"
PROJECT = """\
from truss.base.truss_config import AcceleratorSpec
from truss_train import CheckpointingConfig, Compute, Image, Runtime, TrainingJob, TrainingProject

job = TrainingJob(
    name="vendor-walk",
    image=Image(base_image="pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime"),
    compute=Compute(node_count=2, accelerator=AcceleratorSpec(accelerator="H100", count=2)),
    runtime=Runtime(
        start_commands=["pip install -r requirements.txt", "sleep 100000"],
        environment_variables={"EPOCHS": "3"},
        checkpointing_config=CheckpointingConfig(enabled=True),
    ),
)
project = TrainingProject(name="vendor-project", job=job)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Code to push, and a home of its own for truss, told not to look for newer versions."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "config.py").write_text(PROJECT)
    (code / "train.py").write_text("print('training')\n")
    (code / "data.bin").write_bytes(os.urandom(9 * 2**20))  # beyond 8 MiB its S3 client uploads in parts
    settings = tmp_path / "config" / "truss" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[preferences]\ninclude_git_info = false\ncheck_for_updates = false\n")
    return code


def _run(folder: Path, command: list[str | Path], env: dict[str, str]) -> str:
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    home = {"HOME": str(folder.parent), "XDG_CONFIG_HOME": str(folder.parent / "config"), "COLUMNS": "200"}
    done = subprocess.run(
        command, cwd=folder, env=clean | home | env, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _train(truss_bin: Path, folder: Path, served: Served, *words: str) -> str:
    """The unmodified program, with the simulator as its HTTP proxy."""
    env = {
        "http_proxy": served.url,
        "BASETEN_TRUSS_AUTH_REMOTE_URL": "http://localhost:8000",
        "BASETEN_TRUSS_AUTH_API_KEY": KEY,
    }
    return _run(folder, [truss_bin / "truss", "train", *words, "--non-interactive"], env)


def _states(served: Served) -> dict[str, str]:
    return {r.id: r.state(served.world.now()) for r in served.world.resources("baseten")}


def _paths(served: Served) -> list[tuple[str, str, Any]]:
    return [(row["method"], row["path"], row["status"]) for row in served.world.requests]


def test_push_view_logs_and_stop(truss_bin: Path, folder: Path, baseten: Served) -> None:
    _train(truss_bin, folder, baseten, "push", "config.py")
    (job,) = baseten.world.resources("baseten")
    assert job.name == "vendor-walk"
    assert job.gpus == 4
    assert [path for _, path, _ in _paths(baseten)][:4] == [
        "/graphql/",
        "/v1/training_projects",
        "/v1/teams/tm4x9qk/training_projects",
        "/v1/blobs/credentials/train",
    ]
    assert all(status == 200 for _, _, status in _paths(baseten))

    baseten.world.clock.advance(10)
    viewed = _train(truss_bin, folder, baseten, "view", "--job-id", job.id)
    assert "TRAINING_JOB_RUNNING" in viewed
    assert "sandbox@example.com" in viewed

    logs = _train(truss_bin, folder, baseten, "logs", "--job-id", job.id)
    assert "Successfully installed" in logs
    assert "'loss':" in logs

    _train(truss_bin, folder, baseten, "stop", "--job-id", job.id)
    baseten.world.clock.advance(1)
    assert _states(baseten) == {job.id: "TRAINING_JOB_STOPPED"}

    _train(truss_bin, folder, baseten, "download", "--job-id", job.id, "--target-directory", "fetched")
    assert [path.read_text() for path in folder.glob("fetched/*/train.py")] == ["print('training')\n"]


def test_the_launcher_speaks_to_any_port_with_the_api_key_scheme(
    truss_bin: Path, folder: Path, baseten: Served
) -> None:
    trussrc = folder.parent / "trussrc"
    trussrc.write_text(f"[baseten]\nremote_provider = baseten\nremote_url = {baseten.url}\napi_key = {KEY}\n")
    launcher = Path(__file__).with_name("truss_launcher.py")
    command: list[str | Path] = [truss_bin / "python", launcher, baseten.url, "train", "push", "config.py"]
    _run(folder, [*command, "--non-interactive"], {"USER_TRUSSRC_PATH": str(trussrc)})
    assert [resource.name for resource in baseten.world.resources("baseten")] == ["vendor-walk"]
    assert {status for _, _, status in _paths(baseten)} == {200}


def test_a_wrong_key_is_refused(truss_bin: Path, folder: Path, baseten: Served) -> None:
    env = {
        **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        "HOME": str(folder.parent),
        "XDG_CONFIG_HOME": str(folder.parent / "config"),
        "http_proxy": baseten.url,
        "BASETEN_TRUSS_AUTH_REMOTE_URL": "http://localhost:8000",
        "BASETEN_TRUSS_AUTH_API_KEY": "wrong",
    }
    done = subprocess.run(
        [truss_bin / "truss", "train", "push", "config.py", "--non-interactive"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode != 0
    assert baseten.world.resources("baseten") == []
    assert {status for _, _, status in _paths(baseten)} == {401}
