"""A lab for tests of limits."""

import pytest

from tests.factories_workloads import Lab, make_lab


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()
