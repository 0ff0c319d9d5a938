"""Edit and delete as wishes: what is refused at which field, what is kept, and that pressing twice is pressing once."""

from typing import Any

import pytest

from gpuconsole.audit.models import Record
from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.workloads import blocking, services
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_spec

RAW: dict[str, dict[str, Any]] = {
    "novita": {"portMappings": [{"port": 22, "type": "tcp"}], "rootfsSize": 30},
    "fireworks": {"name": "accounts/sandbox/batchJobs/1", "displayName": "eval"},
    "baseten": {"training_project_id": "p1", "priority": 0, "availability_model": "dedicated"},
}
STATUS = {"novita": "running", "fireworks": "RUNNING", "baseten": "TRAINING_JOB_PENDING"}
KEPT_PORT = {"port": 22, "type": "tcp"}


def there(lab: Lab, slug: str = "novita", state: State = State.RUNNING, **asked: Any) -> Workload:
    row = lab.workload(slug, state, **asked)
    row.remote, row.remote_status = RAW.get(slug, {}), STATUS.get(slug, "")
    row.save(update_fields=["remote", "remote_status"])
    return row


def edit(lab: Lab, row: Workload, key: str = "", **changes: Any) -> Workload:
    return services.edit(workload=row, changes=changes, by=lab.owner, key=key)


