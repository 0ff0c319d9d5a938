"""A client of the sandbox account."""

from collections.abc import Iterator

import httpx
import pytest

from gpuconsole.simulator.wsgi import App


@pytest.fixture
def fireworks(app: App) -> Iterator[httpx.Client]:
    """A client with the sandbox key; paths are relative to the account."""
    with httpx.Client(
        transport=httpx.WSGITransport(app),
        base_url="http://sim.test/fireworks/v1/accounts/sandbox",
        headers={"Authorization": "Bearer sandbox-fireworks-key"},
    ) as client:
        yield client
