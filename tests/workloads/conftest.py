"""Fixtures of the workloads' tests."""

import pytest

from tests.factories_workloads import Lab, make_lab


@pytest.fixture
def lab(db: None) -> Lab:
    """A team with an owner, a project, and a priced connection to each provider."""
    return make_lab()
