"""A world that is written and read back is the same world, also by a program that is stopped or killed."""

import contextlib
import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gpuconsole.simulator import state_file
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.saver import Saver
from gpuconsole.simulator.server import serve
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.console import wait_until
from tests.simulator.asking import instance, job_body, job_status, make_job, make_project, start
from tests.simulator.conftest import NOON

KEY = {"Authorization": "Api-Key sandbox-baseten-key"}
COMMAND = [sys.executable, "-m", "gpuconsole.simulator", "--port", "0"]


def _again(world: World, file: Path, *, speed: float = 1.0, later_s: float = 0) -> World:
    """The world as a new simulator finds it in the file."""
    state_file.write(file, state_file.snapshot(world))
    found = World(speed=speed, clock=Clock(wall=lambda: NOON + later_s))
    state_file.read(file, found)
    return found


@contextlib.contextmanager
def _client(world: World, path: str, headers: Any = None) -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(create_app(world=world))
    with httpx.Client(transport=transport, base_url=f"http://sim.test{path}", headers=headers) as client:
        yield client


@pytest.mark.parametrize("later_s", [0, 5, 300, 10_000])
def test_jobs_are_told_as_before_whatever_became_of_them(
    world: World, baseten: httpx.Client, tmp_path: Path, later_s: float
) -> None:
    checkpointing = {"start_commands": ["sleep infinity"], "checkpointing_config": {"enabled": True}}
    make_job(baseten, "sleep 90")
    make_job(baseten, "exit 3", nodes=2)
    make_job(baseten, runtime=checkpointing)
    stopped, deleted = make_job(baseten, "sleep infinity"), make_job(baseten, "sleep infinity")
    world.clock.advance(900)
    patched = make_job(baseten, "sleep 600", interactive_session={"session_provider": "ssh"})
    baseten.patch(patched, json={"priority": 9, "availability_model": "spot"})
    baseten.post(f"{stopped}/stop", json={})
    baseten.delete(deleted)
    found = _again(world, tmp_path / "world.json", later_s=later_s)
    world.clock.advance(later_s)
    assert [r.as_row(found.now()) for r in found.resources()] == [r.as_row(world.now()) for r in world.resources()]
    paths = [f"{path}{part}" for path in (stopped, patched) for part in ("", "/logs", "/metrics", "/auth_codes")]
    with _client(found, "/baseten", KEY) as anew:
        for path in ("/v1/training_projects", *paths):
            assert (path, anew.get(path).json()) == (path, baseten.get(path).json())


@pytest.mark.parametrize("later_s", [0, 5, 300, 3000])
def test_instances_are_told_as_before_whatever_became_of_them(
    world: World, cortecs: httpx.Client, tmp_path: Path, later_s: float
) -> None:
    for _ in range(5):
        start(cortecs, num_workers=2)
    ids = [row["instance_id"] for row in cortecs.get("/instances/").json()["instances"]]
    world.clock.advance(600)
    for gone in ids[1:4]:
        cortecs.post("/instances/stop", json={"instance_id": gone})
    world.clock.advance(60)
    cortecs.post("/instances/restart", json={"instance_id": ids[2]})
    assert cortecs.delete(f"/instances/{ids[3]}").status_code == 200
    cortecs.post("/instances/stop", json={"instance_id": ids[4]})
    found = _again(world, tmp_path / "world.json", later_s=later_s)
    world.clock.advance(later_s)
    assert [r.as_row(found.now()) for r in found.resources()] == [r.as_row(world.now()) for r in world.resources()]
    with _client(found, "/cortecs/api/v1", cortecs.headers) as anew:  # with the token of the former life
        for path in ("/instances/", "/user/balance", f"/instances/{ids[3]}"):
            assert anew.get(path).json() == cortecs.get(path).json()


