"""`manage.py up` as an operator meets it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.console import MANAGE, Console, lives, running_console, start, wait_until


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with running_console(tmp_path_factory.mktemp("up") / "data") as running:
        yield running


def test_one_line_each_says_how_the_console_is_reached(console: Console) -> None:
    assert console.answer("url").startswith("http://127.0.0.1:")
    assert "@" in console.answer("email")
    assert len(console.answer("password")) >= 16
    assert console.answer("token").startswith("gpc_")
    assert console.answer("simulator").startswith("http://127.0.0.1:")


def test_the_sign_in_page_is_shown(console: Console) -> None:
    assert console.get("/sign-in/") == 200


def test_the_simulator_answers_where_the_line_says(console: Console) -> None:
    with urllib.request.urlopen(console.answer("simulator") + "/_sim/clock", timeout=5) as response:
        assert response.status == 200


def test_a_worker_ticks_soon_after_the_start(console: Console) -> None:
    def ticked() -> bool:
        with urllib.request.urlopen(console.answer("url") + "/healthz/", timeout=5) as response:
            return json.load(response)["worker_seen_s"] is not None

    wait_until(ticked, timeout_s=20)


def test_everything_kept_is_closed_to_others(console: Console) -> None:
    assert stat.S_IMODE(console.data.stat().st_mode) == 0o700
    for secret in ("keys.json", "secret_key", "running.json", "simulator.json"):
        assert stat.S_IMODE((console.data / secret).stat().st_mode) == 0o600


def test_other_commands_find_the_running_servers(console: Console) -> None:
    names = ("DATABASE_URL", "REDIS_URL", "GPUCONSOLE_SECRET_KEY")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    code = "from gpuconsole.accounts.models import User; print(User.objects.get().email)"
    shown = subprocess.run(
        [sys.executable, str(MANAGE), "shell", "--verbosity", "0", "--command", code],
        env=environment | {"GPUCONSOLE_DATA": str(console.data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == console.answer("email")


def test_a_worker_that_was_killed_is_started_again(console: Console) -> None:
    worker = next(pid for pid in console.pids() if b"embedded\0worker" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: console.said(r"^worker ended \(SIGKILL\): starting it again"), timeout_s=5)


@pytest.mark.parametrize("server", ["postgres", "valkey-server"])
def test_a_server_that_was_killed_is_back_in_all_processes_without_help(console: Console, server: str) -> None:
    pids = {pid: _program(pid) for pid in console.pids()}
    killed = next(pid for pid, words in pids.items() if words.split()[0].endswith(f"/{server}"))
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: console.said(r"^(PostgreSQL|Valkey) ended \(SIGKILL\)") and _is_well(console), timeout_s=40)
    job = _launch(console, f"after-{server}")
    wait_until(lambda: _api(console, f"/workloads/{job}")["state"] != "submitting", timeout_s=40)
    ours = {pid for pid, words in pids.items() if "gpuconsole." in words}
    assert all(map(lives, ours)), "a process of the console had to be started again"


def test_a_valkey_that_was_emptied_is_filled_again(console: Console) -> None:
    address = json.loads((console.data / "running.json").read_text())["redis_url"]
    with Redis.from_url(address) as server:
        server.flushall()
    job = _launch(console, "after-flush")
    wait_until(lambda: _api(console, f"/workloads/{job}")["state"] != "submitting", timeout_s=40)
    assert _is_well(console)


def test_a_second_start_on_the_same_data_is_refused(console: Console) -> None:
    assert "another `up` is using" in _refusal(console.data, "--port", "0")
    assert console.get("/healthz/") == 200


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port} of 127.0.0.1 is taken" in _refusal(tmp_path / "data", "--port", port)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert f"cannot write to {tmp_path}/file/data" in _refusal(tmp_path / "file" / "data")


def test_a_folder_of_somebody_else_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open" / "letter").touch()
    assert "can be read by others" in _refusal(tmp_path / "open")
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o755


def test_lost_sealing_keys_are_not_replaced_silently(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "postgres").mkdir()
    assert "put it back from your backup" in _refusal(tmp_path)


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    unreachable = "postgresql://me:secret@127.0.0.1:1/console"
    refusal = _refusal(tmp_path / "data", "--port", "0", DATABASE_URL=unreachable)
    assert "DATABASE_URL: PostgreSQL cannot be reached" in refusal
    assert "secret" not in refusal


def test_a_killed_supervisor_leaves_no_process_and_all_data(tmp_path: Path) -> None:
    with running_console(tmp_path / "data", GPUCONSOLE_ADMIN_EMAIL="ada@example.com") as console:
        pids, token = console.pids(), console.answer("token")
        assert len(pids) > 8
        _turn_clock(console, 3600)
        wait_until(lambda: '"advanced_s": 3600' in (console.data / "simulator.json").read_text(), timeout_s=2)
        console.process.kill()
        wait_until(lambda: not any(map(lives, pids)), timeout_s=5)
    with running_console(tmp_path / "data") as console:
        assert _me(console, token) == "ada@example.com"
        assert "changepassword ada@example.com" in console.answer("password")
        assert _turn_clock(console, 0) == 3600
        pids = console.pids()
        console.process.terminate()
        assert console.process.wait(20) == 0
        assert not any(map(lives, pids))
        assert not (console.data / "running.json").exists()


def _program(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _is_well(console: Console) -> bool:
    """Whether the web answers, and beat, worker and watchdog were seen just now."""
    try:
        with urllib.request.urlopen(console.answer("url") + "/healthz/", timeout=15) as response:
            seen = json.load(response)
    except OSError:
        return False
    return all(age_s is not None and age_s < 7 for age_s in seen.values())


def _launch(console: Console, name: str) -> str:
    """The id of a job that was launched in the sandbox, with the README's own spec."""
    connections = _api(console, "/connections")["items"]
    compute = {"accelerator": {"accelerator": "H100", "count": 2}}
    job = {
        "image": {"base_image": "pytorch/pytorch:2.7.0"},
        "compute": compute,
        "runtime": {"start_commands": ["true"]},
    }
    asked = {
        "name": name,
        "connection": next(one["id"] for one in connections if one["provider"] == "baseten"),
        "guards": {"stop_after_s": 3600},
        "spec": {"provider": "baseten", "training_project_name": name, "training_job": job},
    }
    return str(_api(console, "/projects/first-project/workloads", asked)["id"])


def _api(console: Console, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {console.answer('token')}", "Content-Type": "application/json"}
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{console.answer('url')}/api/v1{path}", sent, headers)
    with urllib.request.urlopen(request, timeout=15) as response:
        found: dict[str, Any] = json.load(response)
        return found


def _refusal(data: Path, *words: str, **variables: str) -> str:
    """The one line with which a start is refused."""
    process = start(data, *words, **variables)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.count("\n") == 1, errors
    return errors


def _turn_clock(console: Console, advance_s: int) -> float:
    """Turn the simulator's clock; answers how far it was ever turned."""
    body = json.dumps({"advance_s": advance_s}).encode()
    with urllib.request.urlopen(console.answer("simulator") + "/_sim/clock", body, timeout=5) as response:
        return float(json.load(response)["advanced_s"])


def _me(console: Console, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(console.answer("url") + "/api/v1/me", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(json.load(response)["email"])
