"""A Novita instance from launch over stop, start and restart to its end, with its meter and what was measured."""

import logging
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from gpuconsole.audit.models import Record
from gpuconsole.connections import opening
from gpuconsole.core.errors import Refused
from gpuconsole.projects import secrets
from gpuconsole.workloads import metrics, services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.contract.samples import sample
from tests.sync.bench import Engine


def on(engine: Engine, seconds: float = 0) -> None:
    engine.pass_time(seconds)
    engine.sync("novita")


def until(engine: Engine, row: Workload, state: State) -> Workload:
    for _ in range(60):
        on(engine, 15)
        if engine.fresh(row).state == state:
            return row
    raise AssertionError(f"never became {state}: {row.state}, {row.remote_status}")


def running(engine: Engine, **changes: Any) -> Workload:
    row = engine.launch(sample("novita") | changes)
    on(engine)
    return until(engine, row, State.RUNNING)


def test_it_is_billed_from_pulling_and_not_before(engine: Engine) -> None:
    row = engine.launch(sample("novita"))
    on(engine)
    billed = {}
    for _ in range(400):
        on(engine, 1)
        if engine.fresh(row).remote_status:
            billed[row.remote_status] = row.billed_since is not None
        if row.state == State.RUNNING:
            break
    assert billed["pulling"]
    assert billed["running"]
    assert not any(is_on for word, is_on in billed.items() if word not in ("pulling", "running"))
    assert row.hourly_price == Decimal("0.7")


def test_ways_in_show_while_it_runs(engine: Engine) -> None:
    row = running(engine)
    assert row.connect["SSH"].startswith("ssh -p ")
    assert row.region == "US-CA-06 (California)"


def test_a_password_is_sealed_and_stands_in_nothing_else_that_we_keep(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        row = running(engine)
        told = opening.open_adapter(engine.connect("novita")).fetch([row.remote_id])[0].connect["SSH password"]
        assert isinstance(told, SecretStr)
        password = told.get_secret_value()
        shown = services.show_way(workload=row, way="SSH password", by=engine.user)
    assert shown == password
    assert row.connect["SSH password"] is None
    assert password.encode() not in bytes(row.hidden_ways)
    kept = [row.spec, row.request, row.remote, row.parts, row.connect, row.reason_text, engine.texts(row)]
    kept += [list(row.events.values_list("detail", flat=True)), list(Record.objects.values_list("before", "after"))]
    assert password not in str(kept)
    assert password not in caplog.text


def test_an_unchanged_password_is_nothing_new(engine: Engine) -> None:
    row = running(engine)
    on(engine, 30)
    before = (engine.fresh(row).observed_at, bytes(row.hidden_ways))
    on(engine, 30)
    assert (engine.fresh(row).observed_at, bytes(row.hidden_ways)) == before


def test_one_that_opens_no_more_is_sealed_anew_by_the_next_look(engine: Engine) -> None:
    row = running(engine)
    Workload.objects.filter(pk=row.pk).update(hidden_ways=b"\x01\x02k9" + bytes(40))
    with pytest.raises(Refused):
        services.show_way(workload=engine.fresh(row), way="SSH password", by=engine.user)
    on(engine, 30)
    assert services.show_way(workload=engine.fresh(row), way="SSH password", by=engine.user)


def test_nothing_hidden_stays_when_the_end_is_confirmed_by_silence(engine: Engine) -> None:
    row = running(engine)
    services.terminate(workload=row, by=engine.user)
    on(engine)
    engine.spoil("vanish", "novita")
    until(engine, row, State.CANCELLED)
    assert (row.connect, bytes(row.hidden_ways)) == ({}, b"")


def test_a_stop_ends_the_meter_and_a_start_opens_it_again(engine: Engine) -> None:
    row = running(engine)
    services.stop(workload=row, by=engine.user)
    on(engine)
    until(engine, row, State.STOPPED)
    assert (row.remote_status, row.billed_since, row.intent, row.connect) == ("exited", None, "", {})
    assert bytes(row.hidden_ways) == b""
    services.start(workload=row, by=engine.user)
    on(engine)
    until(engine, row, State.RUNNING)
    assert list(row.usage.order_by("id").values_list("state", flat=True)) == [
        *("starting", "running", "stopping"),
        *("starting", "running"),
    ]


def test_a_restart_comes_back_as_the_same_instance(engine: Engine) -> None:
    row = running(engine)
    services.restart(workload=row, by=engine.user)
    on(engine)
    assert engine.fresh(row).state in (State.RUNNING, State.STARTING)
    until(engine, row, State.RUNNING)
    assert row.intent == ""
    assert len(engine.resources()) == 1


def test_an_end_is_shown_when_the_id_is_unknown_or_the_last_word_is_said(engine: Engine) -> None:
    row = running(engine)
    services.terminate(workload=row, by=engine.user)
    on(engine)
    assert engine.fresh(row).state == State.STOPPING
    until(engine, row, State.CANCELLED)
    assert row.reason_code == ReasonCode.STOPPED_BY_PERSON
    assert row.billed_since is None


def test_a_lost_answer_is_found_by_the_name(engine: Engine) -> None:
    engine.connect("novita")
    engine.spoil("dropped_after", "novita", match="/gpu/instance/create", count=1)
    row = engine.launch(sample("novita"))
    on(engine)
    assert engine.fresh(row).reason_code in (ReasonCode.UNCONFIRMED, ReasonCode.NONE)
    until(engine, row, State.RUNNING)
    assert [made["id"] for made in engine.resources()] == [row.remote_id]


def test_an_image_that_cannot_be_pulled_is_said_to_be_the_cause(engine: Engine) -> None:
    row = engine.launch(sample("novita") | {"imageUrl": "ghcr.io/acme/does-not-exist:1"})
    on(engine)
    until(engine, row, State.STOPPED)
    assert row.reason_code == ReasonCode.IMAGE
    assert "failed to pull image" in row.reason_text


def test_measurements_are_fetched_while_it_runs(engine: Engine) -> None:
    row = running(engine)
    for _ in range(3):
        on(engine, 120)
    found = metrics.read(row, since=row.created_at, until=row.created_at + (engine.ahead * 2))
    assert found
    assert {"gpu_utilization", "gpu_memory_utilization", "cpu_utilization"} <= set(found[-1].values)
    assert all(0 <= value <= 1 for sample_ in found for series in sample_.values.values() for value in series.values())


@pytest.mark.parametrize("part", ["registry-password", "hf_s3cr3t-value"])
def test_secrets_reach_the_provider_and_nothing_that_we_keep(engine: Engine, part: str) -> None:
    secrets.put(project=engine.project, name="ghcr", value="robot:registry-password", by=engine.user)
    secrets.put(project=engine.project, name="hf", value="hf_s3cr3t-value", by=engine.user)
    row = running(engine, imageAuth="ghcr", envs=[{"key": "HF_TOKEN", "value": {"name": "hf"}}])
    assert part in str(engine.resources()[0]["create_body"])
    assert part not in str([row.spec, row.request, row.remote, row.connect, engine.texts(row)])
    assert row.request["body"]["imageAuth"] == "••• ghcr"
    assert part not in str(list(row.events.values_list("detail", flat=True)))
