"""Starts the real servers that all tests run on, before Django reads its settings; and fixtures for every test."""

import gc
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from gpuconsole.door.servers import temporary_servers

gc.set_threshold(50_000, 10, 10)  # the default looks for garbage so often that a fifth of all computing is that
_servers = ExitStack()
os.environ.update(_servers.enter_context(temporary_servers()))  # never those of the environment: tests delete
os.environ |= {"GPUCONSOLE_SECRET_KEY": secrets.token_urlsafe(50), "DJANGO_SETTINGS_MODULE": "gpuconsole.settings"}

import django  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}} | {
    "default": settings.STORAGES["default"]
}
settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True  # no collectstatic before a test
settings.MONTH_KEPT_S = 0  # each page asks for what the test just did
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the slow one costs 0.3 s a user
hypothesis_settings.register_profile("console", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("console")  # no test fails because the machine is busy
django.setup()  # before the conftests below, which import models
from django.db import connections  # noqa: E402

from tests.sessions import end_others  # noqa: E402


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """As the plugin has it; before it drops the database, what still holds it is ended."""
    yield
    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's backend
    end_others()


def pytest_xdist_setupnodes() -> None:
    """Let each process that shares the tests start servers of its own: with this one's settings it would use ours."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


_LONG = ("gallery", "faults", "walks", "door", "clients")
"""Folders whose tests share a running console, a browser or an installed client: each stays with one process, and the
longest begins first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long folders."""
    twice = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if twice:  # of several tests of one name the processes would run one
        raise pytest.UsageError(f"Tests need names of their own: {', '.join(twice)}")
    groups = {item: _group(item.nodeid) for item in items}
    items.sort(key=lambda item: _LONG.index(groups[item]) if groups[item] in _LONG else len(_LONG))


def pytest_collection_finish() -> None:
    """Never look through what was imported and collected again."""
    gc.collect()
    gc.freeze()


class _ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist's own way by a mark needs an older pytest
    """Deals the tests out to the processes by file, the long folders as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByGroup:
    """How the processes share the tests."""
    return _ByGroup(config, log)


def _group(nodeid: str) -> str:
    file = nodeid.partition("::")[0]
    folder = file.split("/")[1]
    return folder if folder in _LONG else file


def pytest_unconfigure() -> None:
    """End the servers that this session started."""
    _servers.close()
