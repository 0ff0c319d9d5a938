"""Opens adapters, in workers only; keeps each one open, so that logins and TLS sessions are used again."""

from __future__ import annotations

import threading
import time

from gpuconsole.connections import addresses, calls, credentials
from gpuconsole.connections.models import Connection
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter
from gpuconsole.providers.http import OnCall

_RETIRED_S = 120.0  # longer than any call: another thread may still be using a replaced adapter
_MOST_OPEN = 200

_Key = tuple[int, str]
_lock = threading.Lock()
_open: dict[int, tuple[_Key, Adapter]] = {}
_retired: list[tuple[float, Adapter]] = []


def open_adapter(connection: Connection) -> Adapter:
    """The adapter of the connection as the row stands: another version of credentials or address opens a new one."""
    key = (connection.credentials_version, addresses.base_url_of(connection))
    with _lock:
        _close_retired()
        held = _open.pop(connection.pk, None)
        if held is not None and held[0] != key:
            _retired.append((time.monotonic(), held[1]))
            held = None
        adapter = held[1] if held else fresh_adapter(connection, on_call=calls.of(connection.pk).note)
        _open[connection.pk] = (key, adapter)  # at the end: the dict is in order of last use
        if len(_open) > _MOST_OPEN:
            _, oldest = _open.pop(next(iter(_open)))
            _retired.append((time.monotonic(), oldest))
    return adapter


def fresh_adapter(connection: Connection, *, field: str = "credentials", on_call: OnCall | None = None) -> Adapter:
    """An adapter of its own, for credentials that are not in use yet; the caller closes it."""
    provider = registry.get(connection.provider)
    opened = credentials.open_from(connection, field=field)
    return provider.adapter.open(opened, base_url=addresses.base_url_of(connection), on_call=on_call)


def close_all() -> None:
    """Give back every HTTP connection; for the end of a process and of a test."""
    with _lock:
        for _, adapter in [*_open.values(), *_retired]:
            adapter.close()
        _open.clear()
        _retired.clear()


def _close_retired() -> None:
    now = time.monotonic()
    while _retired and now - _retired[0][0] > _RETIRED_S:
        _retired.pop(0)[1].close()
