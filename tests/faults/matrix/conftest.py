"""The ground of this folder's tests: servers of their own that can be taken down, and workers that can be killed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.faults.matrix.ground import Ground, ground_on
from tests.faults.matrix.rows import Matrix
from tests.faults.matrix.servers import own_servers


@pytest.fixture(scope="package")
def ground(django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """One for the whole folder; each scenario begins on it with nothing."""
    with django_db_blocker.unblock(), own_servers() as servers, ground_on(servers) as made:
        yield made
        made.clear()


@pytest.fixture(scope="package")
def matrix(ground: Ground, pytestconfig: pytest.Config) -> Iterator[Matrix]:
    """What was played so far; at the end its table is printed and written down."""
    made = Matrix(ground)
    yield made
    file = made.write()
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{made.table()}\n{file}", file=sys.stderr)
