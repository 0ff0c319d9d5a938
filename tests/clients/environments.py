"""Python environments for the vendors' clients, apart from ours so that their dependencies never meet."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
FINISHED = ".finished"


def environment(name: str, version: str, *, with_deps: bool = True) -> Path:
    """The `bin` folder of an environment that holds `name`'s locked packages, made at the first call on a machine."""
    lock_file = HERE / f"{name}.txt"
    root = Path(os.environ.get("GPUCONSOLE_CLIENT_ENVS") or Path.home() / ".cache/gpuconsole/clients")
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{name}-{version}"
    fingerprint = hashlib.sha256(lock_file.read_bytes() + sys.version.encode()).hexdigest()
    with (root / f"{folder.name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        finished = folder / FINISHED
        if not finished.exists() or finished.read_text() != fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True, symlinks=True)
            _install(folder / "bin" / "python", lock_file, with_deps)
            finished.write_text(fingerprint)
    return folder / "bin"


def _install(python: Path, lock_file: Path, with_deps: bool) -> None:
    """Install with uv where there is one, with pip where not or where uv fails; raises if both do."""
    options = ["--quiet", "--require-hashes", *([] if with_deps else ["--no-deps"]), "-r", str(lock_file)]
    beside_us = Path(sys.prefix) / "bin" / "uv"
    uv = str(beside_us) if beside_us.exists() else shutil.which("uv")
    if uv and subprocess.run([uv, "pip", "install", "--python", str(python), *options], check=False).returncode == 0:
        return
    subprocess.run([str(python), "-m", "pip", "install", "--disable-pip-version-check", *options], check=True)
