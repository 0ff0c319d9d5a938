"""A client that signs with the sandbox keys."""

from collections.abc import Iterator

import httpx
import pytest

from gpuconsole.simulator.wsgi import App
from tests.simulator.otoy.signing import Signed


@pytest.fixture
def otoy(app: App) -> Iterator[httpx.Client]:
    """A client of OTOY, mounted under its slug."""
    transport = httpx.WSGITransport(app)
    with httpx.Client(transport=transport, base_url="http://sim.test/otoy", auth=Signed()) as client:
        yield client
