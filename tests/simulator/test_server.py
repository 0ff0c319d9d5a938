"""The simulator over real HTTP, and as a program."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from gpuconsole.simulator.server import Served, serve
from tests.simulator.asking import job_body, make_project

KEY = {"Authorization": "Bearer sandbox-baseten-key"}


@pytest.fixture
def served() -> Iterator[Served]:
    with serve(speed=20) as running:
        yield running


@pytest.fixture
def baseten(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{served.url}/baseten", headers=KEY) as client:
        yield client


def test_calls_on_one_connection_are_quick(baseten: httpx.Client) -> None:
    path = f"/v1/training_projects/{make_project(baseten)}/jobs"
    took = sorted(baseten.post(path, json=job_body()).elapsed.total_seconds() for _ in range(50))
    # Delayed acknowledgements would make each call last 40 ms.
    assert took[25] < 0.02


def test_a_cut_connection_gives_no_answer_and_the_next_call_works(served: Served, baseten: httpx.Client) -> None:
    fault = {"provider": "baseten", "fault": "dropped_after", "count": 1}
    assert httpx.post(f"{served.url}/_sim/faults", json=fault).status_code == 201
    with pytest.raises(httpx.RemoteProtocolError):
        baseten.post("/v1/training_projects", json={"training_project": {"name": "sft"}})
    projects = baseten.get("/v1/training_projects").json()["training_projects"]
    assert [project["name"] for project in projects] == ["sft"]


def _raw(served: Served, text: str) -> bytes:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_absolute_targets_and_chunked_bodies_are_understood(served: Served) -> None:
    body = '{"training_project": {"name": "sft"}}'
    answer = _raw(
        served,
        "POST http://api.localhost:8000/baseten/v1/training_projects HTTP/1.1\r\nHost: api.localhost:8000\r\n"
        "Authorization: Api-Key sandbox-baseten-key\r\nTransfer-Encoding: chunked\r\n\r\n"
        f"{len(body):x}\r\n{body}\r\n0\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"name":"sft"' in answer


@pytest.mark.parametrize("header", ["Content-Length: many", "Content-Length: -1", "Transfer-Encoding: chunked"])
def test_a_broken_body_is_a_400(served: Served, header: str) -> None:
    answer = _raw(served, f"POST /baseten/v1/teams HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\nzz")
    assert answer.startswith(b"HTTP/1.1 400")


def test_a_busy_port_is_one_clear_line(served: Served) -> None:
    port = served.url.rpartition(":")[2]
    command = [sys.executable, "-m", "gpuconsole.simulator", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"simulator: cannot listen on 127.0.0.1:{port}")
    assert done.stderr.count("\n") == 1


def test_a_restart_has_its_port_again_while_old_connections_linger() -> None:
    with httpx.Client(trust_env=False) as lingering:
        with serve() as old:
            assert lingering.get(f"{old.url}/_sim").status_code == 200
        with serve(int(old.url.rpartition(":")[2])) as new:
            assert httpx.get(f"{new.url}/_sim", trust_env=False).status_code == 200


def test_help_shows_the_sandbox_credentials() -> None:
    command = [sys.executable, "-m", "gpuconsole.simulator", "--help"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    for word in ("sandbox-baseten-key", "sandbox-cortecs-secret", "--only", "--speed"):
        assert word in text


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_the_program_serves_one_dialect_at_the_root_and_stops_at_once(signum: int) -> None:
    command = [sys.executable, "-m", "gpuconsole.simulator", "--port", "0", "--only", "baseten", "--speed", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        url = program.stdout.readline().split()[-1]
        with httpx.Client(base_url=url) as client:
            assert client.get("/v1/teams", headers=KEY).json()["teams"][0]["default"] is True
            assert client.get("/_sim/clock").json()["speed"] == 20.0
            began = time.monotonic()
            program.send_signal(signum)
            assert program.wait(timeout=5) == 0
        assert time.monotonic() - began < 1
