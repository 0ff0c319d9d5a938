"""Does what no worker does, guards and ends, until all is well; started by `manage.py watchdog`."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseTrouble

from gpuconsole.connections import health, opening
from gpuconsole.sync.watchdog.standing_in import StandIn


class Command(BaseCommand):
    """`manage.py stand_in`"""

    help = "Ends what is overdue and what no worker ends, and leaves when that is done. The watchdog starts it."
    requires_system_checks = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Stay for as long as there is something to do; SIGTERM lets running calls end first."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        StandIn().stay(stop)
        opening.close_all()
        with contextlib.suppress(DatabaseTrouble):  # it may just have gone
            health.flush()
