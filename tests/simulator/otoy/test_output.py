"""What a run shows of itself: its output, and where it can be reached."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.otoy.asking import logs, make_job, runs

FOREVER: dict[str, Any] = {"task": "PERSISTENT"}


def _run(otoy: httpx.Client, world: World, after_s: float = 300, **asked: Any) -> dict[str, Any]:
    made = make_job(otoy, **asked)
    world.clock.advance(after_s)
    return runs(otoy, made)[0]


def test_output_is_told_for_one_run_only_and_grows_at_its_end(otoy: httpx.Client, world: World) -> None:
    run = _run(otoy, world)
    assert "logs" not in run
    before = logs(otoy, run["uuid"])
    world.clock.advance(47)
    after = logs(otoy, run["uuid"])
    assert after.startswith(before)
    assert len(after.splitlines()) >= len(before.splitlines()) + 9


def test_output_tells_what_runs_and_no_secrets(otoy: httpx.Client, world: World) -> None:
    volume = {"image": "data/set", "mount": "/data", "secret": "volume-secret"}
    container = {"sshkey": "ssh-ed25519 AAAA me", "secret": "registry-secret", "volumes": [volume]}
    run = _run(otoy, world, env={"TOKEN": "env-secret"}, container=container)
    text = logs(otoy, run["uuid"])
    assert "[entrypoint] myteam/eval:v12" in text
    assert "[entrypoint] environment: TOKEN" in text
    assert "[entrypoint] mounted data/set at /data" in text
    assert "NVIDIA RTX 4090, 24576 MiB" in text
    assert "[batch] item 5/120 done in" in text
    assert "secret" not in text


def test_a_job_comes_back_with_its_secrets(otoy: httpx.Client, world: World) -> None:
    """Quirk: the echo of the container block has all of it, in the job as in the copy that a run carries."""
    made = make_job(otoy, env={"TOKEN": "env-secret"}, container={"secret": "registry-secret"})
    for holder in (otoy.get(f"/v1/jobs/{made}").json(), runs(otoy, made)[0]["job_snapshot"]):
        container = holder["parameters"]["parameters"]
        assert (container["secret"], container["env"]["TOKEN"]) == ("registry-secret", "env-secret")


def test_output_ends_as_the_run_ended(otoy: httpx.Client, world: World) -> None:
    good, bad = make_job(otoy, env={"SIM_RUN_S": "60"}), make_job(otoy, env={"SIM_RUN_S": "60", "SIM_EXIT_CODE": "7"})
    cut = make_job(otoy, max_timeout_run_ms=60_000)
    world.clock.advance(500)
    assert [logs(otoy, runs(otoy, made)[0]["uuid"]).splitlines()[-1][20:] for made in (good, bad, cut)] == [
        "[entrypoint] exit code 0",
        "[entrypoint] exit code 7",
        "[entrypoint] SIGTERM received, shutting down",
    ]


def test_lines_stand_in_the_order_of_their_times(otoy: httpx.Client, world: World) -> None:
    run = _run(otoy, world, 2000, env={"SIM_RUN_S": "1200"})
    stamps = [line[:19] for line in logs(otoy, run["uuid"]).splitlines()]
    assert stamps == sorted(stamps)
    assert len(stamps) > 240
    assert stamps[0].startswith("2026-11-20 12:0")


def test_a_server_prints_for_ever_and_its_newest_lines_are_kept(otoy: httpx.Client, world: World) -> None:
    run = _run(otoy, world, 40 * 86_400, **FOREVER)
    lines = logs(otoy, run["uuid"]).splitlines()
    assert len(lines) == 5000
    assert lines[-1].startswith("2026-12-30 1")


def test_a_run_that_is_not_up_yet_has_no_output_and_no_address(otoy: httpx.Client, world: World) -> None:
    run = _run(otoy, world, 70)
    assert (run["status"], run["node_urls"], run["container_access_tokens"]) == ("PREPARING", [], [])
    assert logs(otoy, run["uuid"]) == ""


def test_the_address_comes_some_time_after_running(otoy: httpx.Client, world: World) -> None:
    """Quirk: RUNNING is not yet reachable."""
    made = make_job(otoy, **FOREVER)
    while runs(otoy, made)[0]["status"] != "RUNNING":
        world.clock.advance(1)
    assert runs(otoy, made)[0]["node_urls"] == []
    world.clock.advance(12)
    assert [address["description"] for address in runs(otoy, made)[0]["node_urls"]] == ["ssh"]


def test_ports_take_the_place_of_the_default(otoy: httpx.Client, world: World) -> None:
    run = _run(otoy, world, **FOREVER, container={"ports": [22, 8080, 8888, 8080]})
    assert [(a["description"], a["protocol"], a["tls"]) for a in run["node_urls"]] == [
        ("ssh", "tcp", False),
        ("8080", "http", True),
        ("8888", "http", True),
    ]
    assert len({(a["hostname"], a["port"]) for a in run["node_urls"]}) == 3


@pytest.mark.parametrize("ports", [[8080], []])
def test_quirk_2_without_port_22_there_is_no_address_at_all(otoy: httpx.Client, world: World, ports: list[int]) -> None:
    """Quirk: a list of ports that lacks 22."""
    run = _run(otoy, world, **FOREVER, container={"ports": ports})
    assert (run["status"], run["node_urls"]) == ("RUNNING", [])


def test_quirk_1_a_cooked_job_runs_without_an_address(otoy: httpx.Client, world: World) -> None:
    """Quirk: jobs from a recipe never got any."""
    recipe = otoy.get("/v1/job-recipes", params={"filter[is_official]": "true"}).json()["data"][0]
    made = otoy.post(f"/v1/job-recipes/{recipe['uuid']}/cook", json={}).json()["uuid"]
    world.clock.advance(3600)
    run = runs(otoy, made)[0]
    assert (run["status"], run["node_urls"]) == ("RUNNING", [])
    assert run["container_access_tokens"][0]["token"]


def test_the_address_goes_with_the_end(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, **FOREVER)
    world.clock.advance(300)
    otoy.put(f"/v1/jobs/{made}/cancel", json={})
    assert runs(otoy, made)[0]["node_urls"] == []


def test_nodes_of_one_job_have_addresses_of_their_own(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, **FOREVER, max_node_count=3)
    world.clock.advance(300)
    addresses = [(run["node_urls"][0]["hostname"], run["node_urls"][0]["port"]) for run in runs(otoy, made)]
    assert len(set(addresses)) == 3


def test_quirk_9_the_login_is_duser_with_the_key_and_the_token_of_the_run(otoy: httpx.Client, world: World) -> None:
    box = make_job(otoy, task="PERSISTENT", container={"sshkey": "ssh-ed25519 AAAA me@host"})
    world.clock.advance(300)
    (run,) = runs(otoy, box)
    assert "authorized SSH_PUBKEY for duser" in logs(otoy, run["uuid"])
    assert len(run["container_access_tokens"][0]["token"]) == 32
