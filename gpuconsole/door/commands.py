"""The commands that need no Django around them; each takes the words after its name and answers an exit code."""

import importlib
import os
import signal
import sys
from collections.abc import Callable

from gpuconsole.door import browser, environment, options, up
from gpuconsole.door.trouble import Trouble

_ALL_TESTS = ("-n", "3", "--durations", "15")
"""Three processes make use of two cores: walks and faults mostly wait."""
_BENCHES = environment.BASE / "tests" / "bench"


def run_up(words: list[str]) -> int:
    """Start the console and stay until told to stop."""
    parsed = options.parse(words)  # first, so that --help and mistakes are answered at once
    environment.ensure(environment.RUNTIME_LOCK)
    environment.enter(*sys.argv)
    return up.main(parsed)


def run_tests(words: list[str]) -> int:
    """Run pytest with `words`; each process of it starts servers of its own in a temporary folder."""
    environment.ensure(environment.TEST_LOCK)
    browser.ensure()
    environment.keep_bytecode()
    os.chdir(environment.BASE)
    environment.run("-m", "pytest", *(words or _ALL_TESTS))


def run_bench(words: list[str]) -> int:
    """Measure one thing: `bench NAME` calls `main` in `tests/bench/NAME.py`, which answers 1 for a missed target."""
    names = sorted(file.stem for file in _BENCHES.glob("[a-z]*.py"))
    if not words or words[0] not in names:
        raise Trouble(f"bench what? There is: {', '.join(names)}")
    environment.ensure(environment.TEST_LOCK)
    environment.enter(*sys.argv)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # what it started ends with it
    bench = importlib.import_module(f"tests.bench.{words[0]}")
    code: int = bench.main(words[1:])
    return code


def run_simulator(words: list[str]) -> int:
    """Play the providers, as `python -m gpuconsole.simulator` does; needs nothing installed."""
    code: int = importlib.import_module("gpuconsole.simulator.__main__").main(words)
    return code


def run_watchdog(words: list[str]) -> int:
    """End what is overdue where nobody else does; takes no Django with it, so that it stays small."""
    environment.enter_if_made(*sys.argv)
    code: int = importlib.import_module("gpuconsole.sync.watchdog.process").main(words)
    return code


DOORS: dict[str, Callable[[list[str]], int]] = {
    "up": run_up,
    "test": run_tests,
    "bench": run_bench,
    "simulator": run_simulator,
    "watchdog": run_watchdog,
}
