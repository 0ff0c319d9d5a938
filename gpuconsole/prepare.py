"""Brings database and static files up to date before the console starts, in one process.

Called as `python -m gpuconsole.prepare ANSWER [--empty]`; writes one JSON object to the file ANSWER: what the first
start made, or `{"trouble": "..."}` with what the operator must put right.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import django
import psycopg
import redis
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_OLDEST_POSTGRES, _OLDEST_REDIS = 15, 7
_NOT_COLLECTED = ["*.map", "redoc*"]


def main(words: list[str]) -> int:
    """Do it all; answers the exit code."""
    answer, flags = Path(words[0]), words[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")
    trouble = server_trouble(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    if trouble:
        answer.write_text(json.dumps({"trouble": trouble}))
        return 2
    django.setup()
    _migrate()
    _collect_static()
    try:
        made = _first_start(is_empty="--empty" in flags)
    except CommandError as exc:
        made = {"trouble": _first_line(exc)}
    answer.write_text(json.dumps(made))
    return 2 if "trouble" in made else 0


def server_trouble(database_url: str, redis_url: str) -> str:
    """Why the console cannot run on these servers, in one line; empty if it can."""
    try:
        with psycopg.connect(database_url, connect_timeout=10) as database:
            major = database.info.server_version // 10_000
    except psycopg.Error as exc:
        return f"DATABASE_URL: PostgreSQL cannot be reached: {_first_line(exc)}"
    if major < _OLDEST_POSTGRES:
        return f"DATABASE_URL: PostgreSQL {_OLDEST_POSTGRES} or newer is needed, that is {major}"
    try:
        with redis.from_url(redis_url, socket_timeout=10, socket_connect_timeout=10) as server:
            facts = server.info("server")
    except redis.RedisError as exc:
        return f"REDIS_URL: Redis cannot be reached: {_first_line(exc)}"
    version = str(facts.get("valkey_version") or facts.get("redis_version", "0"))
    if int(version.split(".", maxsplit=1)[0]) < _OLDEST_REDIS:
        return f"REDIS_URL: Redis or Valkey {_OLDEST_REDIS} or newer is needed, that is {version}"
    return ""


def _first_line(exc: Exception) -> str:
    return str(exc).strip().splitlines()[0]


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=1)


def _collect_static() -> None:
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=_NOT_COLLECTED)


def _first_start(*, is_empty: bool) -> dict[str, Any]:
    options = {"email": "GPUCONSOLE_ADMIN_EMAIL", "password": "GPUCONSOLE_ADMIN_PASSWORD"}
    given = {option: os.environ[name] for option, name in options.items() if os.environ.get(name)}
    output = io.StringIO()
    call_command("first_start", empty=is_empty, stdout=output, **given)
    made: dict[str, Any] = json.loads(output.getvalue())
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
