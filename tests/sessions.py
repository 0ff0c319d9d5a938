"""Sessions of the test database that outlive their test: a browser keeps a server's thread, and that its session."""

from __future__ import annotations

import psycopg
from django.db import connection


def end_others() -> None:
    """End every session of this process's database, so that it can be copied or dropped; ours open anew when used."""
    known = connection.settings_dict
    place = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **place) as maintenance:
        maintenance.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [known["NAME"]]
        )
