"""Acting on many: the question names what is left out, and what was confirmed is done with the rest."""

from __future__ import annotations

import pytest
from django.test import Client

from gpuconsole.audit.models import Record
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_user


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def ids(*rows: Workload) -> list[str]:
    return [row.public_id for row in rows]


def states(*rows: Workload) -> list[str]:
    return [Workload.objects.get(pk=row.pk).state for row in rows]


def test_stop_asks_tells_what_is_left_out_and_stops_the_rest(lab: Lab, visitor: Client) -> None:
    runs, done = lab.workload("baseten", name="runs"), lab.workload("baseten", State.SUCCEEDED, name="done")
    press = {"act": "stop", "pick": ids(runs, done), "query": "q=runs"}
    asked = visitor.post("/jobs/bulk/", press).content.decode()
    assert "Stop 1 job?" in asked and "Together $13.00 per hour." in asked and "1 left out" in asked
    assert "Stop makes no sense while done is succeeded" in asked
    assert states(runs) == [State.RUNNING]
    answer = visitor.post("/jobs/bulk/", {**press, "confirmed": "1"})
    assert answer.url == "/jobs/?q=runs"  # type: ignore[attr-defined]
    assert states(runs, done) == [State.STOPPING, State.SUCCEEDED]
    assert Record.objects.get(action="workload.stop_many").after == {"workloads": ids(runs)}
    again = visitor.post("/jobs/bulk/", press).content.decode()
    assert "None of 2 jobs can be stopped" in again and "asked for already" in again


def test_all_that_match_are_taken_and_nothing_of_the_rest(lab: Lab, visitor: Client) -> None:
    rows = [lab.workload("baseten", name=f"sweep-{number}") for number in range(3)]
    other = lab.workload("baseten", name="other")
    visitor.post("/jobs/bulk/", {"act": "stop", "all": "1", "query": "q=sweep", "confirmed": "1"})
    assert states(*rows, other) == [State.STOPPING] * 3 + [State.RUNNING]


def test_terminate_wants_to_be_typed_and_start_asks_each(lab: Lab, visitor: Client) -> None:
    runs, off = lab.workload("novita", name="runs"), lab.workload("novita", State.STOPPED, name="off")
    press = {"act": "terminate", "pick": ids(runs, off), "query": "", "confirmed": "1"}
    refused = visitor.post("/instances/bulk/", press)
    assert refused.status_code == 422 and "Type terminate 2" in refused.content.decode()
    visitor.post("/instances/bulk/", {"act": "start", "pick": ids(runs, off), "confirmed": "1"})
    assert Workload.objects.get(pk=off.pk).intent == Intent.START
    visitor.post("/instances/bulk/", {**press, "confirm_name": "terminate 2"})
    assert {row.intent for row in Workload.objects.all()} == {Intent.END}


def test_labels_are_put_on_and_taken_off_many(lab: Lab, visitor: Client) -> None:
    rows = [lab.workload("baseten", labels=["old"]) for _ in range(2)]
    press = {"act": "label", "pick": ids(*rows), "query": ""}
    assert 'name="remove" value="old"' in visitor.post("/jobs/bulk/", press).content.decode()
    wrong = visitor.post("/jobs/bulk/", {**press, "confirmed": "1", "labels": "x" * 70})
    assert wrong.status_code == 422 and "x" * 70 in wrong.content.decode()
    visitor.post("/jobs/bulk/", {**press, "confirmed": "1", "labels": "new", "remove": "old"})
    assert [row.labels for row in Workload.objects.all()] == [["new"], ["new"]]


def test_clones_are_launched_once_for_the_amount_that_was_told(lab: Lab, visitor: Client) -> None:
    rows = [lab.workload("baseten", State.SUCCEEDED, name="sft-r1", stop_after_s=3600) for _ in range(2)]
    press = {"act": "clone", "pick": ids(*rows), "query": ""}
    asked = visitor.post("/jobs/bulk/", press).content.decode()
    assert "Launch 2 jobs for up to $26.00?" in asked and "at most $13.00" in asked
    for _ in range(2):
        visitor.post("/jobs/bulk/", {**press, "confirmed": "1", "key": "k" * 20})
    names = list(Workload.objects.order_by("-pk").values_list("name", flat=True))
    assert len(names) == 4 and set(names[:2]) == {"sft-r2", "sft-r3"}


def test_work_of_others_is_left_out_and_unknown_buttons_do_nothing(lab: Lab) -> None:
    row, member, client = lab.workload("baseten"), make_user(lab.team, project=ProjectRole.MEMBER), Client()
    client.force_login(member)
    client.post("/jobs/bulk/", {"act": "stop", "pick": ids(row), "confirmed": "1"})
    client.post("/jobs/bulk/", {"act": "burn", "pick": ids(row), "confirmed": "1"})
    assert client.post("/jobs/bulk/", {"act": "stop"}).status_code == 302
    assert states(row) == [State.RUNNING]
