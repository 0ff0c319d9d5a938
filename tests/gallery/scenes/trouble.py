"""Work that needs a person: guarded, failed, unconfirmed, stopped with everything else, or unknown to the record."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.inventory.models import Finding, FindingKind, FindingState, InventoryReading, Mark
from gpuconsole.notify import news, occasions, webhooks
from gpuconsole.notify.handing_out import hand_out
from gpuconsole.notify.place import Place
from gpuconsole.providers.causes import Cause
from gpuconsole.sync import evidence
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import Halt, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.gallery.entry import HOSTILE, Scene
from tests.gallery.samples import LONG_NAME
from tests.gallery.scenes.common import people, research_lab, sandboxed, scene
from tests.inventory.far import ghost_of, make_finding
from tests.workloads.decisions.test_pages import lost
from tests.workloads.halts import conftest as halting
from tests.workloads.test_failures import OOM, failed, with_log


def guarded() -> Scene:
    """A guarded job that is idle, one whose end is late, a lost one, and a webhook that did not take something."""
    lab, now = research_lab(), timezone.now()
    guards = Guards(stop_at_cost=Decimal(20), idle_after_s=2700)
    idle = lab.workload("baseten", name="vision-finetune-12", stop_after_s=36_000, guards=guards)
    late = lab.workload("baseten", name="asr-large-v4", stop_after_s=36_000)
    gone = lab.workload("cortecs", name="phi-endpoint", stop_after_s=36_000)
    past = now - timedelta(hours=1)
    began = {"state_at": past, "billed_since": past, "created_at": past}
    since = {"idle_since": now - timedelta(minutes=17), "measured_at": now}
    Workload.objects.filter(pk=idle.pk).update(**began, **since)
    asked = {"intent": "end", "intent_at": now - timedelta(minutes=17), "intent_error": "503 Service Unavailable"}
    why = {"reason_code": ReasonCode.DEADLINE, "reason_text": _("Its latest end had come.")}
    Workload.objects.filter(pk=late.pk).update(state=State.STOPPING, intent_tries=19, **asked, **why)
    Workload.objects.filter(pk=gone.pk).update(state=State.LOST, reason_code=ReasonCode.GONE)
    every = [one.slug for one in occasions.CHOICES]
    for place in (Place(lab.team), Place(lab.team, lab.project)):
        webhooks.save(place=place, by=lab.owner, url="https://chat.example.com/hooks/gpu", occasions=every, is_on=True)
    news.tell(occasions.LOST, key=f"k{gone.pk}", subject=gone.name, text="Gone.", workload=gone, now=now)
    hand_out(now)
    at = {"idle": idle, "late": late, "gone": gone}
    return scene(lab, project=lab.project.slug, **{name: row.get_absolute_url() for name, row in at.items()})


def failures() -> Scene:
    """Jobs that failed: out of memory with its line in a long log, without capacity in many words, and alike ones."""
    lab = research_lab()
    for number in range(4):
        failed(lab, name=f"nerf-garden-bundle-{110 + number}")
    steps = [f"step {n}/5400  loss 0.{600 - n:05d}  12.1 it/s" for n in range(120)]
    job = failed(lab, Cause.EXIT_CODE, "Training job failed: start command exited with code 1.", name="llama-sft-r12")
    evidence.look(with_log(job, *steps, "Traceback (most recent call last):", OOM, "Process exited with code 1"))
    job.refresh_from_db()
    wordy = failed(
        lab,
        Cause.NO_CAPACITY,
        _("No capacity: {text}").format(text=HOSTILE + " " + "x" * 480),
        slug="cortecs",
        name="qwen-endpoint",
    )
    at = job.get_absolute_url()
    return scene(lab, job=at, wordy=wordy.get_absolute_url(), line=f"{at}logs/?line={job.evidence['line']}#line")


def unconfirmed() -> Scene:
    """Launches whose answer was lost: with several candidates, with none, and one that is still looked for."""
    lab = research_lab()
    several = lost(lab, "qrxv7dw", "m3kp01z", name="llama3-8b-sft-r13")
    nothing = lost(lab, name="eval-mmlu-nightly")
    looking = lost(lab, code=ReasonCode.UNCONFIRMED, name="sweep-04")
    rows = {"several": several, "nothing": nothing, "looking": looking}
    return scene(lab, **{name: row.get_absolute_url() for name, row in rows.items()})


def about_to_halt() -> Scene:
    """Work of every kind, about to be stopped."""
    found = halting.make_scene()
    lab = found.lab
    lab.team.name = "Research lab"
    lab.team.save()
    launch = lab.workload
    launch("baseten", name="llama3-8b-sft-r13")
    launch("baseten", name=LONG_NAME, by=found.member)
    launch("fireworks", name="eval-mmlu-nightly")
    launch("cortecs", State.STARTING, name="endpoint-phi")
    launch("cortecs", State.QUEUED, name="endpoint-not-up")
    launch("novita", name="notebook-vision-3")
    launch("novita", State.STOPPED, name="notebook-at-rest")
    halting.unanswered(lab.launch("baseten", name="sent-and-no-answer"))
    lab.launch("baseten", name="not-sent-yet")
    Workload.objects.filter(team=lab.team, provider="novita").update(resting_hourly_price="0.02")
    sandboxed(lab)
    halting_scenes[lab.team.pk] = found
    return Scene(lab.team, {**people(lab), "member": found.member})


halting_scenes: dict[int, halting.Scene] = {}
"""By team, for whoever presses the button."""


def pressed(found: halting.Scene) -> Halt:
    """Some confirmed, one that waits, one that the provider does not end, launches held."""
    halt = found.halt(holds_launches=True)
    mine = Workload.objects.filter(team=found.lab.team)
    rows = {row.name: row for row in mine}
    halting.confirmed(rows["eval-mmlu-nightly"])
    halting.confirmed(rows["notebook-vision-3"], State.STOPPED)
    later = timezone.now() + timedelta(seconds=40)
    waits = {"intent_tries": 4, "intent_error": "Answered 503: try again later.", "due_at": later}
    mine.filter(name="llama3-8b-sft-r13").update(**waits)
    mine.filter(name="endpoint-phi").update(intent_tries=6, remote_status="running", due_at=later)
    return halt


def halted() -> Scene:
    """The same after the press, which the provider has confirmed in part."""
    before = about_to_halt()
    report = pressed(halting_scenes[before.team.pk])
    return Scene(before.team, before.people, {"halt": report.public_id})


def findings() -> Scene:
    """A finding of every kind, mark and state."""
    lab = research_lab()
    job, instance = lab.workload("baseten", name="llama3-8b-sft-r12"), lab.workload("cortecs", name="mixtral-serving")
    raw = {"id": "tj-9f3", "name": "gpt-oss-job", "current_status": "TRAINING_JOB_RUNNING", "node_count": 1}
    make_finding(
        job, name="gpt-oss-job", remote=raw, is_estimated=True, token="gc-ab120123456789abcdef", mark="unknown"
    )
    make_finding(job, name=LONG_NAME, hourly_now=None)
    make_finding(instance, name="", mark=Mark.NONE, remote_id="instance-42eb08b9")
    make_finding(job, name=f"x{HOSTILE}", mark=Mark.OTHER, deployment="0the")
    asked = {"end_asked_at": timezone.now(), "end_tries": 3, "end_error": "The provider answered 503."}
    make_finding(job, name="on-its-way-out", state=FindingState.ENDING, asked_by=lab.owner, **asked)
    aside = {"ignored_until": timezone.now() + timedelta(days=9), "ignore_reason": "A demo of the sales team."}
    make_finding(job, name="left-alone", state=FindingState.IGNORED, **aside)
    make_finding(job, name="long-gone", state=FindingState.CLOSED, closed_at=timezone.now(), how_closed="terminated")
    ghost_of(lab.workload("baseten", State.LOST, name="rl-rollout-west-17"))
    differs = [
        {"field": "GPUs", "ours": "2", "theirs": "4"},
        {"field": _("Price"), "ours": "$13.00", "theirs": "$26.00"},
    ]
    make_finding(instance, FindingKind.DRIFT, workload=instance, name=instance.name, differences=differs)
    InventoryReading.objects.create(connection=job.connection, read_at=timezone.now(), listed=214, live=7)
    rows = Finding.objects.filter(team=lab.team)
    at = {row.name: f"/reconcile/{row.public_id}/" for row in rows}
    places = {"stray": "gpt-oss-job", "ghost": "rl-rollout-west-17", "ending": "on-its-way-out", "drift": instance.name}
    connection = lab.connections["baseten"].public_id
    return scene(lab, connection=connection, **{name: at[row] for name, row in places.items()})
