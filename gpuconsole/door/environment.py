"""Makes `.venv` with exactly the locked packages, and hands the command over to its Python."""

import ast
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from gpuconsole.door.trouble import Trouble

BASE = Path(__file__).resolve().parent.parent.parent
RUNTIME_LOCK, TEST_LOCK = BASE / "requirements.txt", BASE / "requirements-dev.txt"

_FOLDER = BASE / ".venv"
_PYTHON = _FOLDER / "bin" / "python"
_BYTECODE = _FOLDER / "bytecode"
_STAMP = _FOLDER / "gpuconsole-locks.json"  # the locks that are installed, by name, as hashes
_INSTALLER_LOCK = BASE / "requirements-uv.txt"


def ensure(lock: Path) -> None:
    """Install what `lock` names into `.venv` unless that was done already."""
    with _alone():
        if _installed().get(lock.name) == _hash(lock):
            return
        print(f"Setting up .venv with {lock.name} (once) ...", file=sys.stderr, flush=True)
        _STAMP.unlink(missing_ok=True)
        _make_venv()
        _install(lock)
        locks = {RUNTIME_LOCK, lock}  # the test lock holds all of the runtime lock
        _STAMP.write_text(json.dumps({each.name: _hash(each) for each in locks}))


def enter(*arguments: str) -> None:
    """Go on in the Python of `.venv`; returns only where that is already so."""
    if Path(sys.prefix) != _FOLDER:
        run(*arguments)


def run(*arguments: str) -> NoReturn:
    """Become the Python of `.venv` with `arguments`."""
    os.execv(_PYTHON, [str(_PYTHON), *arguments])


def keep_bytecode() -> None:
    """Where Python is told to leave no compiled modules beside their sources, let it leave them in `.venv`.

    Else each of the many processes that the tests start compiles the console and all that it imports anew.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(_BYTECODE))
        thrown_away = Path(tempfile.gettempdir()).resolve()
        shutil.rmtree(_BYTECODE / thrown_away.relative_to(thrown_away.anchor), ignore_errors=True)


def enter_if_made(*arguments: str) -> None:
    """Go on in the Python of `.venv` if there is one and nobody chose another environment."""
    if sys.prefix == sys.base_prefix and _PYTHON.exists():
        enter(*arguments)


def _installed() -> dict[str, str]:
    if not _PYTHON.exists():  # also where it points to a Python that was removed
        return {}
    try:
        found: dict[str, str] = json.loads(_STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let a second set-up of the same checkout wait for the first."""
    handle = os.open(BASE, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make_venv() -> None:
    if _PYTHON.exists() and _succeeds(str(_PYTHON), "-m", "pip", "--version"):
        return
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError as exc:
        raise Trouble(
            "this Python has no venv module: install it (Debian, Ubuntu: apt-get install python3-venv) and try again"
        ) from exc
    if _FOLDER.exists():
        shutil.rmtree(_FOLDER)
    _run("the environment .venv could not be made", sys.executable, "-m", "venv", str(_FOLDER))


def _install(lock: Path) -> None:
    pip = (str(_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
    _run("the installer could not be fetched", *pip, "--require-hashes", "-r", str(_INSTALLER_LOCK))
    uv = (str(_FOLDER / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(_PYTHON))
    _run("the packages could not be installed", *uv, *_pip_options(), "--require-hashes", "-r", str(lock))


def _pip_options() -> list[str]:
    """Where pip was told to look for packages, in uv's words: uv reads no pip configuration.

    Every package is pinned by hash, so the index it comes from decides nothing but speed.
    """
    if any(name.startswith("UV_") and "INDEX" in name for name in os.environ):
        return []
    listed = subprocess.run([_PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    options: list[str] = []
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        scope, _, name = key.partition(".")
        if scope in {"global", "install", ":env:"} and name in {"index-url", "extra-index-url", "find-links"}:
            options += [word for place in str(ast.literal_eval(value)).split() for word in (f"--{name}", place)]
    return [*options, "--index-strategy", "unsafe-best-match"] if options else []


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(failure: str, *command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise Trouble(f"{failure} (the lines above say why); nothing was started")