def test_what_belongs_to_the_account_is_kept(world: World, baseten: httpx.Client, tmp_path: Path) -> None:
    project = make_project(baseten, "sft")
    baseten.post("/v1/secrets", json={"name": "hf", "value": "s3cret"})
    team_id = baseten.get("/v1/teams").json()["teams"][0]["id"]
    baseten.patch("/v1/training/capacity", json={"team_id": team_id, "gpu_type": "H100", "max_gpus": 8})
    place = baseten.get("/v1/blobs/credentials/train").json()
    code = f"/{place['s3_bucket']}/{place['s3_key']}"
    baseten.put(code, content=b"\x1f\x8b\x00\xff")
    artifact = {"s3_bucket": place["s3_bucket"], "s3_key": place["s3_key"]}
    body = job_body(runtime={"artifacts": [artifact]}, interactive_session={})
    made = baseten.post(f"/v1/training_projects/{project}/jobs", json=body).json()["training_job"]["id"]
    job = f"/v1/training_projects/{project}/jobs/{made}"
    baseten.patch(f"{job}/interactive_sessions/{made}-0", json={"timeout_minutes": 30})
    found = _again(world, tmp_path / "world.json")
    with _client(found, "/baseten", KEY) as anew:
        for path in ("/v1/training_projects", "/v1/secrets", "/v1/training/capacity"):
            assert anew.get(path).json() == baseten.get(path).json()
        link = anew.get(f"{job}/download").json()["artifact_presigned_urls"][0]
        assert anew.get(link).content == b"\x1f\x8b\x00\xff"
        longer = anew.patch(f"{job}/interactive_sessions/{made}-0", json={"timeout_minutes": 10}).json()
        assert longer["interactive_session"]["timeout_minutes"] == 480 + 30 + 10
    assert state_file.snapshot(found)["tables"]["baseten.secrets"]["hf"]["value"] == "s3cret"


def test_faults_keep_their_grip_and_their_numbers(
    world: World, control: httpx.Client, baseten: httpx.Client, tmp_path: Path
) -> None:
    path = make_job(baseten)
    control.post("/faults", json={"provider": "baseten", "fault": "vanish", "count": 1})
    control.post("/faults", json={"provider": "baseten", "fault": "500", "share": 0.5, "match": "/nowhere"})
    assert baseten.get(path).status_code == 404
    control.post("/clock", json={"advance_s": 90})
    found = _again(world, tmp_path / "world.json")
    with _client(found, "/_sim") as anew:
        assert anew.get("/faults").json() == control.get("/faults").json()
        assert anew.get("/clock").json() == control.get("/clock").json()
        another = anew.post("/faults", json={"provider": "cortecs", "fault": "429"})
        assert another.json()["fault"]["id"] == 3
    with _client(found, "/baseten", KEY) as anew:
        assert anew.get(path).status_code == 404


def test_a_life_keeps_the_pace_it_was_born_with(
    world: World, baseten: httpx.Client, cortecs: httpx.Client, tmp_path: Path
) -> None:
    world.speed = 20
    fast, served = make_job(baseten, "sleep infinity"), start(cortecs)
    found = _again(world, tmp_path / "world.json", speed=1, later_s=60)
    with _client(found, "/baseten", KEY) as anew:
        assert job_status(anew, fast) == "RUNNING"
        assert job_status(anew, make_job(anew)) == "PENDING"
    with _client(found, "/cortecs/api/v1", cortecs.headers) as anew:
        assert instance(anew, served)["instance_status"]["status"] == "running"


def test_a_file_of_the_first_release_is_read(world: World, baseten: httpx.Client, tmp_path: Path) -> None:
    make_job(baseten)
    kept = state_file.snapshot(world)
    for name in ("price_factor", "is_short", "released_at"):
        del kept["resources"][0][name]
    kept["faults"]["in_force"] = [
        {"id": 1, "provider": "baseten", "kind": "429", "match": "", "count": 1, "share": None}
    ]
    kept["faults"]["in_force"][0] |= {"seconds": 2.0, "retry_after": 5, "hits": 0, "held": [], "spared": []}
    state_file.write(tmp_path / "world.json", kept)
    found = World()
    state_file.read(tmp_path / "world.json", found)
    (job,) = found.resources()
    assert (job.price_factor, job.is_short, job.released_at) == (1, False, None)
    assert [fault.kind for fault in found.faults] == ["429"]


