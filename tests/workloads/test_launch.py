"""Launches: written down whole in one transaction, once a key, and refused with plain words."""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import pytest
from django.db import connection as database
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.audit.models import Record
from gpuconsole.catalog.models import Offer
from gpuconsole.catalog.sanity import Doubt
from gpuconsole.connections.models import Connection
from gpuconsole.core import redis
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import ExchangeRate, Project
from gpuconsole.providers import registry
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import services, tokens
from gpuconsole.workloads.estimates import Estimate, estimate
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import ACTIVE, State
from tests.contract.samples import sample
from tests.factories import set_budget, set_quota
from tests.factories_workloads import Lab, make_lab, make_spec

Result = TypeVar("Result")


def test_a_launch_is_written_down_before_anything_is_sent(lab: Lab) -> None:
    job = lab.launch("baseten", name="sft", stop_after_s=3600)
    assert (job.state, job.intent, job.sending_at) == (State.SUBMITTING, Intent.LAUNCH, None)
    assert (job.hourly_price, job.currency, job.rounding) == (Decimal(13), "USD", "minute")
    assert (job.gpu_count, job.gpu_model, job.hardware_id) == (2, "H100", "H100x2")
    assert job.reserved == Decimal(13)
    assert job.ends_by == job.created_at + timedelta(hours=1)
    assert job.phases[0]["spans"][0][0] == "submitting"
    assert job.due_at is not None
    assert job.public_id.startswith("job_")
    event = job.events.get()
    assert (event.state, event.by, event.text) == (State.SUBMITTING, lab.owner, "Submitted")
    assert Record.objects.get(target_id=job.public_id).action == "workload.launch"


