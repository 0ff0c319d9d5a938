"""Reads Fireworks' jobs from the newest change on, as far as changes go that were not read before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from gpuconsole.providers.wire import moment

_OVERLAP = timedelta(seconds=5)
"""So much is read again: a change may become readable a little after the moment that it is stamped with."""


class Changes:
    """How far the changes were read, and whether they came in the order that was asked for."""

    def __init__(self, since: str = "", *, told_until: str = "") -> None:
        self._told_until = moment(told_until) if told_until else None
        self._newest = moment(since) if since else None
        self._since = self._newest - _OVERLAP if self._newest else None
        self.is_in_order = True

    @property
    def newest(self) -> str:
        """The moment of the newest change that was met."""
        return self._newest.isoformat() if self._newest else ""

    def take_in(self, job: Mapping[str, Any]) -> datetime | None:
        """When the job changed last."""
        at = moment(job.get("updateTime"))
        if at is not None and (self._newest is None or at > self._newest):
            self._newest = at
        return at

    def was_kept_back(self, job: Mapping[str, Any]) -> bool:
        """Whether a list with the newest changes first should have told this one before, and did not."""
        at = moment(job.get("updateTime"))
        return at is not None and self._told_until is not None and at < self._told_until - _OVERLAP

    def until_the_last(self, jobs: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The jobs that changed since; it ends too, with ``is_in_order`` false, where their order tells nothing."""
        before: datetime | None = None
        for job in jobs:
            at = self.take_in(job)
            if at is None or (before is not None and at > before):
                self.is_in_order = False
                return
            if self._since is not None and at < self._since:
                return
            before = at
            yield job
