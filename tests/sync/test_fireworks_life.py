"""A batch job of Fireworks from launch to end by the engine: found again, never priced, and free of secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gpuconsole.connections import opening
from gpuconsole.projects import secrets
from gpuconsole.workloads import logs, services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import DOCUMENTED_FIREWORKS, sample
from tests.sync.bench import Engine

SLUG = "fireworks"
VALUE = "hf_s3cret_value"


def job(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (sample(SLUG) | changes).items() if value is not None}


def run(engine: Engine, *seconds: float) -> None:
    for length in seconds:
        engine.pass_time(length)
        engine.sync(SLUG)


def read(row: Workload) -> str:
    row.refresh_from_db()
    return logs.read(row, 0).text


def test_the_documented_example_is_launched_with_its_exact_body_and_runs_to_its_end(engine: Engine) -> None:
    row = engine.launch({"provider": SLUG, "account_id": "sandbox", **DOCUMENTED_FIREWORKS}, name="")
    engine.sync(SLUG)
    [call] = engine.calls("/batchJobs")
    annotations = {**DOCUMENTED_FIREWORKS["annotations"], "gpuconsole.example/launch-token": row.token}
    assert json.dumps(call["body"]) == json.dumps(DOCUMENTED_FIREWORKS | {"annotations": annotations})
    run(engine, 30, 120, 600)
    assert engine.fresh(row).state == State.RUNNING
    assert (row.name, row.gpu_count, row.hardware_id) == ("eval-nightly-01jd3k", 4, "sandbox/h100-pool")
    assert row.hourly_price is None
    run(engine, 2400, 60, 60)
    assert engine.fresh(row).state == State.SUCCEEDED
    assert "rank 3 exited with code 0" in read(row)


@pytest.mark.parametrize("fault", ["dropped_after", "500"])
def test_a_launch_whose_answer_is_lost_is_found_by_its_annotation(engine: Engine, fault: str) -> None:
    engine.connect(SLUG)
    engine.spoil(fault, SLUG, match="POST /v1/accounts/sandbox/batchJobs", count=1)
    row = engine.launch(job())
    run(engine, 0, 5, 10)
    made = engine.resources()
    if fault == "500":  # nothing was made: it goes on looking and never sends again
        assert (made, engine.fresh(row).state) == ([], State.SUBMITTING)
    else:
        assert [one["id"] for one in made] == [engine.fresh(row).remote_id]
    assert len(engine.calls("/batchJobs")) == 1


def test_a_stop_is_a_cancel_that_the_provider_confirms(engine: Engine) -> None:
    row = engine.launch(job(pythonExecutor=None, shellExecutor={"command": "sleep 5000"}))
    run(engine, 0, 200)
    services.stop(workload=engine.fresh(row), by=engine.user)
    run(engine, 1)
    assert engine.fresh(row).state == State.STOPPING
    run(engine, 60, 60)
    assert engine.fresh(row).state == State.CANCELLED


def test_a_retry_is_a_new_job_with_the_name_counted_up_within_63_characters(engine: Engine) -> None:
    row = engine.launch(job(displayName="n" * 63, pythonExecutor=None, shellExecutor={"command": "exit 1"}), name="")
    run(engine, 0, 200, 200)
    assert engine.fresh(row).state == State.FAILED
    again = services.retry(workload=row, by=engine.user)
    run(engine, 5)
    assert engine.fresh(again).remote_id not in ("", row.remote_id)
    assert again.spec["displayName"] == "n" * 62 + "2"


def test_a_secret_is_sent_and_kept_nowhere(engine: Engine) -> None:
    secrets.put(project=engine.project, name="hf", value=VALUE, by=engine.user)
    row = engine.launch(job(envVars={"T": {"name": "hf"}}))
    run(engine, 0, 100)
    assert engine.calls("/batchJobs")[0]["body"]["envVars"] == {"T": VALUE}
    row.refresh_from_db()
    kept = json.dumps([row.spec, row.request, row.remote, [event.text + event.detail for event in row.events.all()]])
    assert VALUE not in kept
    assert row.request["body"]["envVars"] == {"T": "••• hf"}
    assert row.remote["envVars"] == {"T": "•••"}


def test_a_secret_that_a_program_prints_is_masked_in_its_log(engine: Engine) -> None:
    """Also by a worker that has not sent the job itself."""
    secrets.put(project=engine.project, name="hf", value="train_runtime", by=engine.user)
    row = engine.launch(job(envVars={"T": {"name": "hf"}, "SLEEP_S": "30"}))
    run(engine, 0)
    opening.close_all()
    run(engine, 200, 60)
    assert engine.fresh(row).state == State.SUCCEEDED
    assert "•••=" in read(row)
    assert "train_runtime" not in read(row)
