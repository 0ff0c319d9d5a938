"""Fixtures of the inventory's tests: the engine's bench, and a team with connections that nobody answers on."""

from __future__ import annotations

import pytest

from tests.factories_workloads import Lab, make_lab
from tests.sync.conftest import engine, simulator

__all__ = ["engine", "simulator"]


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()
