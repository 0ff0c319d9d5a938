"""How a job's own container block decides what becomes of it: there is no command to read, only image and `env`.

- `SIM_RUN_S=90` runs 90 nominal seconds, `SIM_RUN_S=infinity` never ends by itself.
- `SIM_EXIT_CODE=3` ends every run with that code.
- `SIM_FAIL_FIRST=1` lets the first run of each node fail (so many runs), and the next one end well.
- `SIM_NODE_LOST=1` lets the node of the first run vanish in the middle of it (so many runs).
- An image or tag with a size in it, such as `22gb`, takes that long to pull: nine minutes for 22 GB, as was reported.
- An image whose name contains `does-not-exist` or `unpullable`, or has a tag in it, cannot be pulled.
- Anything else works for ten nominal minutes and ends well; a PERSISTENT job goes on until it is cancelled.
"""

import re
from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.failures import FAILS_AFTER_S, PULL, Way

DEFAULT_RUN_S = 600.0
EARLY_EXIT_S = 60.0
NEVER_S = 100 * 365 * 86400.0
PULL_S_PER_GB = 9 * 60 / 22
USUAL_IMAGE_GB = 3.0
UNPULLABLE = ("does-not-exist", "unpullable")
NEVER_LESS = 1_000_000
"""So many runs lose their node: all."""

_SIZE = re.compile(r"(?<![0-9.])(\d{1,4}(?:\.\d+)?)gb(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """What each run of a job will do: pull for so long, work for so long, and end like that."""

    pull_s: float
    run_s: float
    exit_code: int
    fail_first: int
    lose_first: int
    is_pullable: bool = True

    def exit_of(self, attempt: int) -> int:
        """The exit code of the n-th run of a node, counted from 0."""
        return (self.exit_code or 1) if attempt < self.fail_first else 0 if self.fail_first else self.exit_code

    def loses_node(self, attempt: int) -> bool:
        """Whether the node of the n-th run drops out of the network."""
        return attempt < self.lose_first


def plan(task: str, container: dict[str, Any], failure: Way | None = None) -> Plan:
    """Read the plan from what the user wrote, or make that of a job that is told how to fail."""
    if failure is not None:
        pull_s, is_lost = PULL_S_PER_GB * USUAL_IMAGE_GB, NEVER_LESS if failure.said else 0
        code = 0 if is_lost else failure.exit_code
        return Plan(pull_s, FAILS_AFTER_S, code, 0, is_lost, is_pullable=failure.stage != PULL)
    env = container.get("env") or {}
    image, tag = container["image"], container.get("tag") or "latest"
    exit_code = _whole(env.get("SIM_EXIT_CODE")) % 256
    fail_first = _whole(env.get("SIM_FAIL_FIRST"))
    usual = NEVER_S if task == "PERSISTENT" else EARLY_EXIT_S if exit_code or fail_first else DEFAULT_RUN_S
    size = _SIZE.search(f"{image}:{tag}")
    return Plan(
        pull_s=PULL_S_PER_GB * (float(size[1]) if size else USUAL_IMAGE_GB),
        run_s=_seconds(env.get("SIM_RUN_S"), usual),
        exit_code=exit_code,
        fail_first=fail_first,
        lose_first=_whole(env.get("SIM_NODE_LOST")),
        is_pullable=not any(word in image for word in UNPULLABLE) and ":" not in image.rsplit("/", 1)[-1],
    )


def _seconds(value: str | None, usual: float) -> float:
    if value is not None and value.startswith("inf"):
        return NEVER_S
    found = re.fullmatch(r"\d{1,9}(?:\.\d+)?", value or "")
    return max(1.0, float(found[0])) if found else usual


def _whole(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"[0-9]{1,6}", value) else 0
