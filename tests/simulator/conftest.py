"""The simulator in process, at speed 1 on a clock that stands still until a test turns it."""

from collections.abc import Iterator

import httpx
import pytest

from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import App, create_app

NOON = 1_795_176_000.0


@pytest.fixture
def world() -> World:
    """An empty world; it is noon until a test calls `world.clock.advance`."""
    return World(clock=Clock(wall=lambda: NOON), seed=7)


@pytest.fixture
def app(world: World) -> App:
    """The simulator with all dialects."""
    return create_app(world=world)


@pytest.fixture
def control(app: App) -> Iterator[httpx.Client]:
    """A client of the control surface."""
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://sim.test/_sim") as client:
        yield client


@pytest.fixture
def baseten(app: App) -> Iterator[httpx.Client]:
    """A client with Baseten's sandbox key."""
    with httpx.Client(
        transport=httpx.WSGITransport(app),
        base_url="http://sim.test/baseten",
        headers={"Authorization": "Api-Key sandbox-baseten-key"},
    ) as client:
        yield client


@pytest.fixture
def cortecs(app: App) -> Iterator[httpx.Client]:
    """A client with a fresh Cortecs token."""
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://sim.test/cortecs/api/v1") as client:
        credentials = {"client_id": "sandbox", "client_secret": "sandbox-cortecs-secret"}
        token = client.post("/oauth2/token", json={"grant_type": "client_credentials", **credentials}).json()
        client.headers["Authorization"] = f"{token['token_type']} {token['access_token']}"
        yield client
