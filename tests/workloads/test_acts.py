"""Stop, terminate, start, restart and retry: a wish is written once, and the provider's word ends it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.catalog.models import Offer
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Project
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Event, EventKind, Intent, Workload
from gpuconsole.workloads.states import VERBS, Kind, Reason, ReasonCode, State, Verb
from tests.factories import set_budget, set_quota
from tests.factories_workloads import Lab, make_lab, moved, sent
from tests.workloads.test_launch import at_once


def test_stopping_a_job_asks_for_its_end_and_waits_for_the_provider(lab: Lab) -> None:
    job = services.stop(workload=lab.workload("baseten"), by=lab.owner)
    assert (job.state, job.intent, job.intent_by) == (State.STOPPING, Intent.END, lab.owner)
    assert job.due_at == job.intent_at is not None
    assert job.billed_since is not None
    assert job.reason_code == ReasonCode.STOPPED_BY_PERSON


def test_stopping_an_instance_puts_it_to_rest(lab: Lab) -> None:
    assert services.stop(workload=lab.workload("cortecs"), by=lab.owner).intent == Intent.STOP


def test_a_guard_stops_with_its_own_reason(lab: Lab) -> None:
    reason = Reason(ReasonCode.DEADLINE, "Stopped after 1 h")
    job = services.stop(workload=lab.workload("baseten"), by=None, reason=reason)
    assert (job.reason_code, job.reason_text, job.intent_by) == (ReasonCode.DEADLINE, "Stopped after 1 h", None)


def test_what_was_never_sent_is_cancelled_at_once(lab: Lab) -> None:
    job = services.stop(workload=lab.launch("baseten"), by=lab.owner)
    assert (job.state, job.reason_code) == (State.CANCELLED, ReasonCode.NEVER_SENT)
    assert (job.intent, job.due_at, job.reserved) == (Intent.NONE, None, None)


def test_the_stop_of_a_launch_without_an_answer_is_remembered(lab: Lab) -> None:
    job = lab.launch("baseten")
    Workload.objects.update(sending_at=timezone.now())
    job = services.stop(workload=job, by=lab.owner)
    assert (job.state, job.intent, job.remote_id) == (State.STOPPING, Intent.END, "")
    assert job.sending_at is not None


def test_a_second_press_changes_nothing(lab: Lab) -> None:
    job = services.stop(workload=lab.workload("baseten"), by=lab.owner)
    again = services.stop(workload=job, by=lab.owner)
    assert (again.intent_at, again.events.count()) == (job.intent_at, job.events.count())
    assert Record.objects.filter(action="workload.stop").count() == 1


def test_a_second_press_ends_the_wait_for_the_next_try(lab: Lab) -> None:
    job = services.stop(workload=lab.workload("baseten"), by=lab.owner)
    Workload.objects.update(due_at=timezone.now() + timedelta(minutes=10))
    assert services.stop(workload=job, by=lab.owner).due_at < timezone.now()  # type: ignore[operator]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_sent", [True, False])
def test_twenty_presses_at_once_have_one_effect(is_sent: bool) -> None:
    lab = make_lab()
    job = lab.workload("baseten") if is_sent else lab.launch("baseten")
    before = job.events.count()
    at_once(20, lambda: services.stop(workload=job, by=lab.owner).state)
    assert Event.objects.filter(workload=job).count() == before + 1
    assert Record.objects.filter(action="workload.stop").count() == 1


def test_a_running_instance_is_terminated(lab: Lab) -> None:
    job = services.terminate(workload=lab.workload("cortecs"), by=lab.owner)
    assert (job.state, job.intent) == (State.STOPPING, Intent.END)


def test_an_instance_that_is_being_stopped_can_still_be_terminated(lab: Lab) -> None:
    instance = services.stop(workload=lab.workload("cortecs"), by=lab.owner)
    instance = services.terminate(workload=instance, by=lab.owner)
    assert (instance.state, instance.intent) == (State.STOPPING, Intent.END)
    assert services.stop(workload=instance, by=lab.owner).intent == Intent.END


def test_an_instance_at_rest_is_started_by_a_wish_alone(lab: Lab) -> None:
    instance = services.start(workload=lab.workload("cortecs", State.STOPPED), by=lab.owner)
    assert (instance.state, instance.intent) == (State.STOPPED, Intent.START)
    assert instance.events.order_by("-id")[0].kind == EventKind.INTENT


def test_a_start_asks_the_quota_again(lab: Lab) -> None:
    instance = lab.workload("cortecs", State.STOPPED)
    set_quota(lab.project, "gpus", 2)
    lab.launch("cortecs")
    with pytest.raises(Refused) as refusal:
        services.start(workload=instance, by=lab.owner)
    assert refusal.value.code == "over_quota"


def test_a_start_gives_the_instance_its_time_anew(lab: Lab) -> None:
    instance = lab.workload("cortecs", State.STOPPED, stop_after_s=3600)
    Workload.objects.update(ends_by=timezone.now() - timedelta(hours=5))
    started = services.start(workload=instance, by=lab.owner)
    assert started.ends_by == started.intent_at + timedelta(hours=1)  # type: ignore[operator]
    assert f"{started.ends_by:%F %H:%M}" in started.events.order_by("-id")[0].detail
    assert Workload.objects.get().ends_by == started.ends_by


def test_a_start_keeps_a_later_end_and_none(lab: Lab) -> None:
    later, never = (lab.workload("cortecs", State.STOPPED, stop_after_s=asked) for asked in (3600, None))
    ends_by = timezone.now() + timedelta(days=2)
    Workload.objects.filter(pk=later.pk).update(ends_by=ends_by)
    assert services.start(workload=later, by=lab.owner).ends_by == ends_by
    assert services.start(workload=never, by=lab.owner).ends_by is None


def test_a_start_reserves_what_its_new_time_can_cost_at_the_frozen_price(lab: Lab) -> None:
    set_budget(lab.project, 30, "EUR")
    instance = lab.workload("cortecs", State.STOPPED, stop_after_s=3600)
    Offer.objects.filter(connection=instance.connection).update(hourly_price=5)
    started = services.start(workload=instance, by=lab.owner)
    assert started.reserved == started.cost_closed + Decimal("2.4")


def test_a_start_that_the_budget_cannot_bear_is_refused_and_renews_nothing(lab: Lab) -> None:
    instance = lab.workload("cortecs", State.STOPPED, stop_after_s=3600)
    set_budget(lab.project, 2, "EUR")
    with pytest.raises(Refused) as refusal:
        services.start(workload=instance, by=lab.owner)
    assert refusal.value.code == "over_budget"
    assert Workload.objects.get().ends_by == instance.ends_by


def test_a_start_takes_the_time_that_the_project_gives_now(lab: Lab) -> None:
    instance = lab.workload("cortecs", State.STOPPED)
    Project.objects.update(default_stop_after_s=600)
    started = services.start(workload=instance, by=lab.owner)
    assert started.stop_after_s == 600
    assert started.ends_by == started.intent_at + timedelta(seconds=600)  # type: ignore[operator]


def test_a_pending_start_holds_quota(lab: Lab) -> None:
    set_quota(lab.project, "gpus", 2)
    services.start(workload=lab.workload("cortecs", State.STOPPED), by=lab.owner)
    with pytest.raises(Refused):
        lab.launch("cortecs")


def test_a_restart_is_a_wish_and_pending_once(lab: Lab) -> None:
    instance = services.restart(workload=lab.workload("cortecs"), by=lab.owner)
    services.restart(workload=instance, by=lab.owner)
    assert (instance.state, instance.intent) == (State.RUNNING, Intent.RESTART)
    assert instance.events.filter(kind=EventKind.INTENT).count() == 1


@pytest.mark.parametrize(
    ("slug", "state", "verb"),
    [
        ("baseten", State.SUCCEEDED, Verb.STOP),
        ("baseten", State.RUNNING, Verb.RETRY),
        ("baseten", State.RUNNING, Verb.RESTART),
        ("cortecs", State.RUNNING, Verb.START),
        ("cortecs", State.STOPPED, Verb.RESTART),
        ("cortecs", State.FAILED, Verb.TERMINATE),
        ("cortecs", State.RUNNING, Verb.RETRY),
    ],
)
def test_a_verb_that_makes_no_sense_is_refused(lab: Lab, slug: str, state: State, verb: Verb) -> None:
    workload = lab.workload(slug, state)
    assert state not in VERBS[Kind(workload.kind)].get(verb, ())
    with pytest.raises(Refused, match=str(verb.label)):
        services.VERBS[verb](workload=workload, by=lab.owner)
    workload.refresh_from_db()
    assert (workload.state, workload.intent) == (state, Intent.NONE)


def test_a_retry_at_a_provider_that_offers_it_is_another_attempt(lab: Lab) -> None:
    job = lab.workload("baseten", State.FAILED, stop_after_s=3600)
    again = services.retry(workload=job, by=lab.owner)
    assert (again.pk, again.attempt, again.state, again.intent) == (job.pk, 2, State.SUBMITTING, Intent.RETRY)
    assert again.token != job.token
    assert (again.sending_at, again.remote_id) == (None, job.remote_id)
    assert again.reserved == Decimal(13)
    assert again.ends_by > job.ends_by  # type: ignore[operator]
    assert services.retry(workload=job, by=lab.owner).attempt == 2


def test_a_retry_of_what_was_never_sent_is_a_new_workload_under_the_next_name(lab: Lab) -> None:
    job = services.stop(workload=lab.launch("baseten", name="sft-r12"), by=lab.owner)
    again = services.retry(workload=job, by=lab.owner)
    assert (again.retry_of, again.name, again.state) == (job, "sft-r13", State.SUBMITTING)
    assert again.spec["training_job"]["name"] == "sft-r13"
    assert services.retry(workload=job, by=lab.owner) == again


def test_a_retry_asks_the_quota_again(lab: Lab) -> None:
    job = lab.workload("baseten", State.FAILED)
    set_quota(lab.project, "gpus", 1)
    with pytest.raises(Refused):
        services.retry(workload=job, by=lab.owner)


def test_a_retry_before_it_was_sent_can_be_cancelled(lab: Lab) -> None:
    job = services.retry(workload=lab.workload("baseten", State.FAILED), by=lab.owner)
    job = services.stop(workload=job, by=lab.owner)
    assert (job.state, job.intent, job.attempt) == (State.CANCELLED, Intent.NONE, 2)


def test_a_clone_fills_the_form_and_writes_nothing(lab: Lab) -> None:
    job = lab.workload("baseten", State.SUCCEEDED, name="sft", labels=["a"], stop_after_s=600)
    lab.launch("baseten", name="sft-2")
    clone = services.clone(job)
    assert (clone.name, clone.labels, clone.stop_after_s, clone.connection) == ("sft-3", ("a",), 600, job.connection)
    assert clone.spec["training_job"]["name"] == "sft-3"
    assert clone.spec["training_job"]["compute"] == job.spec["training_job"]["compute"]
    assert Workload.objects.count() == 2


def test_every_act_leaves_an_audit_record(lab: Lab) -> None:
    services.stop(workload=moved(sent(lab.launch()), State.RUNNING), by=lab.owner)
    record = Record.objects.get(action="workload.stop")
    assert (record.before, record.after) == ({"state": "running"}, {"state": "stopping"})
