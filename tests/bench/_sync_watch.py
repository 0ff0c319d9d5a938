"""Watches one run: when each change was seen committed, which calls were made, and what the processes took."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

_EVERY_S = 0.4
_LOOK_BACK = "20 seconds"
"""Rows are stamped before they are committed: so long nothing is missed."""
_LIVE = f"""
SELECT connection_id, remote_id, remote_status FROM workloads_workload
WHERE state NOT IN ('succeeded', 'failed', 'cancelled', 'draft') AND observed_at > now() - interval '{_LOOK_BACK}'
UNION ALL
SELECT connection_id, remote_id, remote_status FROM workloads_workload
WHERE ended_at IS NOT NULL AND ended_at > now() - interval '5 minutes'
  AND team_id = %s AND observed_at > now() - interval '{_LOOK_BACK}'
"""
_OUTPUT = ("/logs", "getLogs", "/metrics", "/checkpoints", "/job-runs/")
_LISTS = ("/v1/training_jobs/search", "/instances/", "/batchJobs", "/gpu/instances", "/v1/jobs", "/v1/job-runs")
_REMOTES = ("/v1/training_jobs/search", "/instances", "/batchJobs", "/gpu/instance", "/v1/jobs", "/v1/job-runs")


class Poller(threading.Thread):
    """Reads committed rows again and again, on a connection of its own, and keeps when each status was first seen."""

    def __init__(self, team_id: int) -> None:
        super().__init__(daemon=True)
        self._team_id = team_id
        self._database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self._done = threading.Event()
        self.seen: dict[tuple[int, str], list[tuple[float, str]]] = {}
        self.rounds: Counter[int] = Counter()
        self._synced: dict[int, Any] = {}

    def run(self) -> None:
        while not self._done.wait(_EVERY_S):
            self._read()

    def _read(self) -> None:
        rows = self._database.execute(_LIVE, [self._team_id]).fetchall()
        now = time.time()
        for connection_id, remote_id, status in rows:
            seen = self.seen.setdefault((connection_id, remote_id), [])
            if not seen or seen[-1][1] != status:
                seen.append((now, status))
        for pk, synced_at in self._database.execute("SELECT id, synced_at FROM connections_connection").fetchall():
            self.rounds[pk] += self._synced.get(pk, synced_at) != synced_at
            self._synced[pk] = synced_at

    def finish(self) -> None:
        self._done.set()
        self.join()
        self._database.close()


@dataclass
class Calls:
    """What the providers were asked, by provider and sort of call."""

    fars: Sequence[httpx.Client]
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _since: str = ""

    def begin(self) -> None:
        """Count from here on."""
        self._since = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def read(self) -> None:
        """Take in what came since; each far side keeps the last 5,000 calls only."""
        asked = {"since": self._since}
        answers = [far.get("/_sim/requests", params=asked).raise_for_status().json() for far in self.fars]
        rows = [row for answer in answers for row in answer["requests"]]
        for row in rows:
            self.counts[row["provider"], sort_of(row)] += 1
        self._since = max([self._since, *(row["at"] for row in rows)])


def sort_of(row: Mapping[str, Any]) -> str:
    """list: a page of many; detail: one of them; output; other: prices, logins, acts."""
    path, body = row["path"], row["body"]
    if any(word in path for word in _OUTPUT):
        return "output"
    is_one = (isinstance(body, dict) and "job_id" in body) or "filter[job_uuid]" in row["query"]
    if path.endswith(_LISTS) and not is_one:
        return "list"
    is_read = row["method"] == "GET" or "search" in path
    return "detail" if is_read and any(word in path for word in _REMOTES) else "other"


@dataclass
class Process:
    """Memory and processor time of one process, and of PostgreSQL's children."""

    pid: int
    pss_mb: list[tuple[float, float]] = field(default_factory=list)
    _cpu_s: float = 0.0

    def begin(self) -> None:
        self._cpu_s = cpu_s(self.pid)

    def sample(self) -> None:
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                self.pss_mb.append((time.time(), int(line.split()[1]) / 1024))

    @property
    def used_cpu_s(self) -> float:
        return cpu_s(self.pid) - self._cpu_s

    @property
    def growth_mb(self) -> float:
        """From the second fifth of the samples to the last: the first is for pools and caches to fill."""
        values, fifth = [mb for _, mb in self.pss_mb], len(self.pss_mb) // 5
        if not fifth:
            return 0.0
        return sum(values[-fifth:]) / fifth - sum(values[fifth : 2 * fifth]) / fifth


def cpu_s(pid: int) -> float:
    """User and system time so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def machine_busy_s() -> float:
    """Processor time that anything on this machine has taken so far."""
    words = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    idle = int(words[3]) + int(words[4])
    return (sum(int(word) for word in words[:8]) - idle) / os.sysconf("SC_CLK_TCK")


def ages_s(
    changes: Mapping[str, Sequence[Sequence[Any]]],
    seen: Mapping[str, Sequence[tuple[float, str]]],
    since: float,
    until: float,
) -> tuple[list[float], int]:
    """How old each change of the window was when its row, or a later one's, was seen; and how many never were.

    A status that the provider passed through between two looks counts as seen when the row showed what came after it.
    """
    ages, unseen = [], 0
    for remote_id, steps in changes.items():
        rows = [(at, _step_of(steps, at, status)) for at, status in seen.get(remote_id, ())]
        for number, (moment, _) in enumerate(steps):
            if not since <= moment < until:
                continue
            found = next((at for at, step in rows if step is not None and step >= number), None)
            if found is None:
                unseen += 1
            else:
                ages.append(max(0.0, found - moment))
    return ages, unseen


def _step_of(steps: Sequence[Sequence[Any]], at: float, status: str) -> int | None:
    """Which step a row showed that was read at that moment: the latest of that word."""
    return next((n for n in range(len(steps) - 1, -1, -1) if steps[n][1] == status and steps[n][0] <= at), None)
