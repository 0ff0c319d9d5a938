"""The key figures at the head of a workload's page."""

from __future__ import annotations

from datetime import timedelta

from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import figures
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.states import State
from gpuconsole.workloads.transitions import move
from tests.factories_workloads import Lab


def test_what_is_billed_counts_on_over_what_was_billed_before(lab: Lab) -> None:
    job = lab.workload("novita")
    began = job.billed_since
    assert began is not None
    with locked(job.pk) as row:
        move(row, State.STOPPING, why="stop asked", now=began + timedelta(minutes=10))
    assert row.billed_closed_s == 600 and row.billed_tariff == Tariff.RUN
    [elapsed] = [one for one in figures.of(row, began + timedelta(minutes=15), "") if one.label == "Elapsed"]
    assert f'datetime="{began.isoformat(timespec="seconds")}"' in str(elapsed.note) and "billed" in str(elapsed.note)