def test_a_launch_makes_its_connection_due_and_wakes_a_worker_on_commit(
    lab: Lab, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    Connection.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    broker = redis.client()
    broker.delete("celery")
    with django_capture_on_commit_callbacks(execute=True):
        job = lab.launch()
        assert broker.llen("celery") == 0
    assert Connection.objects.get(pk=job.connection_id).due_at == job.created_at
    (message,) = broker.lrange("celery", 0, -1)
    headers = json.loads(message)["headers"]
    assert (headers["task"], headers["argsrepr"]) == ("sync.connection", f"({job.connection_id},)")


def test_the_spec_is_kept_in_the_providers_own_words(lab: Lab) -> None:
    spec = make_spec("baseten")
    assert lab.launch("baseten", spec=spec).spec == spec.wire()


def test_work_without_a_name_takes_the_one_in_its_spec(lab: Lab) -> None:
    assert lab.launch("baseten", name=" ").name == "gpt-oss-job"
    assert lab.launch("cortecs", name="").name.startswith("instance-")


def test_a_name_that_is_longer_than_we_keep_is_cut_here_and_sent_whole(lab: Lab) -> None:
    spec = make_spec("novita", name="n" * 255)
    row = lab.launch("novita", name="", spec=spec)
    assert (row.name, row.spec["name"]) == ("n" * 200, "n" * 255)


def test_tokens_are_unique_and_carry_the_deployment(lab: Lab) -> None:
    first, second = lab.launch().token, lab.launch().token
    assert first != second
    assert first[3:7] == second[3:7] == tokens.deployment_mark()
    assert first < second or first[:16] == second[:16]
    assert len(first) == tokens.LENGTH == 23


def test_a_token_tells_which_console_launched(db: None) -> None:
    ours = tokens.deployment_mark()
    assert tokens.deployment_mark() == ours
    assert tokens.origin(tokens.new_token(), ours=ours) == tokens.Origin(tokens.Maker.US, ours)
    theirs = tokens.origin("gc-zzuz0123456789abcdef", ours=ours)
    assert theirs == tokens.Origin(tokens.Maker.OTHER_CONSOLE, "zzuz")
    for other in ("", "mine", "gc-short", "gc-zzuz0123456789abcdef-name"):
        assert tokens.origin(other, ours=ours).maker == tokens.Maker.NOBODY_KNOWN


def test_the_same_key_gives_the_first_workload_again(lab: Lab) -> None:
    first = lab.launch(idempotency_key="k1")
    assert lab.launch(idempotency_key="k1").pk == first.pk
    assert Workload.objects.count() == 1
    assert first.events.count() == 1


def test_the_same_key_with_another_request_is_refused(lab: Lab) -> None:
    lab.launch(idempotency_key="k1")
    with pytest.raises(Refused) as refusal:
        lab.launch(idempotency_key="k1", name="other")
    assert refusal.value.code == "idempotency_conflict"


def test_a_key_of_one_project_is_no_key_of_another(lab: Lab) -> None:
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    first = lab.launch(idempotency_key="k1")
    assert lab.launch(idempotency_key="k1", project=other).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_concurrent_launches_with_one_key_make_one_workload() -> None:
    lab = make_lab()
    found = at_once(12, lambda: lab.launch(idempotency_key="k1").pk)
    assert len(set(found)) == 1
    assert Workload.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_launches_never_exceed_the_quota() -> None:
    lab = make_lab()
    set_quota(lab.project, "workloads", 3)

    def launch() -> bool:
        try:
            lab.launch()
        except Refused:
            return False
        return True

    assert sum(at_once(10, launch)) == 3
    assert Workload.objects.filter(state__in=ACTIVE).count() == 3


def test_the_gpu_quota_refuses_with_what_would_fit(lab: Lab) -> None:
    set_quota(lab.project, "gpus", 3)
    lab.launch("baseten")
    with pytest.raises(Refused, match="2 GPUs asked; 2 of 3 are in use in this project, so 1 would fit") as refusal:
        lab.launch("baseten")
    assert refusal.value.code == "over_quota"
    assert Workload.objects.count() == 1


def test_ended_work_gives_its_quota_back(lab: Lab) -> None:
    set_quota(lab.project, "gpus", 2)
    lab.workload("baseten", State.SUCCEEDED)
    assert lab.launch("baseten").gpu_count == 2


def test_the_budget_is_reserved_at_launch(lab: Lab) -> None:
    set_budget(lab.project, 30)
    lab.launch("baseten", stop_after_s=7200)
    with pytest.raises(Refused, match=r"At most \$13\.00, and \$4\.00 of \$30\.00 are left") as refusal:
        lab.launch("baseten", stop_after_s=3600)
    assert refusal.value.code == "over_budget"


def test_a_budget_asks_for_a_deadline(lab: Lab) -> None:
    set_budget(lab.project, 30)
    with pytest.raises(Refused) as refusal:
        lab.launch("baseten")
    assert (refusal.value.code, refusal.value.field) == ("needs_deadline", "guards.stop_after_s")


def test_a_budget_in_another_currency_needs_a_rate(lab: Lab) -> None:
    set_budget(lab.project, 100)
    with pytest.raises(Refused) as refusal:
        lab.launch("cortecs", stop_after_s=3600)
    assert refusal.value.code == "no_rate"
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.1", on=timezone.now().date(), source="test")
    assert lab.launch("cortecs", stop_after_s=3600).reserved == Decimal("2.4")


def test_work_without_a_known_price_is_launched_and_reserves_nothing(lab: Lab) -> None:
    set_budget(lab.project, 30)
    job = lab.launch("cortecs", spec=make_spec("cortecs", hardware_type_id="UNHEARD_OF"))
    assert (job.hourly_price, job.reserved) == (None, None)


def test_the_projects_deadline_holds_where_none_is_given(lab: Lab) -> None:
    Project.objects.update(default_stop_after_s=600)
    lab.project.refresh_from_db()
    assert lab.launch().stop_after_s == 600


def test_an_archived_project_launches_nothing(lab: Lab) -> None:
    Project.objects.update(archived_at=timezone.now())
    with pytest.raises(Refused) as refusal:
        lab.launch()
    assert refusal.value.code == "archived"


def test_a_connection_of_another_team_is_refused(lab: Lab) -> None:
    stranger = make_lab("other")
    with pytest.raises(Refused) as refusal:
        services.launch(
            project=lab.project,
            connection=stranger.connections["cortecs"],
            spec=make_spec("cortecs"),
            name="x",
            by=lab.owner,
        )
    assert refusal.value.field == "connection"


def test_a_refused_launch_leaves_nothing_behind(lab: Lab) -> None:
    set_quota(lab.project, "workloads", 0)
    with pytest.raises(Refused):
        lab.launch()
    assert not Workload.objects.exists()
    assert not Record.objects.filter(action="workload.launch").exists()
    assert User.objects.count() == 1


def at_once(times: int, act: Callable[[], Result]) -> list[Result]:
    """What each of so many threads got, all begun together."""
    found: list[Result] = []
    gate = threading.Barrier(times)

    def run() -> None:
        try:
            gate.wait()
            found.append(act())
        finally:
            database.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == times
    return found


def test_work_that_its_provider_ends_by_itself_holds_the_budget_for_that_long(lab: Lab) -> None:
    """One hour, and once more (the documented example has one retry)."""
    job = lab.launch("otoy", spec=otoy(task="BATCH"))
    assert (job.stop_after_s, job.ends_by) == (None, None)
    assert job.reserved == Decimal("1.4")
    assert lab.launch("otoy", spec=otoy(task="BATCH"), stop_after_s=1800).reserved == Decimal("0.35")


def test_a_job_that_never_ends_by_itself_needs_a_latest_end(lab: Lab) -> None:
    Project.objects.update(may_never_end=False)
    endless = otoy(task="PERSISTENT", max_timeout_run_ms=None)
    with pytest.raises(Refused) as caught:
        lab.launch("otoy", spec=endless)
    assert (caught.value.code, caught.value.field) == ("needs_deadline", "guards.stop_after_s")
    assert lab.launch("otoy", spec=endless, stop_after_s=3600).ends_by is not None


def otoy(**changes: object) -> Spec:
    return registry.get("otoy").spec.read({**sample("otoy"), "allowed_region_codes": [], **changes})


def test_an_instance_needs_a_latest_end_unless_an_admin_allows_none(lab: Lab) -> None:
    Project.objects.update(may_never_end=False)
    with pytest.raises(Refused) as caught:
        lab.launch("cortecs")
    assert (caught.value.code, caught.value.field) == ("needs_deadline", "guards.stop_after_s")
    assert lab.launch("cortecs", stop_after_s=3600).ends_by is not None
    assert lab.launch("baseten").ends_by is None
    Project.objects.update(may_never_end=True)
    assert lab.launch("cortecs").ends_by is None


def test_a_quota_of_a_model_counts_it_however_the_provider_writes_it(lab: Lab) -> None:
    Offer.objects.filter(connection=lab.connections["baseten"]).update(gpu_model="NVIDIA_H100_80GB_SXM5")
    set_quota(lab.project, "gpus", 3, gpu_model="h100")
    lab.launch("baseten")
    with pytest.raises(Refused, match="2 of 3"):
        lab.launch("baseten")


def test_an_odd_price_is_said_beside_the_estimate_and_stops_nothing(lab: Lab) -> None:
    def estimated() -> Estimate:
        return estimate(
            project=lab.project, connection=lab.connections["baseten"], spec=make_spec("baseten"), owner=lab.owner
        )

    assert not estimated().is_doubted
    Offer.objects.filter(connection=lab.connections["baseten"]).update(doubt=Doubt.FELL)
    found = estimated()
    [check] = [one for one in found.checks if one.code == "doubted_price"]
    assert found.is_doubted and not check.is_ok and "most likely a mistake" in check.text
    assert not found.blocking and found.hourly is not None
