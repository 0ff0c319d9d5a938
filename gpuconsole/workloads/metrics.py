"""The metrics store: samples of a workload by moment, kept once, read by range and thinned to what a chart can show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import Mod, RowNumber

from gpuconsole.core import versions
from gpuconsole.providers.remote import Sample
from gpuconsole.workloads import idleness
from gpuconsole.workloads.models import MetricSample, Workload

MOST_SAMPLES = 600


def append(workload: Workload, samples: Sequence[Sample]) -> int:
    """Keep samples; those of a moment that is there already take its place. Gives the number of moments."""
    moments: dict[datetime, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for sample in samples:
        moments[sample.at][sample.name][sample.series] = sample.value
    rows = [MetricSample(workload=workload, at=at, values=values) for at, values in sorted(moments.items())]
    with transaction.atomic():
        MetricSample.objects.bulk_create(
            rows, batch_size=500, update_conflicts=True, unique_fields=["workload", "at"], update_fields=["values"]
        )
        idleness.follow(workload, rows)
        if rows:
            versions.bump(f"workload:{workload.pk}")
    return len(rows)


def read(workload: Workload, *, since: datetime, until: datetime, most: int = MOST_SAMPLES) -> list[MetricSample]:
    """Samples of a stretch of time in order; of more than ``most`` evenly picked ones, the newest always among them."""
    found = workload.metric_samples.filter(at__gte=since, at__lte=until)
    step = -(-found.count() // most)
    if step > 1:
        found = found.annotate(row=Window(RowNumber(), order_by=F("at").desc())).alias(rest=Mod(F("row"), step))
        found = found.filter(rest=1)
    return sorted(found, key=lambda sample: sample.at)
