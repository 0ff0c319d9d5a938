"""The far side of connections: a simulator of its own for each test."""

import pytest

from gpuconsole.connections import opening
from gpuconsole.simulator.server import serve


@pytest.fixture
def simulator(settings):
    with serve() as served:
        settings.SIMULATOR_URL = served.url
        yield served
        opening.close_all()
