"""Edits by rounds of the engine: sent, told on the timeline, refused beside the field, and never added twice."""

from datetime import timedelta
from typing import Any

import pytest

from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.workloads import services
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.sync.bench import Engine

PORTS = [{"port": 22, "type": "tcp"}, {"port": 8080, "type": "http"}]


def on(engine: Engine, slug: str = "novita", seconds: float = 0) -> None:
    engine.pass_time(seconds)
    engine.sync(slug)


def until(engine: Engine, row: Workload, state: State) -> Workload:
    for _ in range(60):
        on(engine, row.provider, 15)
        if engine.fresh(row).state == state:
            return row
    raise AssertionError(f"never became {state}: {row.state}, {row.remote_status}")


def running(engine: Engine, slug: str = "novita", **changes: Any) -> Workload:
    row = engine.launch(sample(slug) | changes)
    return until(engine, row, State.RUNNING)


def edit(engine: Engine, row: Workload, **changes: Any) -> Workload:
    return services.edit(workload=row, changes=changes, by=engine.user)


def sent(engine: Engine) -> list[dict[str, Any]]:
    return [row["body"] for row in engine.calls("/gpu/instance/edit")]


def test_an_instance_is_edited_while_it_runs(engine: Engine) -> None:
    row = running(engine)
    size = row.remote["rootfsSize"]
    edit(engine, row, ports=PORTS, expandRootDisk=20)
    assert sent(engine) == []
    on(engine)
    assert sent(engine) == [{"instanceId": row.remote_id, "ports": PORTS, "expandRootDisk": 20}]
    assert (engine.fresh(row).intent, row.edit, row.edit_errors, row.state) == (Intent.NONE, {}, {}, State.RUNNING)
    said = row.events.get(text="Edited: ports 22/tcp, 8080/http; root disk grows by 20 GB")
    assert said.kind == EventKind.CALL
    assert said.detail.startswith("POST /gpu-instance/openapi/v1/gpu/instance/edit {")
    assert row.events.get(text="Edit asked").by == engine.user
    assert row.remote["rootfsSize"] == size + 20
    on(engine, seconds=90)
    assert "Port 22, tcp" in engine.fresh(row).connect


def test_the_provider_s_no_is_kept_by_field_and_the_instance_runs_on(engine: Engine) -> None:
    row = running(engine)
    Workload.objects.update(remote={**row.remote, "rootfsSize": 10})  # somebody has made it bigger meanwhile
    edit(engine, row, expandRootDisk=6130)
    on(engine)
    assert (engine.fresh(row).intent, row.state, row.edit) == (Intent.NONE, State.RUNNING, {"expandRootDisk": 6130})
    assert list(row.edit_errors) == ["expandRootDisk"]
    assert "must be at most" in row.edit_errors["expandRootDisk"]
    assert "Novita refused the edit" in engine.texts(row)
    on(engine, seconds=60)
    assert len(sent(engine)) == 1


def test_a_disk_is_never_grown_twice_for_one_wish(engine: Engine) -> None:
    row = running(engine)
    size = row.remote["rootfsSize"]
    engine.spoil("dropped_after", "novita", match="/gpu/instance/edit", count=1)
    edit(engine, row, expandRootDisk=20)
    for _ in range(3):
        on(engine, seconds=60)
    assert len(sent(engine)) == 1
    assert engine.fresh(row).remote["rootfsSize"] == size + 20
    assert row.intent == Intent.NONE
    assert "answer to the edit was lost" in row.edit_errors[""]
    assert "The edit may have been made" in engine.texts(row)


def test_a_worker_that_died_while_sending_leaves_a_disk_alone(engine: Engine) -> None:
    row = running(engine)
    edit(engine, row, expandRootDisk=20)
    Workload.objects.filter(pk=row.pk).update(edit_sent_at=row.state_at)
    on(engine)
    assert sent(engine) == []
    assert "answer to the edit was lost" in engine.fresh(row).edit_errors[""]


def test_ports_are_asked_for_again_when_the_answer_was_lost(engine: Engine) -> None:
    row = running(engine)
    engine.spoil("dropped_after", "novita", match="/gpu/instance/edit", count=1)
    edit(engine, row, ports=PORTS)
    on(engine)
    assert engine.fresh(row).intent == Intent.EDIT
    assert row.intent_error
    on(engine, seconds=10)
    assert len(sent(engine)) == 2
    assert (engine.fresh(row).intent, row.edit_errors) == (Intent.NONE, {})
    assert "Edited: ports 22/tcp, 8080/http" in engine.texts(row)


