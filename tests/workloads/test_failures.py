"""Why work ended badly: on its page, in lists, in the API; with evidence, advice, and what is alike."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers.causes import Cause
from gpuconsole.providers.remote import LogLine
from gpuconsole.sync import evidence, reasons
from gpuconsole.workloads import causes, failures, logs
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, Source, State
from tests.factories_workloads import Lab, make_user, moved, sent

OOM = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB"


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def failed(lab: Lab, cause: Cause = Cause.GPU_MEMORY, said: str = OOM, slug: str = "baseten", **asked: str) -> Workload:
    """Failed by the provider's message."""
    reason = reasons.of(cause, said, reasons.said(said, Source.MESSAGE))
    return moved(sent(lab.launch(slug, **asked)), State.FAILED, reason=reason)


def with_log(row: Workload, *lines: str) -> Workload:
    logs.append(row, [LogLine(None, line) for line in lines])
    Workload.objects.filter(pk=row.pk).update(is_log_complete=True, is_output_complete=True)
    row.refresh_from_db()
    return row


def test_the_page_says_cause_fault_evidence_and_what_to_do(lab: Lab, visitor: Client) -> None:
    job = failed(lab)
    html = visitor.get(job.get_absolute_url()).content.decode()
    card = html[html.index('id="failure"') :].split("</section>")[0]
    assert "Out of GPU memory" in card and OOM in card
    assert str(Fault.YOU.label) in card and "compute.accelerator.count" in card
    assert "likely to end the same way" in card
    assert card.index("Clone with changes") < card.index("Retry")
    assert "first seen" in card
    assert '<a href="/jobs/">Jobs</a>' in html  # the way back, above the card
    assert "Out of GPU memory." not in html.split('id="failure"')[0]  # once on this page


def test_other_tabs_say_it_in_a_line(lab: Lab, visitor: Client) -> None:
    html = visitor.get(f"{failed(lab).get_absolute_url()}spec/").content.decode()
    assert "Out of GPU memory." in html and 'id="failure"' not in html


def test_work_that_did_not_fail_has_no_card(lab: Lab, visitor: Client) -> None:
    for state in (State.RUNNING, State.SUCCEEDED):
        html = visitor.get(lab.workload("baseten", state).get_absolute_url()).content.decode()
        assert re.search(r'<section class="card" id="failure" hidden', html)


def test_a_viewer_sees_the_card_and_no_button(lab: Lab) -> None:
    person = make_user(lab.team, project=ProjectRole.VIEWER)
    client = Client()
    client.force_login(person)
    html = client.get(failed(lab).get_absolute_url()).content.decode()
    assert "Out of GPU memory" in html and "Clone with changes" not in html and "/retry/" not in html


def test_a_log_makes_a_vague_cause_finer_and_never_the_other_way(lab: Lab) -> None:
    job = failed(lab, Cause.EXIT_CODE, "start command exited with code 1 on node 0.")
    evidence.look(with_log(job, "epoch 1", OOM, "Process exited with code 1"))
    job.refresh_from_db()
    assert (job.reason_code, job.reason_text) == (ReasonCode.GPU_MEMORY, OOM)
    assert (job.evidence["line"], job.evidence["offset"], job.evidence["exit_code"]) == (2, len("-\t\t\tepoch 1\n"), 1)
    before = job.events.count()
    evidence.look(with_log(job, "ModuleNotFoundError: No module named 'x'"))
    job.refresh_from_db()
    assert (job.reason_code, job.events.count()) == (ReasonCode.GPU_MEMORY, before)


def test_an_exit_code_in_a_log_does_not_hide_what_the_provider_says_of_itself(lab: Lab) -> None:
    job = failed(lab, Cause.PROVIDER_FAILURE, "internal error")
    evidence.look(with_log(job, "ValueError: x", "exited with code 1"))
    job.refresh_from_db()
    assert job.reason_code == ReasonCode.PROVIDER_FAILURE


