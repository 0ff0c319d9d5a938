"""The figures of the overview from rows alone: what it costs an hour, hour by hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.dashboard import figures
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab, make_viewer


def ran(lab: Lab, now: datetime, begin_h: float, end_h: float | None, price: int | None = 10) -> Workload:
    """Queued an hour before it ran, from so many hours ago on until so many; None: it runs."""
    row = lab.workload("baseten", State.RUNNING if end_h is None else State.SUCCEEDED)
    at = [(now - timedelta(hours=back)).timestamp() for back in (begin_h + 1, begin_h)]
    end = None if end_h is None else (now - timedelta(hours=end_h)).timestamp()
    row.phases = [{"attempt": 1, "spans": [["queued", *at], ["running", at[1], end]], "end": None, "note": ""}]
    row.hourly_price = None if price is None else Decimal(price)
    return row


@pytest.mark.django_db
def test_the_trend_is_what_ran_at_each_hour_and_is_left_out_where_not_all_is_known() -> None:
    lab, now = make_lab(), timezone.now()
    viewer = make_viewer(lab.owner, lab.team)
    active, ended = [ran(lab, now, 2.5, None), ran(lab, now, 9, None, None)], [ran(lab, now, 30, 22.5, 3)]
    found = figures.of(viewer, None, active, ended, now, is_whole=True)
    assert found.trend == [3, 3, *[0] * 20, 10, 10, 10]
    assert figures.of(viewer, None, active, ended, now, is_whole=False).trend == ()
