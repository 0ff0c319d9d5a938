"""`manage.py bench footprint [--cold]`: what the console costs before anybody uses it.

Starts `manage.py up` twice on a fresh folder, waits, and adds up the memory of all its processes. With --cold it first
clones the last commit to a fresh folder and times its very first `up`, everything to be installed included.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench._figures import Figure, report
from tests.console import MANAGE, Console, running_console

_SETTLING_S = 15  # pools, ticks and the first round of every sandbox connection are in the figure
_LOCK = MANAGE.parent / "requirements.txt"


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench footprint")
    parser.add_argument("--cold", action="store_true", help="time the very first start of a fresh clone too")
    cold = parser.parse_args(words).cold
    figures = [Figure("runtime_distributions", _distributions(), 80)]
    with tempfile.TemporaryDirectory() as folder:
        if cold:
            figures.append(Figure("cold_start_s", _cold_start_s(Path(folder)), 90))
        data = Path(folder) / "data"
        print(f"first start: {_start_s(data):.1f} s")
        figures += _warm(data)
    return report(figures)


def _distributions() -> int:
    return sum(1 for line in _LOCK.read_text().splitlines() if "==" in line and not line.startswith(" "))


def _start_s(data: Path, manage: Path = MANAGE) -> float:
    """Seconds until the sign-in page is answered."""
    began = time.monotonic()
    with running_console(data, manage=manage) as console:
        assert console.get("/sign-in/") == 200
        return round(time.monotonic() - began, 2)


def _cold_start_s(folder: Path) -> float:
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(MANAGE.parent), str(clone)], check=True)
    return _start_s(folder / "cold-data", clone / "manage.py")


def _warm(data: Path) -> list[Figure]:
    began = time.monotonic()
    with running_console(data) as console:
        assert console.get("/sign-in/") == 200
        warm = Figure("warm_start_s", round(time.monotonic() - began, 2), 6)
        time.sleep(_SETTLING_S)
        return [warm, Figure("idle_pss_mb", round(_idle_pss_mb(console), 1), 450)]


def _idle_pss_mb(console: Console) -> float:
    total = 0.0
    for pid in console.pids():
        pss_mb = _pss_mb(pid)
        total += pss_mb
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().split()
        print(f"{pss_mb:8.1f} MB  {' '.join(words)[:90]}")
    return total


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