def refused(lab: Lab, row: Workload, **changes: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        edit(lab, row, **changes)
    return caught.value


def test_an_edit_is_written_down_with_what_it_changes_and_waits_for_the_provider(lab: Lab) -> None:
    row = edit(lab, there(lab), ports=[KEPT_PORT], expandRootDisk=20)
    assert (row.intent, row.intent_by, row.edit, row.state) == (
        Intent.EDIT,
        lab.owner,
        {"expandRootDisk": 20},
        State.RUNNING,
    )
    assert row.due_at == row.intent_at is not None
    asked = row.events.get(text="Edit asked")
    assert (asked.by, asked.detail) == (lab.owner, "root disk grows by 20 GB")
    record = Record.objects.get(action="workload.edit")
    assert (record.before, record.after) == ({"expandRootDisk": 0}, {"expandRootDisk": 20})


def test_the_same_again_changes_nothing(lab: Lab) -> None:
    row = edit(lab, there(lab), expandRootDisk=20)
    again = edit(lab, row, expandRootDisk=20)
    assert (again.intent_at, again.events.count()) == (row.intent_at, row.events.count())
    assert Record.objects.filter(action="workload.edit").count() == 1


def test_the_key_of_the_last_edit_changes_nothing_even_when_the_provider_has_taken_it(lab: Lab) -> None:
    row = edit(lab, there(lab), key="press-1", expandRootDisk=20)
    Workload.objects.filter(pk=row.pk).update(intent="", due_at=None, edit={})
    assert edit(lab, row, key="press-1", expandRootDisk=20).intent == Intent.NONE
    assert edit(lab, row, key="press-2", expandRootDisk=20).intent == Intent.EDIT


@pytest.mark.parametrize(
    ("slug", "changes", "at"),
    [
        ("novita", {"ports": [{"port": 2222, "type": "tcp"}]}, ["changes.ports.0.port"]),
        ("novita", {"ports": [KEPT_PORT, KEPT_PORT]}, ["changes.ports.1.port"]),
        ("novita", {"ports": [{"port": 8000 + n, "type": "tcp"} for n in range(16)]}, ["changes.ports"]),
        ("novita", {"expandRootDisk": -1}, ["changes.expandRootDisk"]),
        ("novita", {"expandRootDisk": 6115}, ["changes.expandRootDisk"]),
        ("novita", {"expandRootDisk": "20", "ports": "22/tcp"}, ["changes.ports", "changes.expandRootDisk"]),
        ("novita", {"rootfsSize": 60}, ["changes.rootfsSize"]),
        ("novita", {"ports": [{"port": 80, "type": "http\0"}]}, ["changes.ports.0.type"]),
        ("fireworks", {"displayName": ""}, ["changes.displayName"]),
        ("fireworks", {"displayName": "x" * 64}, ["changes.displayName"]),
        ("fireworks", {"annotations": {"gpuconsole.example/launch-token": "x"}}, ["changes.annotations"]),
        ("baseten", {"availability_model": "cheap"}, ["changes.availability_model"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(lab: Lab, slug: str, changes: dict[str, Any], at: list[str]) -> None:
    row = there(lab, slug)
    no = refused(lab, row, **changes)
    assert list(no.errors) == at
    assert no.field == at[0]
    assert Workload.objects.get(pk=row.pk).intent == Intent.NONE


def test_a_port_that_a_tool_has_is_refused_and_fifteen_are_the_most_with_the_tools(lab: Lab) -> None:
    tool = {"name": "Jupyter", "port": "8888", "type": "http"}
    row = there(lab, spec=make_spec("novita", tools=[tool]))
    assert "Jupyter" in refused(lab, row, ports=[{"port": 8888, "type": "http"}]).errors["changes.ports.0.port"]
    fifteen = [{"port": 8000 + n, "type": "tcp"} for n in range(15)]
    assert list(refused(lab, row, ports=fifteen).errors) == ["changes.ports"]
    assert edit(lab, row, ports=fifteen[:14]).intent == Intent.EDIT


def test_what_is_so_already_is_no_edit(lab: Lab) -> None:
    no = refused(lab, there(lab), ports=[KEPT_PORT], expandRootDisk=0)
    assert (no.code, no.errors) == ("nothing_changed", {})


def test_an_edit_waits_its_turn_behind_another_wish(lab: Lab) -> None:
    row = services.restart(workload=there(lab), by=lab.owner)
    assert refused(lab, row, expandRootDisk=20).code == "busy"


def test_another_edit_waits_until_the_first_is_answered(lab: Lab) -> None:
    row = edit(lab, there(lab), expandRootDisk=20)
    assert refused(lab, row, expandRootDisk=30).code == "busy"


def test_a_restart_takes_the_place_of_an_edit_and_says_so(lab: Lab) -> None:
    row = services.restart(workload=edit(lab, there(lab), expandRootDisk=20), by=lab.owner)
    assert (row.intent, row.edit) == (Intent.RESTART, {})
    assert row.events.filter(text="The edit was dropped before it was sent").exists()


def test_an_edit_is_refused_where_the_state_or_the_provider_does_not_allow_it(lab: Lab) -> None:
    job = there(lab, "baseten")
    Workload.objects.filter(pk=job.pk).update(remote_status="TRAINING_JOB_RUNNING")
    assert "TRAINING_JOB_PENDING" in refused(lab, job, priority=3).message
    assert refused(lab, there(lab, "fireworks", State.SUCCEEDED), shared=True).code == "wrong_state"
    assert refused(lab, there(lab, "otoy"), title="x").code == "not_offered"
    assert refused(lab, lab.launch("novita"), expandRootDisk=20).code == "never_sent"


def test_delete_keeps_the_work_ended_and_waits_for_the_provider(lab: Lab) -> None:
    row = services.delete(workload=there(lab, "baseten", State.FAILED), by=lab.owner)
    assert (row.state, row.intent, row.removed_at) == (State.FAILED, Intent.DELETE, None)
    again = services.delete(workload=row, by=lab.owner)
    assert (again.intent_at, again.events.count()) == (row.intent_at, row.events.count())
    assert Record.objects.filter(action="workload.delete").count() == 1


def test_what_was_removed_is_not_asked_for_again(lab: Lab) -> None:
    row = there(lab, "baseten", State.FAILED)
    Workload.objects.filter(pk=row.pk).update(removed_at=row.created_at)
    assert services.delete(workload=row, by=lab.owner).intent == Intent.NONE
    assert not Record.objects.filter(action="workload.delete").exists()


def test_a_connection_stays_until_the_record_is_gone_and_nobody_asks_without_one(lab: Lab) -> None:
    row = services.delete(workload=there(lab, "baseten", State.FAILED), by=lab.owner)
    assert blocking.on_connection(row.connection) == ["work (being deleted)"]
    Workload.objects.update(intent="")
    assert blocking.on_connection(row.connection) == []
    Connection.objects.filter(pk=row.connection_id).update(removed_at=row.created_at)
    with pytest.raises(Refused) as caught:
        services.delete(workload=row, by=lab.owner)
    assert caught.value.code == "no_connection"


def test_delete_is_refused_while_it_runs_and_where_there_is_nothing_to_delete(lab: Lab) -> None:
    for row, code in (
        (there(lab, "baseten"), "wrong_state"),
        (there(lab, "otoy", State.FAILED), "not_offered"),
        (services.stop(workload=lab.launch("baseten"), by=lab.owner), "never_sent"),
    ):
        with pytest.raises(Refused) as caught:
            services.delete(workload=row, by=lab.owner)
        assert caught.value.code == code
