"""Holds a worker's statement inside PostgreSQL, at the very row, for as long as a test wants.

A trigger asks for an advisory lock that the test has, one for each connection: the worker waits in the middle of its
statement, or of its commit, and PostgreSQL itself tells who waits for what. Nothing of the product knows of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

_CLASS = 4711
_SET_UP = f"""
CREATE OR REPLACE FUNCTION faults_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held integer;
BEGIN
  IF TG_TABLE_NAME = 'connections_connection' THEN
    held := NEW.id;
  ELSIF TG_TABLE_NAME = 'workloads_event' THEN
    SELECT connection_id INTO held FROM workloads_workload WHERE id = NEW.workload_id;
  ELSE
    held := NEW.connection_id;
  END IF;
  PERFORM pg_advisory_xact_lock_shared({_CLASS}, held);
  RETURN NEW;
END $$;
"""
_SETTINGS = (
    "ALTER DATABASE gpuconsole SET client_connection_check_interval = '100ms'",  # it notices when a waiting client dies
    "ALTER DATABASE gpuconsole SET synchronous_commit = on",  # what was committed outlives a crash of the server
)
_WAITING = f"""
SELECT objid, left(query, 40) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND classid = {_CLASS} AND NOT granted
"""


@dataclass(frozen=True)
class Brake:
    """Where a statement is to be held: before its row is written, or when its transaction commits."""

    table: str
    when: str
    event: str = "UPDATE"
    at_commit: bool = False

    @property
    def trigger(self) -> str:
        """The statement that puts it on."""
        kind = "CONSTRAINT TRIGGER" if self.at_commit else "TRIGGER"
        moment = "AFTER" if self.at_commit else "BEFORE"
        put_off = "DEFERRABLE INITIALLY DEFERRED" if self.at_commit else ""
        return (
            f"CREATE {kind} faults_brake {moment} {self.event} ON {self.table} {put_off}"
            f" FOR EACH ROW WHEN ({self.when}) EXECUTE FUNCTION faults_hold()"
        )


@dataclass(frozen=True)
class Held:
    """A brake that is on."""

    session: psycopg.Connection[tuple[int, str]]

    def waiting(self) -> dict[int, str]:
        """By connection, the beginning of the statement in whose middle a worker waits."""
        return dict(self.session.execute(_WAITING).fetchall())

    def wait_until_left(self) -> None:
        """Until PostgreSQL has noticed that the clients are dead, and undone what they had begun."""
        until = time.monotonic() + 10
        while self.waiting():
            assert time.monotonic() < until, "somebody who should be dead still waits"
            time.sleep(0.02)


def set_up(url: str) -> None:
    """Once for a database, before workers connect to it."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(_SET_UP)
        for setting in _SETTINGS:
            session.execute(setting)  # type: ignore[arg-type]  # words of ours


@contextmanager
def on(url: str, brake: Brake, connections: Iterable[int]) -> Iterator[Held]:
    """Put it on for these connections for as long as the block runs."""
    with psycopg.connect(url, autocommit=True) as session:
        for pk in connections:
            session.execute("SELECT pg_advisory_lock(%s, %s)", [_CLASS, pk])
        session.execute(brake.trigger)  # type: ignore[arg-type]  # words of ours
        try:
            yield Held(session)
        finally:
            session.execute("SELECT pg_advisory_unlock_all()")
            session.execute(f"DROP TRIGGER faults_brake ON {brake.table}")  # type: ignore[arg-type]
