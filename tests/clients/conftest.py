"""The vendors' clients, installed apart, and the simulator they are pointed at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpuconsole.simulator.server import Served, serve
from tests.clients.environments import environment


@pytest.fixture(scope="session")
def cortecs_python() -> Path:
    """The Python that has `cortecs-py` 0.1.2."""
    return environment("cortecs-py", "0.1.2", with_deps=False) / "python"


@pytest.fixture(scope="session")
def truss_bin() -> Path:
    """The folder of the programs of `truss` 0.18.35."""
    return environment("truss", "0.18.35")


@pytest.fixture
def baseten() -> Iterator[Served]:
    """Baseten alone, at `/`; jobs wait and deploy in a second, a nominal hour of training lasts 18 s."""
    with serve(only="baseten", speed=200) as served:
        yield served


@pytest.fixture(scope="module")
def cortecs() -> Iterator[Served]:
    """Cortecs alone, at `/`; an instance is ready in a second."""
    with serve(only="cortecs", speed=200) as served:
        yield served
