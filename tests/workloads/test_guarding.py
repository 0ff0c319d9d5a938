"""Guards as launch settings: what may be asked for, what it can cost then, how they are changed while it runs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads import guarding, guards, services
from gpuconsole.workloads.estimates import Estimate, estimate
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import QueueThen, Workload
from gpuconsole.workloads.states import State
from tests.factories import set_budget
from tests.factories_workloads import Lab, make_spec, moved

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def at_cost(amount: str) -> Guards:
    return Guards(stop_at_cost=Decimal(amount))


def figures(lab: Lab, slug: str = "baseten", stop_after_s: int | None = 3600, **asked: object) -> Estimate:
    return estimate(
        project=lab.project,
        connection=lab.connections[slug],
        spec=make_spec(slug),
        owner=lab.owner,
        stop_after_s=stop_after_s,
        **asked,  # type: ignore[arg-type]
    )


def most(found: Estimate) -> Decimal | None:
    return found.upper.amount if found.upper else None


def test_the_most_it_can_cost_is_the_lower_of_both(lab: Lab) -> None:
    whole = most(figures(lab))
    assert whole == pytest.approx(Decimal(13), abs=Decimal("0.3"))
    assert most(figures(lab, guards=at_cost("6.5"))) == pytest.approx(Decimal("6.5"), abs=Decimal("0.22"))
    assert most(figures(lab, guards=at_cost("100"))) == whole
    assert most(figures(lab, stop_after_s=None, guards=at_cost("100"))) == pytest.approx(100, abs=Decimal("0.22"))


@pytest.mark.parametrize(
    ("limit", "rounding", "reached"),
    [("3", "hour", "4"), ("4", "hour", "4"), ("3", "second", "3"), ("3", "exact", "3")],
)
def test_a_provider_that_bills_hours_goes_over_it_by_what_is_left_of_one(
    limit: str, rounding: str, reached: str
) -> None:
    assert guarding.reached_at(Decimal(limit), Decimal(2), rounding) == Decimal(reached)


def test_a_budget_that_the_time_alone_would_break_has_room_for_the_cost(lab: Lab) -> None:
    set_budget(lab.project, 10)
    with pytest.raises(Refused):
        lab.launch("baseten", stop_after_s=36_000)
    job = lab.launch("baseten", stop_after_s=36_000, guards=at_cost("8"))
    assert job.reserved is not None and job.reserved < 9


def test_a_cost_is_refused_where_nobody_knows_the_price(lab: Lab) -> None:
    with pytest.raises(Refused, match="price is not known, so a cost can't be held") as refusal:
        lab.launch("fireworks", guards=at_cost("5"))
    assert (refusal.value.code, refusal.value.field) == ("not_priced", "guards.stop_at_cost")


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_idleness_is_offered_where_it_is_measured_and_else_it_is_said(lab: Lab, slug: str) -> None:
    provider = registry.get(slug)
    why = guarding.no_idle(provider)
    fields = guards.rails(slug).model_fields["guards"].annotation.model_fields  # type: ignore[union-attr]
    assert ("idle_after_s" in fields) == (not why)
    assert (provider.name in guards.sections(slug)[0].help) == bool(why)
    found = figures(lab, slug, guards=Guards(idle_after_s=600))
    assert any(check.code == "not_offered" for check in found.blocking) == bool(why)


def test_a_launch_with_the_same_key_and_other_guards_is_another(lab: Lab) -> None:
    first = lab.launch("baseten", idempotency_key="k", guards=at_cost("5"))
    assert lab.launch("baseten", idempotency_key="k", guards=at_cost("5")).pk == first.pk
    with pytest.raises(Refused, match="another launch"):
        lab.launch("baseten", idempotency_key="k", guards=at_cost("6"))


def test_what_is_kept_is_read_again_as_it_was_said() -> None:
    said = Guards(stop_at_cost=Decimal("2.5"), idle_after_s=600, idle_percent=7, queue_limit_s=60, queue_then="cancel")
    said = replace(said, tell_me="ended")
    assert Guards.read(said.said) == said
    odd = {"stop_at_cost": "much", "idle_after_s": True, "queue_then": "dance", "tell_me": 7}
    assert Guards.read(odd) == guarding.NONE
    assert guarding.NONE.said == {}


def test_a_clone_and_a_retry_keep_them(lab: Lab) -> None:
    own = Guards(queue_limit_s=600, queue_then=QueueThen.CANCEL)
    job = lab.workload("otoy", State.FAILED, guards=own)
    assert services.clone(job).guards == own
    again = services.retry(workload=job, by=lab.owner)
    assert again.pk != job.pk
    assert Guards.of(again) == own


def test_a_higher_cost_asks_the_budget_and_a_lower_one_gives_money_back(lab: Lab) -> None:
    job = lab.workload("baseten", stop_after_s=36_000, guards=at_cost("8"))
    set_budget(lab.project, 20)
    with pytest.raises(Refused, match="are left this month") as refusal:
        services.guard(workload=job, by=lab.owner, stop_at_cost=Decimal(40))
    assert refusal.value.code == "over_budget"
    done = services.guard(workload=job, by=lab.owner, stop_at_cost=Decimal(15))
    assert done.reserved is not None and done.reserved < Decimal("15.3")
    set_budget(lab.project, 1)
    done = services.guard(workload=job, by=lab.owner, stop_at_cost=Decimal(5))
    assert done.reserved is not None and done.reserved < Decimal("5.3")
    record = Record.objects.filter(action="workload.guard").latest("pk")
    assert (record.before["stop_at_cost"], record.after["stop_at_cost"]) == ("15.000000", "5")
    assert job.events.latest("id").detail.startswith("Stopped at $5.00.")


def test_what_is_not_said_stays_and_what_says_the_same_writes_nothing(lab: Lab) -> None:
    job = lab.workload("baseten", guards=Guards(stop_at_cost=Decimal(5), idle_after_s=600))
    done = services.guard(workload=job, by=lab.owner, idle_after_s=None)
    assert Guards.of(done) == Guards(stop_at_cost=Decimal(5))
    events = job.events.count()
    services.guard(workload=job, by=lab.owner, stop_at_cost=Decimal(5))
    assert job.events.count() == events


def test_a_cost_that_is_reached_already_is_refused(lab: Lab) -> None:
    job = lab.workload("baseten")
    Workload.objects.update(cost_closed=Decimal(7))
    with pytest.raises(Refused, match=r"It has cost \$7.*already"):
        services.guard(workload=job, by=lab.owner, stop_at_cost=Decimal(6))


def test_work_that_has_ended_has_nothing_to_guard(lab: Lab) -> None:
    job = lab.workload("baseten", State.SUCCEEDED)
    with pytest.raises(Refused, match="nothing left to guard"):
        services.guard(workload=job, by=lab.owner, stop_at_cost=Decimal(6))


def test_a_machine_whose_cost_is_used_up_is_not_started_until_it_may_cost_more(lab: Lab) -> None:
    machine = lab.workload("cortecs", State.STOPPED, guards=at_cost("5"))
    Workload.objects.update(cost_closed=Decimal(5))
    with pytest.raises(Refused, match="Raise Stop at cost first") as refusal:
        services.start(workload=machine, by=lab.owner)
    assert refusal.value.code == "cost_used_up"
    services.guard(workload=machine, by=lab.owner, stop_at_cost=Decimal(8))
    assert services.start(workload=machine, by=lab.owner).intent == "start"


def test_a_retry_of_what_used_up_its_cost_is_work_of_its_own(lab: Lab) -> None:
    job = lab.workload("baseten", State.FAILED, guards=at_cost("5"))
    Workload.objects.update(cost_closed=Decimal(5))
    again = services.retry(workload=job, by=lab.owner)
    assert (again.pk != job.pk, again.retry_of, again.cost_closed) == (True, job, 0)


def test_no_path_leads_around_the_latest_end(lab: Lab) -> None:
    """A launch, a preset's or a clone's, a retry, a start and a change all have one where the project wants one."""
    machine = lab.workload("cortecs", State.STOPPED)
    failed = lab.workload("baseten", State.FAILED)
    assert (machine.ends_by, failed.ends_by) == (None, None)
    Project.objects.update(may_never_end=False)
    for act in (
        lambda: lab.launch("cortecs", project=Project.objects.get()),
        lambda: services.start(workload=Workload.objects.get(pk=machine.pk), by=lab.owner),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "needs_deadline"
    running = moved(Workload.objects.get(pk=machine.pk), State.RUNNING)
    with pytest.raises(Refused, match="has a latest end"):
        services.extend(workload=running, by=lab.owner, ends_by=None)
    Project.objects.update(default_stop_after_s=7200)
    for done in (
        lab.launch("cortecs", project=Project.objects.get()),
        services.retry(workload=Workload.objects.get(pk=failed.pk), by=lab.owner),
    ):
        assert done.ends_by is not None
        assert done.ends_by - timezone.now() == pytest.approx(timedelta(hours=2), abs=timedelta(minutes=1))


def signed_in(client: Client, lab: Lab) -> Client:
    client.force_login(lab.owner, backend=BACKEND)
    return client


def test_the_page_changes_what_is_posted_and_one_press_raises_the_cost(lab: Lab, client: Client) -> None:
    job = lab.workload("baseten", guards=Guards(stop_at_cost=Decimal(5), idle_after_s=600))
    url = f"/jobs/{job.public_id}/"
    page = signed_in(client, lab).get(url).content.decode()
    assert "Raise to $10.00" in page
    assert "Only of trouble" in page
    assert client.post(f"{url}guards/", {"stop_at_cost": "10"}).status_code == 302
    assert client.post(f"{url}guards/", {"tell_me": "failed"}).status_code == 302
    job.refresh_from_db()
    assert Guards.of(job) == Guards(stop_at_cost=Decimal(10), idle_after_s=600, tell_me="failed")
    assert job.events.filter(text="Guards changed", detail__contains="Told: when it fails.").exists()
    assert (
        client.post(f"{url}guards/", {"stop_at_cost": "", "idle_after_min": "45", "idle_percent": "7"}).status_code
        == 302
    )
    job.refresh_from_db()
    assert Guards.of(job) == Guards(idle_after_s=2700, idle_percent=7, tell_me="failed")


def test_the_page_says_beside_the_field_what_is_wrong(lab: Lab, client: Client) -> None:
    job = lab.workload("baseten", guards=at_cost("5"))
    Workload.objects.update(cost_closed=Decimal(7))
    url = f"/jobs/{job.public_id}/guards/"
    answer = signed_in(client, lab).post(url, {"stop_at_cost": "6", "idle_after_min": "1", "idle_percent": "5"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["idle_after_min"]
    answer = client.post(url, {"stop_at_cost": "6"})
    assert "already. Stop it to end it now" in answer.context["form"].errors["stop_at_cost"][0]


def test_a_machine_without_metrics_says_so_on_its_card(lab: Lab, client: Client) -> None:
    machine = lab.workload("cortecs", guards=Guards(queue_limit_s=600, queue_then=QueueThen.CANCEL))
    page = signed_in(client, lab).get(f"/instances/{machine.public_id}/").content.decode()
    assert "Cortecs offers no metrics" in page
    assert "Stop at cost" in page
