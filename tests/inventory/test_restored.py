"""A console restored from a backup finds by itself everything that was launched since, with its tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, connections
from psycopg import sql

from gpuconsole.inventory import services
from gpuconsole.inventory.models import FindingKind, Mark
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.inventory.far import look, shown
from tests.sessions import end_others
from tests.sync.bench import Engine

BACKUP = "gpuconsole_backup"


@pytest.mark.django_db(transaction=True)
def test_what_was_launched_after_the_backup_is_found_as_strays_with_its_tokens(engine: Engine) -> None:
    before = [launched(engine, slug) for slug in registry.SLUGS]
    with backup():
        after = {row.remote_id: row for row in (launched(engine, slug) for slug in registry.SLUGS)}
        engine.pass_time(600)
        engine.wait_here(3000)
        restore()
    assert set(Workload.objects.values_list("pk", flat=True)) == {row.pk for row in before}

    for slug in registry.SLUGS:
        look(engine, slug, 2)

    found = {row.remote_id: row for row in shown()}
    assert found.keys() == after.keys()
    for row in found.values():
        assert row.kind == FindingKind.STRAY and row.workload is None
        is_marked = registry.get(row.provider).keeps_token
        lost = after[row.remote_id]
        assert (row.mark, row.token) == ((Mark.UNKNOWN, lost.token) if is_marked else (Mark.NONE, ""))
    [one] = [row for row in found.values() if row.provider == "novita"]
    adopted = services.adopt(finding=one, project=engine.project, by=engine.user)
    lost = after[adopted.remote_id]
    assert (adopted.token, adopted.name, adopted.state) == (lost.token, lost.name, State.RUNNING)
    for row in before:
        assert engine.fresh(row).remote_id, "what the backup knew goes on as it was"


def launched(engine: Engine, slug: str) -> Workload:
    row = engine.launch(sample(slug), stop_after_s=7200, name="")
    engine.sync(slug)
    return engine.fresh(row)


@contextmanager
def backup() -> Iterator[None]:
    """The whole database as it is now, beside itself."""
    _copy(_name(), BACKUP)
    try:
        yield
    finally:
        _run(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(BACKUP)))


def restore() -> None:
    """The database as it was then, in place of what it has become."""
    _copy(BACKUP, _name())


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _copy(source: str, target: str) -> None:
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's backend
    end_others()
    _run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
    _run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source)))


def _run(statement: sql.Composed) -> None:
    known = connection.settings_dict
    place = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **place) as maintenance:
        maintenance.execute(statement)
