"""The data folder: who may use it, and the secrets that are made in it once."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpuconsole.door.trouble import Trouble

_LOG_LIMIT_BYTES = 5_000_000
_LEAVING_S = 20  # how long the processes of a killed start may take to leave


@dataclass(frozen=True)
class Data:
    """One data folder, held by this process; `children_lock` is to be inherited by every process it starts."""

    folder: Path
    children_lock: int

    @property
    def logs(self) -> Path:
        """Where each process has its log."""
        return self.folder / "logs"

    def write_running(self, facts: dict[str, Any]) -> None:
        """Leave word for other commands how the running servers are reached."""
        _write_private(self.folder / "running.json", json.dumps(facts, indent=2))

    def forget_running(self) -> None:
        """Take that word back."""
        (self.folder / "running.json").unlink(missing_ok=True)


def take(folder: Path) -> Data:
    """Make the folder ready and keep it to ourselves; refuses one that another start is using."""
    try:
        _make_private(folder)
        own_lock = _open_lock(folder / "up.lock")
        children_lock = _open_lock(folder / "children.lock")
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        raise Trouble(f"cannot write to {folder}: {exc.strerror}") from exc
    if not _locked(own_lock):
        raise Trouble(f"another `up` is using {folder}: stop it, or choose another folder with --data")
    _wait_until_left(folder, children_lock)
    _make_secrets(folder)
    _cap_logs(folder / "logs")
    return Data(folder, children_lock)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        if any(folder.iterdir()):
            raise Trouble(f"{folder} can be read by others: run chmod 700 on it, or choose another with --data")
        folder.chmod(0o700)


def _open_lock(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_until_left(folder: Path, children_lock: int) -> None:
    """Wait until the last process of a killed start has gone: each holds the lock that it inherited."""
    deadline = time.monotonic() + _LEAVING_S
    while not _locked(children_lock):
        if time.monotonic() > deadline:
            raise Trouble(f"processes of an earlier start still use {folder}: end them first")
        time.sleep(0.05)


def _make_secrets(folder: Path) -> None:
    keys = folder / "keys.json"
    if not keys.exists() and (folder / "postgres").exists():
        raise Trouble(f"{keys} is gone, and with it every sealed credential: put it back from your backup")
    if not keys.exists():
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        _write_private(keys, json.dumps({"current": "k1", "keys": {"k1": key}}))
    if not (folder / "secret_key").exists():
        _write_private(folder / "secret_key", secrets.token_urlsafe(50))


def _write_private(file: Path, text: str) -> None:
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(file)


def _cap_logs(logs: Path) -> None:
    for log in logs.glob("*.log"):
        with contextlib.suppress(OSError):
            if log.stat().st_size > _LOG_LIMIT_BYTES:
                log.replace(log.with_suffix(".log.1"))
