"""Fixtures of the inventory's tests: the engine's bench, and people who launch past the console."""

from tests.sync.conftest import engine, simulator

__all__ = ["engine", "simulator"]
