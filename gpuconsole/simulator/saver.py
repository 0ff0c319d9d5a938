"""Keeps the state file up to date: soon after each change, and a last time at the end."""

import sys
import threading
from pathlib import Path
from typing import Any

from gpuconsole.simulator import state_file
from gpuconsole.simulator.world import World

PAUSE_S = 1.0  # a change is on disk within this and the time of a write


class Saver:
    """Writes one world to one file, whenever it differs from what was written last."""

    def __init__(self, world: World, file: Path) -> None:
        self._world = world
        self._file = file
        self._written: dict[str, Any] | None = None
        self._is_failing = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="saver", daemon=True)

    def start(self) -> None:
        """Save at once, then go on in a thread; raises OSError where the file cannot be written."""
        self._save()
        self._thread.start()

    def finish(self) -> bool:
        """Save a last time and answer whether that worked; the world stays locked, so no later call is forgotten."""
        self._stopped.set()
        self._thread.join()
        self._world.lock.acquire()
        return self._try_to_save()

    def _run(self) -> None:
        while not self._stopped.wait(PAUSE_S):
            if self._world.is_touched:
                self._try_to_save()

    def _try_to_save(self) -> bool:
        try:
            self._save()
        except OSError as exc:
            self._world.is_touched = True
            if not self._is_failing:
                print(f"simulator: cannot write {self._file}: {exc.strerror or exc}", file=sys.stderr, flush=True)
            self._is_failing = True
            return False
        self._is_failing = False
        return True

    def _save(self) -> None:
        with self._world.lock:
            self._world.is_touched = False
            kept = state_file.snapshot(self._world)
        if kept != self._written:
            state_file.write(self._file, kept)
            self._written = kept
