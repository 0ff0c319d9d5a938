"""Starts the real servers that all tests run on, before Django reads its settings; and fixtures for every test."""

import os
import secrets
from contextlib import ExitStack

from gpuconsole.door.servers import temporary_servers

_servers = ExitStack()
os.environ.update(_servers.enter_context(temporary_servers()))  # never those of the environment: tests delete
os.environ |= {"GPUCONSOLE_SECRET_KEY": secrets.token_urlsafe(50), "DJANGO_SETTINGS_MODULE": "gpuconsole.settings"}

import django  # noqa: E402
from django.conf import settings  # noqa: E402

settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}} | {
    "default": settings.STORAGES["default"]
}
settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True  # no collectstatic before a test
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the slow one costs 0.3 s a user
django.setup()  # before the conftests below, which import models


def pytest_unconfigure() -> None:
    """End the servers that this session started."""
    _servers.close()
