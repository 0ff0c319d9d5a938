"""A round passes by what is as it was: nothing is read or written unless the answer or the row is another."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import RedisError

from gpuconsole.connections.models import Connection
from gpuconsole.core import redis
from gpuconsole.sync import holding
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.row_versions import followed
from gpuconsole.workloads.states import State
from tests.sync.bench import Engine
from tests.sync.test_limits import no_redis  # noqa: F401 - a fixture
from tests.sync.test_scale import clone, put_off_output


@pytest.fixture
def jobs(engine: Engine) -> Workload:
    """Four running jobs that a round has taken in."""
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    clone(engine, job, 3)
    engine.sync()
    engine.pass_time(400)
    engine.sync()
    put_off_output()
    engine.sync()  # takes in the rows that were just written
    return job


def read(engine: Engine) -> list[str]:
    """The statements with which a look reads whole workloads; what is due has an order of its own."""
    with CaptureQueriesContext(database) as asked:
        engine.sync()
    whole = [one["sql"] for one in asked if '"workloads_workload"."phases"' in one["sql"]]
    return [sql for sql in whole if sql.startswith("SELECT") and "ORDER BY" not in sql]


def test_what_is_as_it_was_is_not_even_read(engine: Engine, jobs: Workload) -> None:
    assert read(engine) == []


def test_a_row_that_a_person_changed_is_compared_again(engine: Engine, jobs: Workload) -> None:
    Workload.objects.filter(pk=jobs.pk).update(remote_status="TRAINING_JOB_DEPLOYING")
    engine.sync()
    assert engine.fresh(jobs).remote_status == "TRAINING_JOB_RUNNING"


def test_a_row_of_which_output_alone_was_written_is_passed_by(engine: Engine, jobs: Workload) -> None:
    Workload.objects.filter(pk=jobs.pk).update(output_at=None, checkpoints_at=timezone.now() + timedelta(days=1))
    engine.wait_here(1)
    engine.sync()  # takes in the row that was just written, and then fetches its output
    assert engine.fresh(jobs).output_at is not None
    engine.wait_here(1)
    assert read(engine) == []


def test_a_write_between_two_of_ours_is_seen(jobs: Workload) -> None:
    heard: list[tuple[str, str]] = []
    for write in range(3):
        with followed(jobs.pk, lambda before, after: heard.append((before, after))):
            Workload.objects.filter(pk=jobs.pk).update(output_at=None)
        if write == 1:
            Workload.objects.filter(pk=jobs.pk).update(intent_error="somebody else's")
    assert heard[0][1] == heard[1][0] and heard[1][1] != heard[2][0]


def test_a_process_that_knows_nothing_looks_at_everything(engine: Engine, jobs: Workload) -> None:
    holding.forget_all()
    assert len(read(engine)) == 1


def test_what_changed_is_written_and_the_rest_is_passed_by(engine: Engine, jobs: Workload) -> None:
    engine.far.post(
        f"{engine.calls('/jobs')[0]['path']}/{engine.fresh(jobs).remote_id}/stop",
        json={},
        headers={"Authorization": "Api-Key sandbox-baseten-key"},
    ).raise_for_status()
    engine.pass_time(60)
    engine.sync()
    assert engine.fresh(jobs).state == State.CANCELLED
    assert Workload.objects.filter(state=State.RUNNING).count() == 3


def test_a_round_goes_well_without_redis(engine: Engine, jobs: Workload, no_redis: object) -> None:  # noqa: F811
    with pytest.raises(RedisError):
        redis.client().ping()
    before = len(engine.calls("search"))
    engine.sync()
    assert len(engine.calls("search")) == before + 1
    assert Connection.objects.get().failures == 0


def test_other_credentials_begin_anew() -> None:
    assert holding.of(999_999, 1) is holding.of(999_999, 1)
    assert holding.of(999_999, 1) is not holding.of(999_999, 2)