def test_the_link_of_the_evidence_opens_the_log_at_the_line(lab: Lab, visitor: Client) -> None:
    job = with_log(failed(lab, Cause.EXIT_CODE, "exited with code 1"), *(f"line {n}" for n in range(9000)), OOM, "bye")
    evidence.look(job)
    link = re.search(r'href="([^"]*/logs/\?line=\d+#L\d+)"', visitor.get(job.get_absolute_url()).content.decode())
    assert link
    html = visitor.get(link[1].partition("#")[0]).content.decode()
    marked = re.search(
        r'is-asked" id="L9001"><a class="log-n"[^>]*>(\d+)</a>.*?<span class="log-text">(torch[^<]*)', html
    )
    assert marked and marked.groups() == ("9001", OOM)
    assert "Newest lines" in html
    Workload.objects.filter(pk=job.pk).update(output_forgotten_at=timezone.now())
    forgotten = visitor.get(job.get_absolute_url()).content.decode()
    assert OOM in forgotten and "?line=" not in forgotten


def test_similar_failures_are_counted_for_thirty_days_with_one_query(lab: Lab) -> None:
    job, now = failed(lab), timezone.now()
    others = [failed(lab, name=f"other-{n}") for n in range(4)]
    failed(lab, Cause.NO_DATA, "not found")
    long_ago = now - timedelta(days=40)
    Workload.objects.filter(pk=others[0].pk).update(state_at=long_ago, created_at=long_ago)
    with CaptureQueriesContext(connection) as queries:
        found = failures.of(job, now)
    assert found is not None and len(queries) == 1
    assert (found.alike.count, found.alike.first_seen) == (3, long_ago)
    assert [one.name for one in found.alike.latest] == ["other-3", "other-2", "other-1"]


def test_the_first_of_its_kind_is_seen_now(lab: Lab) -> None:
    job = failed(lab)
    found = failures.of(job, timezone.now())
    assert found is not None
    assert (found.alike.count, found.alike.first_seen) == (0, job.state_at)


def test_what_was_asked_for_is_no_failure(lab: Lab) -> None:
    asked = Reason(ReasonCode.STOPPED_BY_PERSON, "Stopped by Rita")
    job = moved(sent(lab.launch("baseten")), State.CANCELLED, reason=asked)
    assert failures.of(job, timezone.now()) is None
    assert causes.word(job) == ""


def test_what_a_rule_of_ours_ended_is_told_with_what_to_do(lab: Lab) -> None:
    job = moved(sent(lab.launch("baseten")), State.CANCELLED, reason=Reason(ReasonCode.DEADLINE, "Its end had come."))
    found = failures.of(job, timezone.now())
    assert found is not None
    assert (found.fault, found.evidence, found.text) == (Fault.NOBODY, {}, "Its end had come.")


def test_a_list_shows_the_cause_and_is_narrowed_by_it(lab: Lab, visitor: Client) -> None:
    failed(lab, name="too-large")
    failed(lab, Cause.NO_DATA, "not found", name="no-file")
    page = visitor.get("/jobs/").content.decode()
    assert '<span class="sub">GPU memory</span>' in page and '<span class="sub">data not found</span>' in page
    narrowed = visitor.get("/jobs/?cause=gpu_memory").content.decode()
    assert "too-large" in narrowed and "no-file" not in narrowed
    assert "Clear the filter Cause" in narrowed
    assert "no-file" in visitor.get("/jobs/?cause=nonsense").content.decode()


def test_both_questions_go_along_an_index(lab: Lab) -> None:
    job = failed(lab)
    rows = Workload.objects.filter(project=lab.project, reason_code=job.reason_code, state__in=["failed", "stopped"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert "workload_cause" in rows.order_by("-state_at").explain()
    team = Workload.objects.filter(team=lab.team, reason_code=job.reason_code)
    assert "workload_team_cause" in team.order_by("-id").explain()
