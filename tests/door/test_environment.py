"""How `.venv` is made, and what is said where it cannot be."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gpuconsole.door import environment
from tests.console import MANAGE

BASE = MANAGE.parent


def test_a_python_without_venv_is_told_how_to_get_it(tmp_path: Path) -> None:
    checkout = _checkout(tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ensurepip.py").write_text("raise ImportError('as packaged by some distributions')")
    done = _up(checkout, PYTHONPATH=str(tmp_path / "broken"))
    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr.splitlines()[-1]
    assert not (checkout / ".venv").exists()


def test_an_index_that_cannot_be_reached_is_no_traceback(tmp_path: Path) -> None:
    nowhere = {name: "" for name in os.environ if name.startswith("PIP_")} | {"PIP_CONFIG_FILE": os.devnull}
    nowhere |= {"PIP_INDEX_URL": "http://127.0.0.1:1/", "PIP_RETRIES": "0"}
    done = _up(_checkout(tmp_path), **nowhere)
    assert done.returncode == 2
    assert "the installer could not be fetched" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_the_test_lock_holds_all_of_the_runtime_lock() -> None:
    runtime, test = (_pins(BASE / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert 40 < len(runtime) <= 80
    assert runtime <= test


def test_the_lock_files_name_no_index() -> None:
    for lock in BASE.glob("requirements*.txt"):
        assert "://" not in lock.read_text()


def test_a_mistyped_option_is_answered_before_anything_is_set_up(tmp_path: Path) -> None:
    checkout = _checkout(tmp_path)
    done = _up(checkout, "--prot", "80")
    assert done.returncode == 2
    assert "--prot" in done.stderr
    assert not (checkout / ".venv").exists()


def test_processes_share_what_they_compile_where_nothing_may_lie_beside_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    of_a_copy = kept / Path(tempfile.gettempdir()).resolve().relative_to("/") / "copy.pyc"
    of_a_copy.parent.mkdir(parents=True)
    of_a_copy.touch()
    monkeypatch.setattr(environment, "_BYTECODE", kept)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    environment.keep_bytecode()
    code = "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", str(kept)]
    assert not of_a_copy.exists()


def _checkout(folder: Path) -> Path:
    """Only what a set-up reads, with no `.venv` yet."""
    checkout = folder / "checkout"
    shutil.copytree(BASE / "gpuconsole" / "door", checkout / "gpuconsole" / "door")
    (checkout / "gpuconsole" / "__init__.py").touch()
    for file in ("manage.py", "requirements.txt", "requirements-uv.txt"):
        shutil.copy(BASE / file, checkout / file)
    return checkout


def _up(checkout: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.base_prefix, "bin", "python3")), "manage.py", "up", *words]
    environment = os.environ | variables
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)


def _pins(lock: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+==\S+)", lock.read_text(), re.MULTILINE))
