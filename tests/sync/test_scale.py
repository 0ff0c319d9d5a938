"""What a round costs: constant numbers of queries, and no write where nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.core.ids import new_id
from gpuconsole.sync import claim
from gpuconsole.workloads.models import MetricSample, Workload
from tests.sync.bench import Engine


def clone(engine: Engine, model: Workload, count: int) -> None:
    """As many workloads more, each with its own job at the provider, all alike."""
    rows, jobs = [], engine.far
    key = {"Authorization": "Api-Key sandbox-baseten-key"}
    path = engine.calls("/jobs")[0]["path"]
    for number in range(count):
        body = {"training_job": {**engine.job("sleep infinity")["training_job"], "name": f"clone-{number}"}}
        made = jobs.post(path, json=body, headers=key).raise_for_status().json()["training_job"]
        row = Workload.objects.get(pk=model.pk)
        row.pk, row.public_id, row.token, row.remote_id = None, new_id("job"), f"gc-clone{number:015}", made["id"]
        row.remote = made
        rows.append(row)
    Workload.objects.bulk_create(rows)


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(database) as queries:
        yield queries


def put_off_output() -> None:
    """Logs and metrics are asked for one by one, as providers offer them; the rate limit bounds them."""
    later = timezone.now() + timedelta(days=1)
    Workload.objects.update(output_at=later)
    MetricSample.objects.bulk_create(MetricSample(workload=row, at=later, values={}) for row in Workload.objects.all())


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in queries if 'UPDATE "workloads_' in one["sql"] or "INSERT" in one["sql"]]


@pytest.mark.parametrize("count", [3, 300])
def test_an_unchanged_round_writes_no_workload_and_asks_a_constant_number_of_queries(
    engine: Engine, count: int
) -> None:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    clone(engine, job, count)
    engine.sync()  # takes in what the clones' own answers show
    calls = len(engine.calls("search"))
    with counted() as queries:
        engine.sync()
    assert writes(queries) == []
    assert len(queries) <= 16
    assert len(engine.calls("search")) == calls + 1


@pytest.mark.parametrize("count", [3, 200])
def test_a_round_that_changes_everything_asks_a_constant_number_of_queries(engine: Engine, count: int) -> None:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    clone(engine, job, count)
    engine.sync()
    engine.pass_time(400)
    put_off_output()
    with counted() as queries:
        engine.sync()
    assert Workload.objects.filter(state="running").count() == count + 1
    assert len(queries) <= 32


def test_the_tick_asks_by_indexes_alone(engine: Engine) -> None:
    engine.sync()
    with counted() as queries:
        assert claim.offer_due(timezone.now()) == []
    assert len([one for one in queries if one["sql"].startswith("SELECT")]) == 1
