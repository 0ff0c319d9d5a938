"""What every dialect knows outlives a restart of the simulator, as its adapter sees it: work, faults and the clock."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter
from gpuconsole.providers.errors import NoCapacity
from gpuconsole.providers.features import Feature
from gpuconsole.providers.remote import Remote, RemoteState
from gpuconsole.simulator import state_file
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.contract.conftest import PATHS, TOKEN, Far, far_side
from tests.contract.samples import sample

each = pytest.mark.parametrize("slug", registry.SLUGS)


def again(far: Far, file: Path) -> Far:
    """The far side as a new simulator finds it in the file, at the same moment."""
    state_file.write(file, state_file.snapshot(far.world))
    moment = far.world.now() - far.world.clock.advanced_s
    world = World(clock=Clock(lambda: moment), seed=99)
    state_file.read(file, world)
    found = Far(far.provider, world, far.adapter, httpx.WSGITransport(create_app(only=far.provider.slug, world=world)))
    found.adapter = found.open()
    return found


def told(far: Far, remotes: list[Remote]) -> dict[str, Any]:
    """All that its adapter and the control surface tell."""
    adapter, features, now = far.adapter, far.provider.features, far.world.now()
    ids = [remote.id for remote in adapter.inventory()]
    found: dict[str, Any] = {
        "inventory": adapter.inventory(),
        "offers": adapter.offers(),
        "rows": [resource.as_row(now) for resource in far.world.resources()],
        "faults": [fault.as_row() for fault in far.world.faults],
        "now": now,
    }
    for feature, ask in (
        (Feature.LOGS, lambda one: adapter.logs(one, "")),
        (Feature.METRICS, lambda one: adapter.metrics(one, None)),
        (Feature.CHECKPOINTS, adapter.checkpoints),
    ):
        if feature in features:
            found[feature] = [ask(remote.id) for remote in remotes if remote.id in ids]
    return found


@pytest.fixture(params=registry.SLUGS)
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    found = far_side(request.param)
    yield found
    found.adapter.close()


@pytest.mark.parametrize("later_s", [0, 45, 1800, 90_000])
def test_work_of_every_age_is_told_as_before_and_lives_on_alike(far: Far, tmp_path: Path, later_s: float) -> None:
    ended = far.wait_for(far.launch(), RemoteState.RUNNING)
    for _ in range(3):
        far.adapter.end(ended.id)
        far.pass_time(60)
    ending = far.wait_for(far.launch(), RemoteState.RUNNING)
    running = far.launch()
    far.pass_time(500)
    far.adapter.end(ending.id)
    fresh = far.launch()
    remotes = [ended, ending, running, fresh]
    anew = again(far, tmp_path / "world.json")
    assert len(anew.world.resources()) == 4
    for world in (far.world, anew.world):
        world.clock.advance(later_s)
    assert told(anew, remotes) == told(far, remotes)


def test_every_fault_keeps_its_grip_and_is_healed_alike(far: Far, tmp_path: Path) -> None:
    zombie, gone, odd = (far.wait_for(far.launch(), RemoteState.RUNNING) for _ in range(3))
    far.fault(fault="zombie", match=zombie.id)
    far.fault(fault="vanish", match=gone.id)
    far.fault(fault="unknown_status", match=odd.id)
    far.adapter.end(zombie.id)
    far.fault(fault="price_jump", factor=3)
    dear = far.launch()
    far.fault(fault="out_of_stock", match="nothing of the kind")
    far.fault(fault="clock_skew", seconds=120)
    far.fault(fault="500", match="/nowhere", count=2)
    far.adapter.inventory()
    remotes = [zombie, odd, dear]
    anew = again(far, tmp_path / "world.json")
    assert told(anew, remotes) == told(far, remotes)
    assert [fault.kind for fault in anew.world.faults][3:] == ["price_jump", "out_of_stock", "clock_skew", "500"]
    assert gone.id not in {remote.id for remote in anew.adapter.inventory()}
    for side in (far, anew):
        side.world.lift()
        side.adapter.end(zombie.id)
        side.pass_time(120)
    assert told(anew, [*remotes, gone]) == told(far, [*remotes, gone])
    assert gone.id in {remote.id for remote in anew.adapter.inventory()}


def test_what_waits_for_stock_waits_on_and_is_released_alike(far: Far, tmp_path: Path) -> None:
    kept = far.launch()
    far.fault(fault="out_of_stock")
    with contextlib.suppress(NoCapacity):
        far.launch()
    anew = again(far, tmp_path / "world.json")
    short = [[resource.id for resource in side.world.resources() if resource.is_short] for side in (far, anew)]
    assert short[0] == short[1]
    assert kept.id not in short[0]
    for side in (far, anew):
        side.pass_time(3600)
        side.world.lift()
        side.pass_time(30)
    assert told(anew, [kept]) == told(far, [kept])


@contextlib.contextmanager
def program(file: Path, slug: str) -> Iterator[tuple[httpx.Client, Adapter]]:
    """The simulator as a program with a state file, and the provider's adapter for it; stopped as a system stops it."""
    command = [sys.executable, "-m", "gpuconsole.simulator", "--port", "0", "--only", slug, "--state", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        url = running.stdout.readline().split()[-1]
        provider = registry.get(slug)
        own = provider.credentials(**provider.sandbox_credentials)
        adapter = provider.adapter.open(own, base_url=url + PATHS.get(slug, ""))
        with httpx.Client(base_url=f"{url}/_sim", trust_env=False) as control:
            yield control, adapter
        adapter.close()
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


@each
def test_a_program_that_is_stopped_and_started_again_goes_on(tmp_path: Path, slug: str) -> None:
    file, spec = tmp_path / "world.json", registry.get(slug).spec.read(sample(slug))
    with program(file, slug) as (control, adapter):
        made = adapter.launch(spec, TOKEN, {})
        control.post("/clock", json={"advance_s": 7200}).raise_for_status()
        fault = {"provider": slug, "fault": "429", "match": "/nowhere", "share": 0.5, "retry_after": None}
        control.post("/faults", json=fault).raise_for_status()
        control.post("/faults", json={"provider": slug, "fault": "price_jump"}).raise_for_status()
        before = control.get("/faults").json()
        prices = [offer.hourly_price for offer in adapter.offers()]
    with program(file, slug) as (control, adapter):
        assert [remote.id for remote in adapter.inventory()] == [made.id]
        assert control.get("/faults").json() == before
        assert control.get("/clock").json()["advanced_s"] == 7200
        assert [offer.hourly_price for offer in adapter.offers()] == prices
