"""Pebble's HTTP calls in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuconsole.providers.http import Client, Wording
from gpuconsole.providers.wire import item, items, quoted

TASKS, MACHINES = "/v1/tasks", "/v1/machines"


def _error(body: Any) -> tuple[str, str]:
    found = body if isinstance(body, Mapping) else {}
    return str(found.get("message") or ""), str(found.get("field") or "")


WORDING = Wording("Pebble", _error, no_capacity=frozenset({409}))


class PebbleClient:
    """Signed calls; answers as decoded JSON, unwrapped."""

    def __init__(self, http: Client, api_key: str) -> None:
        self.http = http
        self._signed = {"Authorization": f"Bearer {api_key}"}

    def machines(self) -> list[Mapping[str, Any]]:
        """Machine types with exact prices; takes no key."""
        return items(self.http.get(MACHINES, exact=True), "machines")

    def tasks(self) -> list[Mapping[str, Any]]:
        """Everything at once: there is no paging."""
        return items(self.http.get(TASKS, headers=self._signed), "tasks")

    def create(self, body: Any) -> Mapping[str, Any]:
        """A new task."""
        return item(self.http.call("POST", TASKS, body, headers=self._signed), "task", is_write=True)

    def cancel(self, task_id: str) -> None:
        """End a task; one that has ended stays as it is."""
        self.http.call("POST", f"{TASKS}/{quoted(task_id)}/cancel", {}, headers=self._signed)
