"""How a job's own start commands and image decide what becomes of it.

- `sleep N` (also `sleep 5m`, `time.sleep(N)`) runs N nominal seconds; several add up; `sleep infinity` never ends.
- `exit N` or `sys.exit(N)` with N other than 0, or `false` as a command, fails with that code: after the sleeps
  before it, or after a minute if there are none. `exit 0` ends well in the same way.
- `preempt` anywhere takes a spot job away in the middle of its run.
- An image whose name contains `does-not-exist` or `unpullable` cannot be deployed.
- Anything else trains for 40 nominal minutes and ends well.
"""

import re
from dataclasses import dataclass

from gpuconsole.simulator.failures import FAILS_AFTER_S, PULL, WAYS, Way

DEFAULT_RUN_S = 40 * 60
EARLY_EXIT_S = 60
NEVER_S = 100 * 365 * 86400
UNPULLABLE = ("does-not-exist", "unpullable")
UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

_SLEEP = re.compile(r"(?<![-\w])sleep[ (]\s*(infinity|inf|\d+(?:\.\d+)?)([smhd]?)\b")
# A command starts the text, or follows a separator or a quote; `|| exit 1` is a safety net, not an end.
_START = r"(?:^|;|&&|\n|\(|\"|')\s*"
_END = re.compile(rf"{_START}exit\s+(\d+)|sys\.exit\((\d+)\)|{_START}(false)\s*(?=$|;|&&|\n|\)|\"|')", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """What a job will do: run for so many nominal seconds, then end with this code."""

    run_s: float
    exit_code: int = 0
    is_preempted: bool = False
    is_deployable: bool = True


def plan(base_image: str, start_commands: list[str], *, is_spot: bool) -> Plan:
    """Read the plan from what the user wrote."""
    script = "\n".join(start_commands)
    if any(word in base_image for word in UNPULLABLE):
        return Plan(0, is_deployable=False)
    end = _END.search(script)
    sleeps = [_seconds(found) for found in _SLEEP.finditer(script, 0, end.start() if end else len(script))]
    exit_code = _code(end)
    run_s = min(sum(sleeps), NEVER_S) if sleeps else EARLY_EXIT_S if end else DEFAULT_RUN_S
    run_s = max(run_s, 1)
    if is_spot and "preempt" in script:
        return Plan(run_s / 2, is_preempted=True)
    return Plan(run_s, exit_code)


def failing(way: Way | None) -> Plan | None:
    """The plan of a job that is told how to fail; None for one that is not."""
    if way is None:
        return None
    if way.stage == PULL:
        return Plan(0, is_deployable=False)
    return Plan(FAILS_AFTER_S, way.exit_code, is_preempted=way is WAYS["preempted"])


def _seconds(found: re.Match[str]) -> float:
    amount, unit = found.groups()
    return NEVER_S if amount.startswith("inf") else float(amount) * UNIT_S[unit]


def _code(end: re.Match[str] | None) -> int:
    if end is None:
        return 0
    shell, python, _ = end.groups()
    # A shell keeps the lowest 8 bits only.
    return int(shell or python or 1) % 256
