"""Keeps looking whether anything is left undone: a process that needs PostgreSQL and nothing else.

It holds no Django, so that it stays small; where something is left undone it starts one that does, `stand_in`.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import psycopg

from gpuconsole import env
from gpuconsole.core import heartbeats
from gpuconsole.logs import Formatter
from gpuconsole.sync.watchdog import lookout
from gpuconsole.sync.watchdog.lookout import Outlook

logger = logging.getLogger("gpuconsole.watchdog")

EVERY_S = 3.0
SETTLING_S = 15.0
"""After its start it only watches: where all is started together, the workers do at first what was left undone."""
LONGEST_BACKOFF_S = 15.0
LONGEST_STAY_S = 150.0
"""A stand-in that has not left by then hangs."""
_LEAVING_S = 7.0
_REACH: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": "-c statement_timeout=10s",
    "application_name": "gpuconsole watchdog",
}
"""A server whose machine vanished is noticed within seconds."""


def main(words: Sequence[str]) -> int:
    """Watch until told to stop, or look once; answers the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py watchdog", description=__doc__)
    parser.add_argument("--once", action="store_true", help="look once, do what was left undone, and leave (for cron)")
    parsed = parser.parse_args(words)
    found = env.read()
    _log_lines(found.log_level)
    if trouble := _trouble(found):
        logger.error(trouble)
        return 2
    watchdog = Watchdog(found.database_url)
    return watchdog.once() if parsed.once else watchdog.watch()


@dataclass
class Watchdog:
    """One watching process; many of them do no harm, since whoever acts takes the lease of a connection."""

    database_url: str
    stop: threading.Event = field(default_factory=threading.Event)
    stand_in: subprocess.Popen[bytes] | None = None
    _database: psycopg.Connection | None = None
    _failures: int = 0
    _started_at: float = 0.0
    _left_at: float = 0.0

    def watch(self) -> int:
        """Look every few seconds until told to stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._obey)
        logger.info("the watchdog watches")
        began = time.monotonic()
        while not self.stop.is_set():
            outlook = self._look()
            self._mind_stand_in()
            if outlook and not outlook.is_well and time.monotonic() - began > SETTLING_S:
                self._send_stand_in(outlook)
            self.stop.wait(min(LONGEST_BACKOFF_S, EVERY_S * 2**self._failures) if self._failures else EVERY_S)
        self._call_back()
        self._disconnect()
        return 0

    def once(self) -> int:
        """Look once and stay for what there is to do; 1 where PostgreSQL did not answer or not all could be done."""
        outlook = self._look()
        self._disconnect()
        if outlook is None:
            return 1
        if outlook.is_well:
            return 0
        self._send_stand_in(outlook)
        assert self.stand_in
        return 0 if self.stand_in.wait() == 0 else 1

    def _look(self) -> Outlook | None:
        """None while PostgreSQL is out of reach, or its tables are not there yet."""
        try:
            if self._database is None:
                self._database = psycopg.connect(self.database_url, autocommit=True, **_REACH)
            heartbeats.say(self._database, heartbeats.WATCHDOG)
            outlook = lookout.look(self._database)
        except psycopg.Error as error:
            if not self._failures:
                logger.warning("PostgreSQL is out of reach", extra={"error": " ".join(str(error).split())})
            self._failures = min(self._failures + 1, 10)
            self._disconnect()
            return None
        if self._failures:
            logger.warning("PostgreSQL is back")
            self._failures = 0
        return outlook

    def _send_stand_in(self, outlook: Outlook) -> None:
        """Start the part that acts, unless one is at it already or has just failed."""
        if self.stand_in is not None or time.monotonic() - self._left_at < EVERY_S:
            return
        facts = {"silent": outlook.is_silent, "late": outlook.is_late, "connections": len(outlook.ends)}
        logger.warning("something is left undone: a stand-in is sent", extra=facts)
        environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "gpuconsole.settings"}
        self.stand_in = subprocess.Popen([sys.executable, "-m", "django", "stand_in"], cwd=env.BASE, env=environ)
        self._started_at = time.monotonic()

    def _mind_stand_in(self) -> None:
        if self.stand_in is None:
            return
        if time.monotonic() - self._started_at > LONGEST_STAY_S:
            logger.error("the stand-in hangs and is ended")
            self.stand_in.kill()
            self.stand_in.wait()
        code = self.stand_in.poll()
        if code is not None:
            logger.warning("the stand-in has left", extra={"code": code})
            self.stand_in, self._left_at = None, time.monotonic()

    def _call_back(self) -> None:
        if self.stand_in is None:
            return
        self.stand_in.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.stand_in.wait(_LEAVING_S)
        self.stand_in.kill()
        self.stand_in.wait()

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _obey(self, _number: int, _frame: FrameType | None) -> None:
        self.stop.set()


def _trouble(found: env.Environment) -> str:
    """What the operator must put right first; empty where nothing is."""
    if not found.database_url:
        return "DATABASE_URL is not set, and no `manage.py up` is running"
    if not found.key_file.exists():
        return f"{found.key_file} is not there: without the sealing keys no provider can be asked (GPUCONSOLE_KEY_FILE)"
    return ""


def _log_lines(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter())
    logging.basicConfig(level=level, handlers=[handler])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
