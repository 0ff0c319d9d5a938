"""How a job's own program decides what becomes of it.

- The program's text is the shell command, or the target with its arguments, or the notebook's file name.
- `sleep N` in it (also `sleep 5m`, `time.sleep(N)`) runs N nominal seconds; several add up; `sleep infinity` never
  ends.
- `exit N` or `sys.exit(N)` with N other than 0, or `false` as a command, fails with that code: after the sleeps
  before it, or after a minute if there are none. `exit 0` ends well in the same way.
- The environment variables `SLEEP_S` and `EXIT_CODE` say the same for programs that have no such text.
- An image whose name contains `does-not-exist` or `unpullable` never starts.
- Anything else trains for 40 nominal minutes and ends well.
- The annotation `simulator.example/also-shows` names states, comma between them, that the job passes through for half
  a minute each before it is pending: `QUEUED`, which the vendor lists as unused, and `STATE_UNSPECIFIED`.
"""

import re
from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.failures import FAILS_AFTER_S, PULL, Way

DEFAULT_RUN_S = 40 * 60
EARLY_EXIT_S = 60
NEVER_S = 100 * 365 * 86400
UNPULLABLE = ("does-not-exist", "unpullable")
UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
ALSO_SHOWS = "simulator.example/also-shows"
RARE_STATES = ("QUEUED", "STATE_UNSPECIFIED")

_SLEEP = re.compile(r"(?<![-\w])sleep[ (]\s*(infinity|inf|\d+(?:\.\d+)?)([smhd]?)\b")
# A command starts the text, or follows a separator or a quote; `|| exit 1` is a safety net, not an end.
_START = r"(?:^|;|&&|\n|\(|\"|')\s*"
_END = re.compile(rf"{_START}exit\s+(\d+)|sys\.exit\((\d+)\)|{_START}(false)\s*(?=$|;|&&|\n|\)|\"|')", re.MULTILINE)
_NUMBER = re.compile(r"\d{1,9}(\.\d+)?")


@dataclass(frozen=True)
class Plan:
    """What a job will do: run for so many nominal seconds, then end with this code."""

    run_s: float
    exit_code: int = 0
    is_startable: bool = True


def text_of(job: dict[str, Any]) -> str:
    """What the job runs, as one line of text."""
    if shell := job.get("shellExecutor"):
        return str(shell["command"])
    if notebook := job.get("notebookExecutor"):
        return str(notebook["notebookFilename"])
    python = job["pythonExecutor"]
    return " ".join([python["target"], *python.get("args", [])])


def plan(job: dict[str, Any], image: str) -> Plan:
    """Read the plan from what the user wrote."""
    if any(word in image for word in UNPULLABLE):
        return Plan(0, is_startable=False)
    program, env = text_of(job), job.get("envVars", {})
    end = _END.search(program)
    sleeps = [_seconds(found) for found in _SLEEP.finditer(program, 0, end.start() if end else len(program))]
    if _NUMBER.fullmatch(env.get("SLEEP_S", "")):
        sleeps.append(float(env["SLEEP_S"]))
    code = _code(end)
    if code is None and _NUMBER.fullmatch(env.get("EXIT_CODE", "")):
        code = int(float(env["EXIT_CODE"])) % 256
    run_s = min(sum(sleeps), NEVER_S) if sleeps else DEFAULT_RUN_S if code is None else EARLY_EXIT_S
    return Plan(max(run_s, 1), code or 0)


def failing(way: Way | None) -> Plan | None:
    """The plan of a job that is told how to fail; None for one that is not."""
    if way is None:
        return None
    return Plan(0, is_startable=False) if way.stage == PULL else Plan(FAILS_AFTER_S, way.exit_code)


def rare_states(job: dict[str, Any]) -> list[str]:
    """The states out of the ordinary that the user asked to see."""
    return [word for word in job.get("annotations", {}).get(ALSO_SHOWS, "").split(",") if word in RARE_STATES]


def _seconds(found: re.Match[str]) -> float:
    amount, unit = found.groups()
    return NEVER_S if amount.startswith("inf") else float(amount) * UNIT_S[unit]


def _code(end: re.Match[str] | None) -> int | None:
    if end is None:
        return None
    shell, python, _ = end.groups()
    # A shell keeps the lowest 8 bits only.
    return int(shell or python or 1) % 256
