"""Puts the made-up provider where the README's guide says, for the length of a test."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from gpuconsole import providers
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.simulator import dialects

HERE = Path(__file__).parent


@pytest.fixture
def pebble(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Its folder, one word in the registry, its dialect: nothing else."""
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(HERE / "providers")])
    monkeypatch.setattr(registry, "SLUGS", (*registry.SLUGS, "pebble"))
    monkeypatch.setattr(dialects, "__path__", [*dialects.__path__, str(HERE / "dialects")])
    dialect = import_module("gpuconsole.simulator.dialects.pebble").Pebble
    monkeypatch.setitem(dialects.DIALECTS, "pebble", dialect)
    yield registry.get("pebble")
    registry.get.cache_clear()
