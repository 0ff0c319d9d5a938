"""`manage.py bench launch`: a burst of launches over five providers, from each request to its create call.

The console runs as its users run it, with web, worker and beat in processes of their own, and launches come in by the
API at random moments of the time given. The provider's own record says when each create call came, and that it came
once. What each process used of the processors is told beside it, since that hardly depends on what else runs there.

How the launches are spread: where a provider takes only one start at a time (Cortecs keeps no token), a start waits for
the one before, two calls each, so that it gets 6 % of them; Fireworks, whose documented limit is far above that of the
others, gets 34 %; Baseten, Novita and OTOY 20 % each: two thirds of the five calls a second that we allow ourselves.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.bench._browser import hidden, signed_in
from tests.bench._figures import Figure, percentile, report
from tests.console import Console, running_console, wait_until
from tests.contract.samples import sample

SHARES = {"baseten": 20, "cortecs": 6, "fireworks": 34, "novita": 20, "otoy": 20}
_CREATE = {
    "baseten": "/jobs",
    "cortecs": "/instances/start",
    "fireworks": "/batchJobs",
    "novita": "/gpu/instance/create",
    "otoy": "/v1/jobs",
}
_NAMES = {"baseten": "training_job.name", "fireworks": "displayName", "novita": "name", "otoy": "title"}
_CONTEXT = 8000
"""A start at Cortecs carries no name: each asks for another context length, which the provider's record tells."""
Key = tuple[str, int]
"""A provider's slug, and the number of the launch there."""
_CALLERS = 24
_TOKENS = 4
_PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Launch:
    """One launch of the burst: where, under which number, and how long after the begin."""

    slug: str
    number: int
    after_s: float


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench launch")
    parser.add_argument("--launches", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args(words)
    launches = burst(asked.launches, asked.seconds)
    with tempfile.TemporaryDirectory() as folder, running_console(Path(folder) / "data") as console:
        bench = Bench(console)
        bench.wait_for_catalogue()
        began = time.time()
        used = cpu_s(console)
        sent = bench.send(launches, began)
        until = time.time() + _PATIENCE_S
        wait_until(lambda: bench.count() >= len(launches) or time.time() > until, timeout_s=2 * _PATIENCE_S)
        for name, now_s in sorted(cpu_s(console).items()):
            print(f"{name:12}{(now_s - used.get(name, 0.0)) / len(launches) * 1000:9.1f} ms of a processor a launch")
        calls = bench.calls()
    return _tell(launches, sent, bench.answered_at, calls, began)


def burst(count: int, seconds: float) -> list[Launch]:
    """The launches at random moments, in order of time."""
    slugs = [slug for slug, share in SHARES.items() for _ in range(round(count * share / 100))]
    numbers = Counter[str]()
    found = []
    for slug in slugs:
        numbers[slug] += 1
        found.append(Launch(slug, numbers[slug], random.uniform(0, seconds)))
    return sorted(found, key=lambda launch: launch.after_s)


def cpu_s(console: Console) -> dict[str, float]:
    """What the console's processes have used of the processors so far, by what they do, and this process itself."""
    found: dict[str, float] = defaultdict(float)
    for pid in [*console.pids(), os.getpid()]:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            name = "this bench" if pid == os.getpid() else _part(Path(f"/proc/{pid}/cmdline").read_bytes().decode())
            found[name] += (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return dict(found)


def _part(command: str) -> str:
    return next((name for name, word in _PARTS.items() if word in command), "others")


_PARTS = {
    "web": "gpuconsole.serve",
    "worker": "embedded\0worker",
    "beat": "embedded\0beat",
    "simulator": "gpuconsole.simulator",
    "postgres": "postgres",
    "valkey": "valkey",
}


class Bench:
    """A console that runs, a caller of its API, and the far side's record."""

    def __init__(self, console: Console) -> None:
        self._far = httpx.Client(base_url=console.answer("simulator"), timeout=60)
        limits = httpx.Limits(max_connections=_CALLERS, max_keepalive_connections=_CALLERS)
        url = f"{console.answer('url').rstrip('/')}/api/v1"
        self._api = httpx.Client(base_url=url, headers=_bearer(console.answer("token")), timeout=60, limits=limits)
        self._tokens = itertools.cycle(_tokens(console))
        rows = self._api.get("/connections").json()["items"]
        self.answered_at: dict[Key, float] = {}
        self._connections = {row["provider"]: row["id"] for row in rows}

    def wait_for_catalogue(self) -> None:
        """Until a worker has seen the prices of all five, which every launch asks for."""
        for slug in SHARES:
            wait_until(lambda slug=slug: self._has_offers(slug), timeout_s=90)  # type: ignore[misc]

    def send(self, launches: list[Launch], began: float) -> dict[Key, float]:
        """Launch each at its moment; when each request was sent (epoch seconds)."""
        sent: dict[Key, float] = {}

        def one(launch: Launch) -> None:
            body = self._body(launch)
            time.sleep(max(0.0, began + launch.after_s - time.time()))
            sent[launch.slug, launch.number] = time.time()
            headers = _bearer(next(self._tokens))
            answer = self._api.post("/projects/first-project/workloads", json=body, headers=headers)
            assert answer.status_code == 201, answer.text
            self.answered_at[launch.slug, launch.number] = time.time()

        with ThreadPoolExecutor(_CALLERS) as callers:
            list(callers.map(one, launches))
        return sent

    def calls(self) -> dict[Key, list[float]]:
        """When the create calls of each launch came (epoch seconds)."""
        found: dict[Key, list[float]] = {}
        for slug in SHARES:
            for call in self._created(slug):
                at = datetime.fromisoformat(call["at"]).timestamp()
                found.setdefault((slug, _number(slug, call["body"])), []).append(at)
        return found

    def count(self) -> int:
        """How many create calls came so far; asked seldom, so that it costs the far side little."""
        time.sleep(2)
        return sum(len(self._created(slug)) for slug in SHARES)

    def _has_offers(self, slug: str) -> bool:
        rows = self._api.get("/offers", params={"provider": slug, "limit": 1}).json()["items"]
        return bool(rows) and rows[0]["connection"] is not None

    def _created(self, slug: str) -> list[Mapping[str, Any]]:
        asked = {"provider": slug, "method": "POST", "path": _CREATE[slug]}
        rows = self._far.get("/_sim/requests", params=asked).json()["requests"]
        return [row for row in rows if row["path"].endswith(_CREATE[slug])]

    def _body(self, launch: Launch) -> dict[str, Any]:
        spec = sample(launch.slug)
        if launch.slug == "novita":  # what the sample names is the reference's, and not in the sandbox
            spec |= {"networkStorages": [], "networkId": "", "imageAuth": ""}
        if launch.slug in _NAMES:
            _put(spec, _NAMES[launch.slug], f"burst-{launch.number}")
        else:
            spec["context_length"] = _CONTEXT + launch.number
        name, connection = f"{launch.slug}-{launch.number}", self._connections[launch.slug]
        return {"name": name, "connection": connection, "spec": spec, "guards": {"stop_after_s": 3600}}


def _tokens(console: Console) -> list[str]:
    """So many that none of them meets its limit of requests a minute."""
    browser, found = signed_in(console), []
    for number in range(_TOKENS):
        fields = hidden(browser.get("/account/tokens/new/").text) | {"name": f"burst {number}", "scope": "launch"}
        shown = browser.post("/account/tokens/new/", data=fields, follow_redirects=True)
        found.append(re.findall(r"gpc_[A-Za-z0-9_-]{20,}", shown.text)[0])
    return found


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _put(spec: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    place = spec
    for key in parents:
        place = place[key]
    place[last] = value


def _number(slug: str, body: Mapping[str, Any]) -> int:
    """The number that a launch carries in its create call."""
    if slug not in _NAMES:
        return int(body["context_length"]) - _CONTEXT
    for key in _NAMES[slug].split("."):
        body = body[key]
    return int(str(body).rpartition("-")[2])


def _tell(
    launches: list[Launch],
    sent: Mapping[Key, float],
    answered: Mapping[Key, float],
    calls: Mapping[Key, list[float]],
    began: float,
) -> int:
    first = {key: found[0] for key, found in calls.items() if key in sent}
    print(f"{len(launches)} launches, the last sent {max(sent.values()) - began:.1f} s after the begin")
    print(f"{'provider':12}{'launches':>9}{'p50 s':>8}{'p95 s':>8}{'max s':>8}{'API p95 s':>12}")
    for name in (*SHARES, "all"):
        keys = [key for key in first if name in (key[0], "all")]
        if keys:
            waits, api = _lengths(keys, sent, first), _lengths(keys, sent, answered)
            shown = (percentile(waits, 0.5), percentile(waits, 0.95), max(waits))
            print(f"{name:12}{len(keys):9}" + "".join(f"{s:8.2f}" for s in shown) + f"{percentile(api, 0.95):12.2f}")
    doubled = sum(len(found) > 1 for found in calls.values())
    return report(
        [
            Figure("request_to_create_call_p95_s", round(percentile(_lengths(list(first), sent, first), 0.95), 2), 2),
            Figure("launches_without_a_call", len(launches) - len(first), 0),
            Figure("launches_called_twice", doubled, 0),
        ]
    )


def _lengths(keys: list[Key], since: Mapping[Key, float], until: Mapping[Key, float]) -> list[float]:
    return [until[key] - since[key] for key in keys]
