"""Where jobs are: which accounts a key sees, which of them a job is in, and when it was made; every call needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gpuconsole.providers.fireworks.bodies import id_of
from gpuconsole.providers.fireworks.client import FireworksClient

_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """The account of a job, and its creation: without a start Fireworks gives the latest lines of a log only."""

    account: str
    created_at: str


class Places:
    """What one key has shown so far."""

    def __init__(self, client: FireworksClient) -> None:
        self._client = client
        self._accounts: tuple[str, ...] = ()
        self._jobs: dict[str, Place] = {}

    def listed(self) -> Sequence[Mapping[str, Any]]:
        """The accounts that the key sees now."""
        rows = self._client.accounts()
        self._accounts = tuple(id_of(row.get("name")) for row in rows)
        return rows

    def accounts(self) -> tuple[str, ...]:
        """Their ids, as they were seen last."""
        if not self._accounts:
            self.listed()
        return self._accounts

    def of(self, ids: set[str]) -> Sequence[str]:
        """The accounts to look in: those that the jobs are known to be in, or all."""
        if ids <= self._jobs.keys():
            return sorted({self._jobs[job_id].account for job_id in ids})
        return self.accounts()

    def keep(self, job_id: str, account: str, created_at: str) -> None:
        """Remember a job that an answer told of; ``created_at`` as it came, empty where it did not."""
        if len(self._jobs) >= _MOST:
            self._jobs.clear()
        self._jobs[job_id] = Place(account, created_at or datetime.fromtimestamp(0, UTC).isoformat())

    def job(self, job_id: str) -> Place | None:
        """Where it was seen; None: no answer has told of it."""
        return self._jobs.get(job_id)