def test_what_stays_as_it_is_is_sent_as_it_is_now_and_not_as_it_was_seen_last(engine: Engine) -> None:
    row = running(engine)
    Workload.objects.update(remote={**row.remote, "portMappings": [{"port": 99, "type": "tcp"}]})
    edit(engine, row, expandRootDisk=20)
    on(engine)
    assert [port["port"] for port in sent(engine)[0]["ports"]] == [8080, 8081]


def test_what_is_gone_there_is_not_edited(engine: Engine) -> None:
    row = running(engine)
    engine.spoil("vanish", "novita")
    edit(engine, row, expandRootDisk=20)
    on(engine)
    assert sent(engine) == []
    assert engine.fresh(row).edit_errors == {"": "Novita no longer lists it."}


def test_an_end_takes_the_place_of_an_edit_that_waits(engine: Engine) -> None:
    row = running(engine)
    edit(engine, row, ports=PORTS)
    services.terminate(workload=row, by=engine.user)
    until(engine, row, State.CANCELLED)
    assert sent(engine) == []
    assert row.edit == {}
    assert "The edit was dropped before it was sent" in engine.texts(row)


def test_an_edit_that_comes_too_late_says_so(engine: Engine) -> None:
    row = running(engine, "fireworks")
    edit(engine, row, displayName="late")
    Workload.objects.filter(pk=row.pk).update(state=State.SUCCEEDED, ended_at=row.created_at)
    on(engine, "fireworks")
    assert engine.fresh(row).intent == Intent.NONE
    assert row.edit_errors == {"": "It ended before the edit was sent."}
    assert engine.calls("/batchJobs", "PATCH") == []


def test_a_job_is_renamed_here_and_there_and_keeps_its_token(engine: Engine) -> None:
    row = running(engine, "fireworks")
    token = dict(row.remote["annotations"])
    edit(engine, row, displayName="eval-rerun", shared=False)
    on(engine, "fireworks")
    call = engine.calls("/batchJobs", "PATCH")[0]
    assert call["body"] == {"displayName": "eval-rerun", "shared": False}
    assert engine.fresh(row).name == "eval-rerun"
    assert row.remote["displayName"] == "eval-rerun"
    assert row.remote["annotations"] == token
    assert row.token in token.values()


def test_only_what_differs_is_sent(engine: Engine) -> None:
    row = running(engine, "fireworks")
    edit(engine, row, displayName="eval-rerun", shared=row.remote.get("shared", False))
    on(engine, "fireworks")
    assert engine.calls("/batchJobs", "PATCH")[0]["body"] == {"displayName": "eval-rerun"}


def test_a_waiting_job_moves_in_the_queue(engine: Engine) -> None:
    row = engine.launch()
    on(engine, "baseten")
    while engine.fresh(row).remote_status != "TRAINING_JOB_PENDING":
        on(engine, "baseten", 5)
    edit(engine, row, priority=9)
    on(engine, "baseten")
    assert "Edited: priority 9" in engine.texts(row)
    assert engine.fresh(row).remote["priority"] == 9
    until(engine, row, State.RUNNING)
    with pytest.raises(Refused, match="TRAINING_JOB_PENDING"):
        edit(engine, row, priority=1)


def test_too_many_calls_put_an_edit_off_and_a_long_outage_ends_the_wish(engine: Engine) -> None:
    row = running(engine)
    engine.spoil("429", "novita", match="/gpu/instance/edit", retry_after=5)
    edit(engine, row, ports=PORTS)
    on(engine)
    assert engine.fresh(row).intent == Intent.EDIT
    assert "Edit failed; it is tried again until Novita takes it" in engine.texts(row)
    Workload.objects.filter(pk=row.pk).update(intent_at=row.intent_at - timedelta(hours=1))  # type: ignore[operator]
    for _ in range(4):
        on(engine, seconds=60)
    assert engine.fresh(row).intent == Intent.NONE
    assert row.edit == {"ports": PORTS}


@pytest.mark.parametrize("slug", ["cortecs", "otoy"])
def test_what_no_provider_offers_is_refused_in_its_words(engine: Engine, slug: str) -> None:
    row = engine.launch(sample(slug))
    on(engine, slug)
    with pytest.raises(Refused) as caught:
        edit(engine, row, name="x")
    assert caught.value.message in registry.get(slug).absent.values()
