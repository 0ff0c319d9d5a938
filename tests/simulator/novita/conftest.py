"""A client of Novita's dialect, in process, at the root of its host."""

from collections.abc import Iterator

import httpx
import pytest

from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import App
from tests.simulator.novita.asking import KEY, Novita


@pytest.fixture
def novita(app: App, world: World) -> Iterator[Novita]:
    """A client with the sandbox key."""
    with httpx.Client(
        transport=httpx.WSGITransport(app),
        base_url="http://sim.test/novita",
        headers={"Authorization": f"Bearer {KEY}"},
    ) as client:
        yield Novita(client, world)
