"""The ledger against the simulator's own invoice, over real HTTP, by the command that people run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from gpuconsole.celery import app
from gpuconsole.connections.models import Connection
from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import months, services
from gpuconsole.spend.invoices.reasons import Reason
from gpuconsole.spend.invoices.reconcile import reconcile
from gpuconsole.spend.invoices.tasks import read_sandbox_invoices
from gpuconsole.spend.models import Invoice, InvoiceLine, InvoiceSource
from gpuconsole.sync.clock import Clock
from gpuconsole.workloads import services as work
from gpuconsole.workloads.models import Workload
from tests.sync.bench import INSTANCE, Engine
from tests.sync.conftest import engine, simulator

__all__ = ["engine", "simulator"]


def lived(engine: Engine) -> tuple[Workload, Workload]:
    """An instance that was stopped, and one that still runs."""
    stopped = engine.launch(INSTANCE)
    engine.sync("cortecs")
    running = engine.launch({**INSTANCE, "num_workers": 1})
    for seconds in (0, 300, 700):
        engine.pass_time(seconds)
        engine.sync("cortecs")
    work.stop(workload=stopped, by=engine.user)
    for _ in range(3):
        engine.sync("cortecs")
        engine.pass_time(60)
    return engine.fresh(stopped), engine.fresh(running)


def command(engine: Engine, **options: Any) -> int:
    """The exit code of ``reconcile_costs``."""
    try:
        call_command("reconcile_costs", team=engine.team.slug, **options)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_what_was_metered_is_what_the_simulator_charges(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    stopped, running = lived(engine)
    assert command(engine) == 0
    printed = capsys.readouterr().out
    month, now = months.of(stopped.created_at), Clock(engine.ahead).now()
    rows = {row.workload: row for row in reconcile(engine.team, month, now=now).rows}
    ended = rows[stopped]
    assert (ended.reason, ended.variance) == (Reason.AGREES, 0)
    assert ended.metered == ended.invoiced == stopped.cost_closed > 0
    assert rows[running].reason in (Reason.AGREES, Reason.OPEN)
    assert {line.is_open for line in InvoiceLine.objects.filter(resource_id=running.remote_id)} == {True}
    assert stopped.remote_id in printed
    assert "EUR: metered " in printed


def test_a_fresh_reading_takes_the_place_of_the_old_one(engine: Engine) -> None:
    stopped, _ = lived(engine)
    month = months.of(stopped.created_at)
    read_sandbox_invoices(engine.team.pk, str(month))
    first = Invoice.objects.get()
    engine.pass_time(3600)
    read_sandbox_invoices(engine.team.pk, str(month))
    second = Invoice.objects.get()
    assert (first.source, second.source) == (InvoiceSource.SIMULATOR, InvoiceSource.SIMULATOR)
    assert first.pk != second.pk


def test_workers_know_the_task_by_the_name_that_the_page_sends() -> None:
    app.loader.import_default_modules()
    assert app.tasks["spend.read_sandbox_invoices"].name == read_sandbox_invoices.name


def test_the_command_ends_with_one_where_something_is_amiss(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    stopped, _ = lived(engine)
    interval = stopped.usage.order_by("pk")[0]
    interval.cost = (interval.cost or Decimal(0)) + Decimal("0.02")
    interval.save(update_fields=["cost"])
    assert command(engine) == 1
    told = capsys.readouterr()
    assert "1 row farther apart than 0.01" in told.err
    assert " !" in told.out
    assert command(engine, tolerance="0.05", stored_only=True) == 0


def test_work_of_another_connection_on_the_same_sandbox_account_stays_its_own(engine: Engine) -> None:
    stopped, _ = lived(engine)
    mine = engine.by_provider.pop("cortecs")
    Connection.objects.filter(pk=mine.pk).update(name="the first")
    other, month = engine.connect("cortecs"), months.of(stopped.created_at)
    assert services.read_simulator(connection=other, month=month, by=None) is None
    invoice = services.read_simulator(connection=mine, month=month, by=None)
    assert invoice is not None
    assert services.read_simulator(connection=mine, month=month.before, by=None) is None


def test_what_cannot_be_asked_is_said(engine: Engine, settings: Settings) -> None:
    connection = engine.connect("baseten")
    for options, text in (
        ({"month": "soon"}, "“soon” is no month"),
        ({"tolerance": "-1"}, "--tolerance must be an amount such as 0.01"),
        ({"tolerance": "much"}, "--tolerance must be an amount such as 0.01"),
    ):
        with pytest.raises(CommandError, match=text):
            call_command("reconcile_costs", **options)
    with pytest.raises(CommandError, match="There is no team 'nobody'"):
        call_command("reconcile_costs", team="nobody")
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    with pytest.raises(Refused, match="The simulator gave no invoice"):
        services.read_simulator(connection=connection, month=Month(2026, 11), by=None)
    with pytest.raises(CommandError, match="The simulator gave no invoice"):
        call_command("reconcile_costs")
