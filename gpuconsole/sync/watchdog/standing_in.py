"""Does what nobody else does, guards and ends, for as long as that is so; the only part of the watchdog with Django."""

from __future__ import annotations

import logging
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import Error as DatabaseTrouble
from django.db import connection

from gpuconsole.sync import enforcing, guards
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.watchdog import lookout, rounds
from gpuconsole.sync.watchdog.lookout import Outlook

logger = logging.getLogger(__name__)

PASS_S = 1.5
QUIET_S = 6.0
"""Without work for so long, there is nothing more to do."""
MOST_S = 120.0
"""Then it leaves in any case; where it is still needed, the watchdog starts another."""
MOST_AT_ONCE = 8
_LEAVING_S = 5.0


@dataclass
class StandIn:
    """One stay: passes until all is well, with a thread for each account, so that none waits for another."""

    clock: Clock = field(default_factory=Clock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MOST_AT_ONCE, "ending"))
    _rounds: dict[int, Future[None]] = field(default_factory=dict)

    def stay(self, stop: threading.Event) -> None:
        """Work until nothing is left, until told to stop, or until whoever started this has gone."""
        parent, began = os.getppid(), time.monotonic()
        worked_at = began
        while not stop.is_set() and os.getppid() == parent and time.monotonic() - began < MOST_S:
            if self.pass_once() or self._rounds:
                worked_at = time.monotonic()
            elif time.monotonic() - worked_at > QUIET_S:
                break
            stop.wait(PASS_S)
        self.leave()

    def pass_once(self) -> bool:
        """Look, let guards fire, and begin a round wherever an end waits; whether there was anything to do."""
        try:
            first = outlook = _look()
            if first.is_silent or first.is_late:
                with guards.speaking_as(rounds.SPEAKER):
                    enforcing.enforce(self.clock.now())
                outlook = _look()  # with the ends that the guards asked for
        except DatabaseTrouble as error:
            logger.warning("PostgreSQL is out of reach", extra={"error": str(error)})
            connection.close()  # else it would stay broken after the server is back
            return True
        self._begin(outlook)
        return not (first.is_well and outlook.is_well)

    def leave(self) -> None:
        """Let what runs end, for a moment."""
        until = time.monotonic() + _LEAVING_S
        while self._rounds and time.monotonic() < until:
            time.sleep(0.05)
            self._forget_ended()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self, outlook: Outlook) -> None:
        self._forget_ended()
        for pk in outlook.ends:
            if pk not in self._rounds:
                self._rounds[pk] = self._pool.submit(_round, pk, self.clock)

    def _forget_ended(self) -> None:
        self._rounds = {pk: future for pk, future in self._rounds.items() if not future.done()}


def _look() -> Outlook:
    with connection.cursor() as cursor:
        return lookout.look(cursor)


def _round(pk: int, clock: Clock) -> None:
    try:
        rounds.end(pk, clock)
    except Exception:
        logger.exception("a round of the watchdog broke", extra={"connection": pk})
    finally:
        connection.close()
