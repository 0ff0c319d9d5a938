"""Logs and metrics go when their project says so, never before the end, and it is told where they were."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.catalog.models import Offer, OfferPrice
from gpuconsole.projects.models import Project
from gpuconsole.providers.remote import LogLine, Sample
from gpuconsole.sync.forgetting import forget
from gpuconsole.workloads import logs, metrics
from gpuconsole.workloads.models import LogChunk, MetricSample, Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import START, Lab, make_lab


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def ended(lab: Lab, days_ago: int, *, is_read: bool = True) -> Workload:
    """A job that put something out and ended so long ago."""
    job = lab.workload("baseten", State.SUCCEEDED)
    logs.append(job, [LogLine(START, "z" * 1000) for _ in range(200)])
    metrics.append(job, [Sample(START, "gpu_utilization", "0", 0.5)])
    at = timezone.now() - timedelta(days=days_ago)
    Workload.objects.filter(pk=job.pk).update(
        created_at=at - timedelta(hours=1), ended_at=at, is_output_complete=is_read, is_log_complete=is_read
    )
    job.refresh_from_db()
    return job


def keep(lab: Lab, days: int | None) -> None:
    Project.objects.filter(pk=lab.project.pk).update(keep_output_days=days)


def test_nothing_goes_without_the_projects_word(lab: Lab) -> None:
    job = ended(lab, 900)
    assert forget(timezone.now()) == 0
    assert logs.read(job, 0).lines


def test_only_what_ended_long_enough_ago_and_is_read_goes(lab: Lab) -> None:
    old, young, unread = ended(lab, 31), ended(lab, 29), ended(lab, 31, is_read=False)
    running = lab.workload("baseten")
    logs.append(running, [LogLine(START, "still here")])
    keep(lab, 30)
    assert forget(timezone.now()) == 1
    assert forget(timezone.now()) == 0
    kept = set(LogChunk.objects.values_list("workload", flat=True))
    assert kept == {young.pk, unread.pk, running.pk}
    assert set(MetricSample.objects.values_list("workload", flat=True)) == {young.pk, unread.pk}
    old.refresh_from_db()
    assert (old.log_size, old.log_lines, old.state) == (0, 0, State.SUCCEEDED)
    assert "was removed on" in str(logs.absent(old)) and logs.absent(young) is None
    [told] = old.events.filter(text__contains="removed")
    assert "30 days" in told.detail


def test_what_is_put_out_after_that_is_kept_anew(lab: Lab) -> None:
    job = ended(lab, 31)
    keep(lab, 30)
    forget(timezone.now())
    job.refresh_from_db()
    assert logs.append(job, [LogLine(START, "the retry")])
    job.refresh_from_db()
    assert logs.absent(job) is None
    assert [(line.number, line.text) for line in logs.read(job, 0).lines] == [(1, "the retry")]


def test_prices_of_long_ago_go_but_the_one_that_held_stays(lab: Lab) -> None:
    now = timezone.now()
    offer = Offer.objects.create(connection=lab.connections["baseten"], hardware_id="x", gpu_count=1, hourly_price=1)

    def price(days_ago: int, amount: int) -> datetime:
        at = now - timedelta(days=days_ago)
        OfferPrice.objects.create(offer=offer, at=at, hourly_price=amount, currency="USD")
        return at

    price(700, 3)
    held, later = price(500, 2), price(100, 1)
    forget(now)
    kept = offer.prices.order_by("at").values_list("at", "hourly_price")
    assert list(kept) == [(held, Decimal(2)), (later, Decimal(1))]
