"""How an instance's own image and command decide what becomes of it.

- An image whose name contains `does-not-exist` or `unpullable` cannot be pulled.
- `sleep N` (also `sleep 5m`) with nothing lasting after it runs N nominal seconds, then the container has exited;
  `exit N`, alone or after sleeps, ends it too: with an error where N is not 0. `sleep infinity` never ends, and idles.
- No command: somebody works in it by hand, with long idle stretches. Any other command computes without end.
"""

import re
from dataclasses import dataclass

UNPULLABLE = ("does-not-exist", "unpullable")
UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
EARLY_EXIT_S = 20

_SLEEP = re.compile(r"(?<![-\w])sleep\s+(infinity|inf|\d+(?:\.\d+)?)([smhd]?)\b")
# `|| exit 1` is a safety net, not an end.
_EXIT = re.compile(r"(?:^|;|&&|\n|'|\")\s*exit\s+(\d+)", re.MULTILINE)
_WORK = re.compile(r"\b(python3?|torchrun|accelerate|deepspeed|vllm|jupyter|sshd|bash\s+\S+\.sh|nginx|ollama)\b")


@dataclass(frozen=True)
class Plan:
    """What a container does once it is up: `ends_after_s` (nominal) is None where it never ends by itself."""

    ends_after_s: float | None = None
    exit_code: int = 0
    is_idle: bool = False
    is_by_hand: bool = False


def is_pullable(image_url: str) -> bool:
    """Whether the image can be had."""
    return not any(word in image_url for word in UNPULLABLE)


def plan(command: str) -> Plan:
    """Read the plan from what the user wrote."""
    if not command.strip():
        return Plan(is_by_hand=True)
    end = _EXIT.search(command)
    sleeps = [_seconds(found) for found in _SLEEP.finditer(command, 0, end.start() if end else len(command))]
    if None in sleeps:
        return Plan(is_idle=True)
    slept = sum(seconds for seconds in sleeps if seconds is not None)
    if end:
        return Plan(max(slept, EARLY_EXIT_S), int(end[1]) % 256, is_idle=bool(sleeps))
    if "while " in command:
        return Plan(is_idle=bool(sleeps))
    if sleeps and not _WORK.search(command):
        return Plan(max(slept, 1), is_idle=True)
    return Plan()


def _seconds(found: re.Match[str]) -> float | None:
    amount, unit = found.groups()
    return None if amount.startswith("inf") else float(amount) * UNIT_S[unit]
