"""What can be done with our own record: another name, another project, a copy, its end."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.providers.remote import LogLine, Sample
from gpuconsole.spend.models import StaleWorkload
from gpuconsole.workloads import logs, metrics, services
from gpuconsole.workloads.limits import use
from gpuconsole.workloads.models import Halt, HaltScope, Intent, Workload
from gpuconsole.workloads.states import State
from tests.factories import make_project, set_budget, set_quota
from tests.factories_workloads import Lab, make_lab, make_user, moved


@pytest.fixture
def other(lab: Lab) -> Project:
    return make_project(lab.team, name="Other", may_never_end=True)


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def change(lab: Lab, row: Workload, project: Project) -> Workload:
    return services.change_project(workload=row, project=project, by=lab.owner)


def refused(lab: Lab, row: Workload, project: Project) -> Refused:
    before = list(row.usage.values_list("project", "ended_at"))
    with pytest.raises(Refused) as no:
        change(lab, row, project)
    row.refresh_from_db()
    assert row.project_id != project.pk and list(row.usage.values_list("project", "ended_at")) == before
    return no.value


def test_a_name_is_changed_here_alone_and_told(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten", name="first")
    page = visitor.get(url := f"/jobs/{job.public_id}/rename/").content.decode()
    assert 'value="first"' in page
    wrong = visitor.post(url, {"name": "x" * 201})
    assert (
        wrong.status_code == 422
        and "at most 200 characters" in wrong.content.decode()
        and "x" * 201 in wrong.content.decode()
    )
    assert visitor.post(url, {"name": " \u2028 "}).status_code == 422
    assert visitor.post(url, {"name": "  second   name "}).status_code == 302
    job.refresh_from_db()
    assert (job.name, job.spec) == ("second name", job.spec)
    [told] = Record.objects.filter(action="workload.rename")
    assert (told.before, told.after) == ({"name": "first"}, {"name": "second name"})
    assert job.events.latest("pk").detail == "It was called first."


def test_what_runs_is_charged_to_another_project_from_now_on(lab: Lab, other: Project) -> None:
    job = lab.workload("baseten")
    began, stale = job.billed_since, StaleWorkload.objects.filter(workload=job).count()
    done = change(lab, job, other)
    assert done.project == other and done.launched_in == lab.project and began is not None
    [before, after] = done.usage.order_by("started_at", "pk")
    assert (before.project, after.project) == (lab.project, other)
    assert before.started_at == began and before.ended_at == after.started_at == done.billed_since
    assert (after.ended_at, after.before_s) == (None, before.billed_s)
    assert StaleWorkload.objects.filter(workload=job).count() == stale + 1
    closed = moved(done, State.SUCCEEDED)
    assert closed.cost_closed == sum((one.cost for one in closed.usage.all() if one.cost), Decimal(0))
    [told] = Record.objects.filter(action="workload.change_project")
    assert (told.before, told.after) == ({"project": lab.project.slug}, {"project": other.slug})


def test_hours_that_were_run_stay_with_the_quota_of_the_project_that_paid(lab: Lab, other: Project) -> None:
    job = lab.workload("baseten")
    quotas = [set_quota(project, "gpu_hours", 1000) for project in (lab.project, other)]
    job = change(lab, moved(job, State.SUCCEEDED), other)
    now = timezone.now()
    used = use.used(quotas, now)
    assert used[quotas[0].pk].amount and not used[quotas[1].pk].amount


def test_the_other_project_has_to_take_it(lab: Lab, other: Project) -> None:
    job = lab.workload("baseten", stop_after_s=3600)
    set_quota(other, "gpus", 1)
    no = refused(lab, job, other)
    assert (no.code, no.field) == ("over_quota", "project")
    other.quotas.all().delete()
    set_budget(other, 1)
    assert refused(lab, job, other).code == "over_budget"
    set_budget(other, 1000)
    Halt.objects.create(
        public_id="hlt_1",
        team=lab.team,
        scope=HaltScope.PROJECT,
        project=other,
        by=lab.owner,
        started_at=timezone.now(),
        holds_launches=True,
    )
    assert refused(lab, job, other).code == "launches_held"
    Halt.objects.all().delete()
    assert change(lab, job, other).project == other


def test_its_connection_has_to_be_open_there_and_an_instance_needs_its_end(lab: Lab, other: Project) -> None:
    machine = lab.workload("cortecs")
    Project.objects.filter(pk=other.pk).update(may_never_end=False)
    assert refused(lab, machine, other).code == "needs_deadline"
    Project.objects.filter(pk=other.pk).update(may_never_end=True)
    connection = Connection.objects.get(pk=machine.connection_id)
    connection.projects.set([lab.project])
    assert refused(lab, machine, other).code == "unknown_connection"
    connection.projects.clear()
    assert change(lab, machine, other).project == other


def test_what_is_on_its_way_stays_until_it_is_confirmed(lab: Lab, other: Project) -> None:
    assert refused(lab, lab.launch("baseten"), other).code == "busy"
    machine = lab.workload("cortecs", State.STOPPED)
    Workload.objects.filter(pk=machine.pk).update(intent=Intent.START)
    assert refused(lab, machine, other).code == "busy"
    Project.objects.filter(pk=other.pk).update(archived_at=timezone.now())
    assert refused(lab, lab.workload("baseten"), other).code == "archived"
    assert refused(lab, lab.workload("baseten"), make_lab("theirs").project).code == "other_team"


def test_a_launch_that_comes_again_finds_what_was_moved(lab: Lab, other: Project) -> None:
    job = lab.workload("baseten", idempotency_key="once")
    there = lab.launch("baseten", project=other, idempotency_key="once")
    change(lab, job, other)
    assert lab.launch("baseten", idempotency_key="once").pk == job.pk
    assert lab.launch("baseten", project=other, idempotency_key="once").pk == there.pk


def test_the_page_offers_projects_that_one_may_launch_in(lab: Lab, other: Project, visitor: Client) -> None:
    job = lab.workload("baseten", State.FAILED)
    url = f"/jobs/{job.public_id}/project/"
    assert f'value="{other.slug}"' in visitor.get(url).content.decode()
    assert visitor.post(url, {"project": "nowhere"}).status_code == 422
    member = make_user(lab.team, project=ProjectRole.ADMIN)
    client = Client()
    client.force_login(member)
    assert "no other project" in client.get(url).content.decode()
    assert client.post(url, {"project": other.slug}).status_code == 422
    assert visitor.post(url, {"project": other.slug}).status_code == 302
    assert client.get(f"/jobs/{job.public_id}/").status_code == 404


def test_a_deleted_record_is_gone_with_its_log_and_its_cost_stays(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten", name="secret-plan", labels=["x"])
    logs.append(job, [LogLine(None, "one")])
    metrics.append(job, [Sample(timezone.now(), "gpu_utilization", "GPU 0", 0.5)])
    with pytest.raises(Refused):
        services.delete_record(workload=job, by=lab.owner)
    job = moved(job, State.FAILED)
    url, cost = f"/jobs/{job.public_id}/delete-record/", job.cost_closed
    assert visitor.post(url, {"confirm_name": "other"}).status_code == 422
    assert visitor.post(url, {"confirm_name": "secret-plan"}).status_code == 302
    for path in ("", "logs/", "log.txt", "spec.json", "record.json"):
        assert visitor.get(f"/jobs/{job.public_id}/{path}").status_code == 404
    assert "secret-plan" not in visitor.get("/jobs/").content.decode().partition("toast")[0]
    job.refresh_from_db()
    kept = (job.log_chunks, job.metric_samples, job.events)
    assert not any(one.exists() for one in kept)
    assert (job.spec, job.request, job.labels, job.log_size, job.is_output_complete) == ({}, {}, [], 0, True)
    assert job.usage.exists() and job.cost_closed == cost
    assert Record.objects.filter(action="workload.delete_record", target_id=job.public_id).exists()
    assert not logs.append(job, [LogLine(None, "late")])


def test_the_record_is_a_file_with_events_and_bill(lab: Lab, visitor: Client) -> None:
    job = moved(lab.workload("baseten", name="kept"), State.SUCCEEDED)
    answer = visitor.get(f"/jobs/{job.public_id}/record.json")
    found = json.loads(answer.content)
    assert answer["Content-Disposition"].endswith(f'{job.public_id}-record.json"')
    assert (found["workload"]["name"], found["events"][-1]["text"]) == ("kept", "Submitted")
    assert found["bill"]["stretches"] and found["activity"][-1]["did"] == "workload.launch"
