"""What is asked before work is ended: the words, what is kept and lost, and the milder way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.test import Client
from django.utils import timezone

from gpuconsole.projects.models import Project
from gpuconsole.workloads import acts, questions
from gpuconsole.workloads.models import Checkpoint, Workload
from gpuconsole.workloads.states import State, Verb
from tests.factories_workloads import Lab


def test_what_does_not_run_yet_is_cancelled_and_what_runs_is_stopped(lab: Lab) -> None:
    now = timezone.now()
    for state, word, action, keep in (
        (State.QUEUED, "Cancel", "Cancel job", "Keep it"),
        (State.RUNNING, "Stop", "Stop job", "Keep running"),
    ):
        job = lab.workload("baseten", state)
        asked = questions.question(job, Verb.STOP, now)
        assert acts.label(job, Verb.STOP) == word
        assert (asked.question, asked.action_label, asked.keep_label) == (f"{word} {job.name}?", action, keep)


def test_stopping_a_job_says_which_checkpoint_is_kept_and_what_is_lost(lab: Lab) -> None:
    job, now = lab.workload("baseten"), timezone.now()
    Project.objects.filter(pk=job.project_id).update(keep_output_days=30)
    job = Workload.objects.get(pk=job.pk)
    at = now - timedelta(minutes=2)
    Checkpoint.objects.create(workload=job, attempt=job.attempt, remote_id="step-42", created_at=at, is_complete=True)
    kept = questions.question(job, Verb.STOP, now).kept
    assert [(part.word, part.note, part.is_lost) for part in kept] == [
        ("Checkpoint step-42", "kept, 2 m ago", False),
        ("Work since that checkpoint", "lost, 2 m", True),
        ("Log and figures here", "kept 30 days", False),
    ]


def test_terminating_offers_to_stop_instead_at_what_the_disks_cost(lab: Lab) -> None:
    instance = lab.workload("novita")
    Workload.objects.filter(pk=instance.pk).update(resting_hourly_price=Decimal("0.01"))
    instance = Workload.objects.get(pk=instance.pk)
    asked = questions.question(instance, Verb.TERMINATE, timezone.now())
    assert asked.other_label == "Stop instead, $0.01 per hour"
    assert asked.other_url == f"/instances/{instance.public_id}/stop/"
    assert asked.type_name == instance.name


def test_a_question_is_a_page_or_a_dialog_and_enter_presses_nothing_in_it(lab: Lab, client: Client) -> None:
    client.force_login(lab.owner)
    url = f"/jobs/{lab.workload('baseten').public_id}/stop/"
    page, dialog = (
        client.get(url, headers=headers).content.decode()
        for headers in ({}, {"HX-Request": "true", "HX-Target": "dialog-body"})
    )
    assert page.startswith("<!doctype html>") and dialog.lstrip().startswith("<form")
    for text in (page, dialog):
        form = text[text.index('class="confirm"') :]
        assert form.index("<button disabled hidden>") < form.index("button-danger-solid")
        assert "autofocus>Keep running</a>" in form
