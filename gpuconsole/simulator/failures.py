"""Ways in which what is launched can fail on demand: by the fault `failure`, or by `SIM_FAILURE=<way>` in its body.

The variable may stand in a command or among the environment variables. A way says at which stage it fails, what the
platform says of it, where it does, and what the program prints last; each dialect words the rest as its provider does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PULL, RUN = "pull", "run"


@dataclass(frozen=True)
class Way:
    """One way: the stage, the platform's words (empty: it has none), the last lines of the program, its exit code."""

    stage: str = RUN
    said: str = ""
    log: tuple[str, ...] = ()
    exit_code: int = 1


def _raised(line: str) -> Way:
    return Way(log=("Traceback (most recent call last):", '  File "main.py", line 88, in <module>', line))


WAYS: Mapping[str, Way] = {
    "exit_code": Way(log=("SystemExit: 3",), exit_code=3),
    "image": Way(PULL, "manifest unknown"),
    "registry": Way(PULL, "unauthorized: authentication required"),
    "pull_disk": Way(PULL, "no space left on device"),
    "command": Way(log=("/bin/sh: 1: trian: not found",), exit_code=127),
    "gpu_memory": _raised("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB"),
    "host_memory": Way(log=("Killed",), exit_code=137),
    "disk_full": _raised("OSError: [Errno 28] No space left on device: '/tmp/shard-17'"),
    "no_data": _raised("FileNotFoundError: [Errno 2] No such file or directory: '/data/train.jsonl'"),
    "bad_data": _raised("json.decoder.JSONDecodeError: Expecting value: line 4182 column 1 (char 0)"),
    "bad_config": Way(log=("main.py: error: unrecognized arguments: --learning-rat 2e-4",), exit_code=2),
    "dependency": _raised("ModuleNotFoundError: No module named 'flash_attn'"),
    "model_load": _raised("RuntimeError: Error(s) in loading state_dict for Model: size mismatch for head.weight"),
    "permission": _raised("PermissionError: [Errno 13] Permission denied: '/data/out'"),
    "gpu_error": _raised("RuntimeError: CUDA error: device-side assert triggered"),
    "communication": _raised("torch.distributed.DistBackendError: NCCL error: unhandled system error"),
    "hardware": Way(log=("NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",)),
    "node_lost": Way(said="the node is unreachable"),
    "preempted": Way(said="spot capacity was reclaimed", exit_code=137),
    "provider_failure": Way(said="internal error"),
    "silent": Way(),
}
FAILS_AFTER_S = 60
"""Nominal seconds of running until it fails."""

_ASKED = re.compile(r'SIM_FAILURE(?:=|": "|", "value": ")([a-z_]{1,40})')


def asked(body_text: str) -> str:
    """The way that a body, as JSON, asks for; empty where it asks for none that is known."""
    found = _ASKED.search(body_text)
    return found[1] if found and found[1] in WAYS else ""


def way(name: str) -> Way | None:
    """One way by its name; None for an empty one."""
    return WAYS[name] if name else None