def test_only_the_owner_may_read_the_file_and_nothing_else_is_left(world: World, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.with_name("world.json.new").write_text("half a world")
    file.write_text("")
    file.chmod(0o644)
    state_file.write(file, state_file.snapshot(world))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["version"] == state_file.VERSION
    assert list(tmp_path.iterdir()) == [file]


def test_every_table_of_the_dialects_is_declared() -> None:
    source = "".join(file.read_text() for file in Path(state_file.__file__).parent.rglob("dialects/*/*.py"))
    asked = {part.split('"')[0] for part in source.split('.table("')[1:]}
    assert asked
    assert asked == set(state_file.declared())


def test_reading_calls_leave_the_file_alone(world: World, baseten: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    make_job(baseten)
    saver = Saver(world, file)
    saver.start()
    before = file.stat()
    assert baseten.get("/v1/training_projects").status_code == 200
    assert not world.is_touched
    assert baseten.post("/v1/training_jobs/search", json={}).status_code == 200
    assert world.is_touched
    assert saver.finish()
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_after_the_last_save_no_call_acts(tmp_path: Path) -> None:
    with serve() as served, httpx.Client(base_url=served.url, timeout=0.3) as client:
        saver = Saver(served.world, tmp_path / "world.json")
        saver.start()
        assert saver.finish()
        with pytest.raises(httpx.ReadTimeout):
            client.post("/_sim/clock", json={"advance_s": 5})
        assert served.world.clock.advanced_s == 0
        served.world.lock.release()


def test_a_disk_that_refuses_is_told_once_and_tried_again(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "folder" / "world.json"
    file.parent.mkdir()
    saver = Saver(world, file)
    saver.start()
    file.unlink()
    file.parent.rmdir()
    world.clock.advance(5)
    assert not saver.finish()
    assert world.is_touched
    assert capsys.readouterr().err == f"simulator: cannot write {file}: No such file or directory\n"
    file.parent.mkdir()
    assert saver._try_to_save()
    assert json.loads(file.read_text())["clock"] == {"advanced_s": 5.0}


@contextlib.contextmanager
def _program(file: Path, *words: str) -> Iterator[tuple["subprocess.Popen[str]", httpx.Client]]:
    command = [*COMMAND, "--state", str(file), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            url = program.stdout.readline().split()[-1]
            with httpx.Client(base_url=url, headers=KEY) as client:
                yield program, client
        finally:
            program.kill()


def _projects(client: httpx.Client, prefix: str = "/baseten") -> list[str]:
    found = client.get(f"{prefix}/v1/training_projects").json()["training_projects"]
    return [project["name"] for project in found]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_clean_stop_keeps_the_last_change(tmp_path: Path, signum: int) -> None:
    file = tmp_path / "world.json"
    with _program(file) as (program, client):
        client.post("/baseten/v1/training_projects", json={"training_project": {"name": "last"}})
        program.send_signal(signum)
        assert program.wait(5) == 0
    with _program(file, "--only", "baseten") as (program, client):
        assert _projects(client, "") == ["last"]


def test_a_kill_loses_no_more_than_two_seconds(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    with _program(file) as (program, client):
        client.post("/_sim/clock", json={"advance_s": 3600})
        client.post("/baseten/v1/training_projects", json={"training_project": {"name": "kept"}})
        wait_until(lambda: '"kept"' in file.read_text(), timeout_s=2)
        program.kill()
        assert program.wait(5) == -signal.SIGKILL
    with _program(file) as (program, client):
        assert _projects(client) == ["kept"]
        assert client.get("/_sim/clock").json()["advanced_s"] == 3600


WHOLE = {"version": 1, "clock": {"advanced_s": 0.0}, "faults": {"made": 0, "in_force": []}, "tables": {}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        '{"version": 1, "clo',
        "[]",
        "\x00\x01",
        json.dumps({**WHOLE, "version": 2, "resources": []}),
        json.dumps(WHOLE),
        json.dumps({**WHOLE, "resources": [{"provider": "nobody", "id": "x"}]}),
        json.dumps({**WHOLE, "resources": [], "tables": {"nobody.tokens": {}}}),
        json.dumps({**WHOLE, "resources": [], "tables": {"cortecs.tokens": {"abc": "soon"}}}),
    ],
)
def test_a_file_that_holds_no_world_is_unreadable(tmp_path: Path, content: str) -> None:
    file = tmp_path / "world.json"
    file.write_text(content)
    with pytest.raises(state_file.Unreadable, match="move it away to begin anew"):
        state_file.read(file, World())


def test_a_life_that_cannot_be_told_is_unreadable(world: World, baseten: httpx.Client, tmp_path: Path) -> None:
    make_job(baseten)
    kept = state_file.snapshot(world)
    kept["resources"][0]["created_at"] = "yesterday"
    state_file.write(tmp_path / "world.json", kept)
    with pytest.raises(state_file.Unreadable):
        state_file.read(tmp_path / "world.json", World())


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("broken.json", "holds no world that can be read"), ("", "cannot read"), ("no/folder.json", "cannot write")],
)
def test_a_bad_file_is_one_clear_line_and_is_left_as_it_is(tmp_path: Path, name: str, trouble: str) -> None:
    (tmp_path / "broken.json").write_text('{"version": 1')
    command = [*COMMAND, "--state", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("simulator: ")
    assert trouble in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["broken.json"]
    assert (tmp_path / "broken.json").read_text() == '{"version": 1'
