"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings

from gpuconsole.simulator.server import Served, serve

if TYPE_CHECKING:
    from tests.sync.bench import Engine


@pytest.fixture
def simulator() -> Iterator[Served]:
    with serve() as served:
        yield served


@pytest.fixture
def engine(db: None, simulator: Served, settings: Settings) -> Iterator[Engine]:
    from tests.sync.bench import engine_at  # noqa: PLC0415 (models can be imported once Django is set up)

    settings.SIMULATOR_URL = simulator.url
    with engine_at(simulator.url) as made:
        yield made
