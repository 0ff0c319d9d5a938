"""`manage.py bench sync`: how soon a change at a provider is in PostgreSQL, with very many workloads.

10,000 active workloads on five connections, one for each provider, of which 1 % change each second: how old each change
was when its row was seen committed, how many calls that took for each round, and how the worker's memory goes. First
for a while without, then for the full time with 100,000 ended workloads beside them. Worker, beat and PostgreSQL run as
`up` runs them, each provider's simulator in a process of its own, since providers do not wait for each other; all share
this machine with the bench itself. A busy machine may be tried with `--seconds 60 --active 2000`.
"""

import argparse
import contextlib
import importlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gpuconsole.door import asking
from gpuconsole.door.environment import BASE
from gpuconsole.door.servers import temporary_servers
from gpuconsole.providers import registry

if TYPE_CHECKING:
    from tests.bench import _sync


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench sync")
    parser.add_argument("--seconds", type=int, default=600, help="of the run with ended workloads beside")
    parser.add_argument("--active", type=int, default=10_000, help="workloads on all five connections together")
    parser.add_argument("--finished", type=int, default=100_000, help="ended workloads beside them in the second run")
    parser.add_argument("--without", type=int, help="seconds of the first run (default: a fourth; 0: leave it out)")
    parser.add_argument("--share", type=float, default=0.01, help="of the active ones that change each second")
    asked = parser.parse_args(words)
    with temporary_servers(forgetful=False) as variables, contextlib.ExitStack() as programs:
        os.environ.update(variables)
        ports, players = _far_sides(programs)
        os.environ.update(_variables(ports))
        importlib.import_module("django").setup()  # what is measured can be imported only then
        bench: _sync = importlib.import_module("tests.bench._sync")
        urls = {slug: f"http://127.0.0.1:{port}" for slug, port in ports.items()}
        lab = bench.prepare(bench.Plan(asked.active, asked.share, urls))
        worker, beat = (programs.enter_context(_program(name)) for name in ("worker", "beat"))
        pids = {"worker": [worker.pid], "simulators": players, "beat": [beat.pid]}
        without_s = asked.seconds // 4 if asked.without is None else asked.without
        return bench.measure(lab, pids, without_s, asked.seconds, asked.finished)


def _far_sides(programs: contextlib.ExitStack) -> tuple[dict[str, int], list[int]]:
    """A simulator for each provider, as they are services apart: ports by provider, and process ids."""
    ports, pids = dict[str, int](), list[int]()
    for slug in (provider.slug for provider in registry.every()):
        ports[slug] = asking.free_port(max(ports.values(), default=8100) + 1)
        words = ("-m", "gpuconsole.simulator", "--port", str(ports[slug]))
        pids.append(programs.enter_context(_running(*words, name=f"simulator-{slug}")).pid)
    return ports, pids


def _variables(ports: Mapping[str, int]) -> dict[str, str]:
    """What `up` gives its programs, and where the providers are."""
    paths = {provider.slug: urlsplit(provider.base_url).path.rstrip("/") for provider in registry.every()}
    urls = [f"http://127.0.0.1:{port}/{slug}{paths[slug]}" for slug, port in ports.items()]
    return {
        "GPUCONSOLE_ALLOWED_BASE_URLS": ",".join(urls),
        "DJANGO_SETTINGS_MODULE": "gpuconsole.settings",
        "GPUCONSOLE_SECRET_KEY": secrets.token_urlsafe(50),
        "GPUCONSOLE_LOG_LEVEL": "WARNING",
        "GPUCONSOLE_SIMULATOR_URL": f"http://127.0.0.1:{next(iter(ports.values()))}",
        "CELERY_SKIP_CHECKS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def _program(name: str) -> contextlib.AbstractContextManager["subprocess.Popen[bytes]"]:
    return _running("-m", "gpuconsole.embedded", name, name=name)


@contextlib.contextmanager
def _running(*words: str, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """One program of the console, ended afterwards; what it says is kept beside the database and shown if it fails."""
    log = Path(os.environ["GPUCONSOLE_DATA"]) / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, *words], cwd=BASE, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if troubles := [line for line in log.read_text().splitlines() if " ERROR " in line or "Traceback" in line]:
            print(f"{name} said {len(troubles)} times that something broke: {troubles[0]}", file=sys.stderr)
