"""What people do about findings: adopt, terminate, mark as ended; each once, however many press."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.inventory import services
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed
from gpuconsole.inventory.services import CountedUntil
from gpuconsole.notify.models import News
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads import services as work
from gpuconsole.workloads import tokens, transitions
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import ReasonCode, State
from gpuconsole.workloads.usage import cost_so_far
from tests.contract.samples import sample
from tests.factories import set_quota
from tests.factories_workloads import Lab, moved, sent
from tests.inventory.far import ghost_of, launch_elsewhere, look, look_now, shown
from tests.inventory.test_strays import given_up
from tests.sync.bench import Engine


def stray(engine: Engine, slug: str = "baseten", **how: str) -> Finding:
    """One that runs for two hours, and was seen twice."""
    launch_elsewhere(engine, slug, **how)
    engine.pass_time(600, here=False)
    look_now(engine, slug, 2)
    began = timezone.now() - timedelta(hours=2)  # the simulator's clock was turned, and ours was not
    Finding.objects.update(said_started_at=began, said_created_at=began - timedelta(minutes=5))
    return shown()[-1]


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_an_adopted_stray_goes_on_as_work_of_the_project(engine: Engine, slug: str) -> None:
    found = stray(engine, slug)
    row = services.adopt(finding=found, project=engine.project, by=engine.user, stop_after_s=7200)
    assert (row.state, row.remote_id, row.spec) == (State.RUNNING, found.remote_id, {})
    assert (row.created_at, row.started_at) == (found.said_created_at, found.said_started_at)
    assert engine.texts(row)[0].startswith("Adopted; running since ")
    [interval] = UsageInterval.objects.filter(workload=row)
    assert (interval.started_at, interval.hourly_price) == (found.said_started_at, found.hourly_price)
    assert row.ends_by is not None and row.owner == engine.user
    engine.sync(slug)
    engine.fresh(row)
    assert row.state == State.RUNNING and row.remote
    assert Workload.objects.count() == 1
    look_now(engine, slug, 2)
    assert [one.how_closed for one in shown()] == [HowClosed.ADOPTED], "explained from now on, and nothing differs"
    verb = work.stop if row.kind == "job" else work.terminate
    verb(workload=row, by=engine.user)
    for _ in range(8):
        engine.pass_time(60)
        engine.sync(slug)
    assert engine.fresh(row).is_final
    cost = cost_so_far(row, timezone.now())
    assert cost is None if slug == "fireworks" else cost and found.hourly_now and cost > 2 * found.hourly_now


def test_adopting_asks_for_a_latest_end_by_the_projects_rule(engine: Engine) -> None:
    found = stray(engine)
    Project.objects.filter(pk=engine.project.pk).update(may_never_end=False)
    with pytest.raises(Refused) as no:
        services.adopt(finding=found, project=Project.objects.get(), by=engine.user)
    assert (no.value.code, no.value.field) == ("needs_deadline", "stop_after_s")
    Project.objects.filter(pk=engine.project.pk).update(default_stop_after_s=3600)
    row = services.adopt(finding=found, project=Project.objects.get(), by=engine.user)
    assert row.ends_by is not None and abs(row.ends_by - timezone.now() - timedelta(hours=1)) < timedelta(minutes=1)


def test_a_limit_that_it_breaks_is_told_and_does_not_keep_it_unexplained(engine: Engine) -> None:
    found = stray(engine)

    set_quota(engine.project, "gpus", 1)
    row = services.adopt(finding=found, project=engine.project, by=engine.user, stop_after_s=3600)
    assert row.warnings and "A limit was passed" in engine.texts(row)


def test_a_project_must_be_named_and_its_connection_open_to_it(engine: Engine) -> None:
    found = stray(engine)
    with pytest.raises(Refused, match="Pick the project"):
        services.adopt(finding=found, project=None, by=engine.user)
    closed = Project.objects.create(team=engine.team, name="Other", slug="other", may_never_end=True)
    found.connection.projects.set([engine.project])
    with pytest.raises(Refused, match="is not open to this project"):
        services.adopt(finding=found, project=closed, by=engine.user)


def test_the_second_to_adopt_is_given_what_the_first_made(engine: Engine) -> None:
    found = stray(engine)
    first = services.adopt(finding=found, project=engine.project, by=engine.user)
    second = services.adopt(finding=found, project=engine.project, by=engine.user)
    assert (second.pk, Workload.objects.count(), first.events.count()) == (first.pk, 1, 1)
    with pytest.raises(Refused, match="Adopted by"):
        services.terminate(finding=found, by=engine.user)


def test_what_was_given_up_goes_on_in_its_own_row_with_all_its_history(engine: Engine) -> None:
    job = given_up(engine)
    engine.pass_time(600)
    look(engine, times=2)
    began = job.created_at + timedelta(milliseconds=5)
    Finding.objects.update(said_started_at=began)
    [found] = shown()
    row = services.adopt(finding=found, project=None, by=engine.user)
    assert (row.pk, row.state, row.attempt) == (job.pk, State.RUNNING, 2)
    texts = engine.texts(row)
    assert texts[0] == "Submitted" and texts[-1].startswith("Adopted; running since ")
    assert row.spec and row.reason_code == ReasonCode.NONE and row.remote_id == found.remote_id
    [interval] = UsageInterval.objects.filter(workload=row)
    assert interval.started_at == found.said_started_at and interval.hourly_price == job.hourly_price
    look(engine, times=2)
    assert [one.how_closed for one in shown()] == [HowClosed.ADOPTED]


def test_a_launch_that_waits_for_a_decision_is_decided_there(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_after", match="/jobs", count=1)
    engine.sync()
    engine.spoil("vanish", match=engine.resources()[0]["id"])
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    assert engine.fresh(job).reason_code == ReasonCode.NOT_FOUND
    found = Finding(connection=job.connection, team=engine.team, provider="baseten", kind=FindingKind.STRAY)
    found.remote_id, found.workload, found.public_id, found.state = "x", job, "find_x", FindingState.OPEN
    found.first_seen_at = found.last_seen_at = timezone.now()
    found.save()
    with pytest.raises(Refused, match="waits for a decision"):
        services.adopt(finding=found, project=engine.project, by=engine.user)


def test_without_a_spec_clone_retry_and_start_are_refused_clearly(engine: Engine) -> None:
    found = stray(engine)
    row = services.adopt(finding=found, project=engine.project, by=engine.user)
    with pytest.raises(Refused, match="launched with is not known here"):
        work.clone(row)
    Workload.objects.filter(pk=row.pk).update(state=State.FAILED, ended_at=timezone.now() + timedelta(days=1))
    with pytest.raises(Refused) as no:
        work.retry(workload=engine.fresh(row), by=engine.user)
    assert no.value.code == "no_spec"


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_stray_is_ended_and_gone_by_the_providers_own_word(engine: Engine, slug: str) -> None:
    found = stray(engine, slug)
    services.terminate(finding=found, by=engine.user)
    services.terminate(finding=found, by=engine.user)
    assert Record.objects.filter(action="finding.terminate").count() == 1
    engine.sync(slug)
    assert shown()[0].end_tries >= 1 and f"{registry.get(slug).name} accepted: end" in story(found)
    for _ in range(8):
        engine.pass_time(61)
        engine.sync(slug)
    found.refresh_from_db()
    assert (found.state, found.how_closed) == (FindingState.CLOSED, HowClosed.TERMINATED)
    assert found.proof and "UTC" in found.proof


def test_an_end_is_asked_for_until_it_happens_and_is_said_to_be_late(engine: Engine) -> None:
    found = stray(engine)
    engine.spoil("zombie")
    services.terminate(finding=found, by=engine.user)
    look_now(engine)
    for after_s in (301, 601, 2701):
        look(engine, after_s=after_s)
    found.refresh_from_db()
    assert (found.state, found.escalated) == (FindingState.ENDING, 3)
    assert [line for line in story(found) if line.startswith("Still not confirmed")] == [
        f"Still not confirmed after {minutes} minutes; it may go on costing money" for minutes in (5, 15, 60)
    ]
    late = News.objects.filter(occasion="late").order_by("pk").values_list("subject", flat=True)
    assert [one.rpartition(" after ")[2] for one in late] == ["15 minutes", "60 minutes"]
    engine.heal()
    for _ in range(6):
        engine.pass_time(61)
        engine.sync()
    found.refresh_from_db()
    assert found.how_closed == HowClosed.TERMINATED


def test_an_end_whose_asking_fails_is_asked_for_again(engine: Engine) -> None:
    found = stray(engine)
    engine.spoil("500", match="/stop", count=2)
    services.terminate(finding=found, by=engine.user)
    engine.sync()
    found.refresh_from_db()
    assert found.end_error and found.state == FindingState.ENDING
    for _ in range(8):
        engine.pass_time(61)
        engine.sync()
    found.refresh_from_db()
    assert found.how_closed == HowClosed.TERMINATED and found.end_tries >= 3


def test_lost_work_is_a_ghost_and_back_as_a_stray_where_the_word_was_wrong(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.pass_time(600)
    engine.sync()
    engine.spoil("vanish", match=engine.fresh(job).remote_id)
    for _ in range(4):
        engine.wait_here(70)
        engine.sync()
    assert engine.fresh(job).state == State.LOST
    look(engine)
    [found] = shown()
    assert (found.kind, found.workload, found.hourly_now) == (FindingKind.GHOST, job, job.hourly_price)
    services.mark_ended(finding=found, by=engine.user, until=CountedUntil.NOW)
    assert engine.fresh(job).state == State.CANCELLED
    engine.heal()
    look(engine, times=2)
    assert [(one.kind, one.workload_id) for one in shown()] == [("ghost", job.pk), ("stray", job.pk)]


@pytest.mark.parametrize("until", CountedUntil)
def test_a_persons_word_closes_lost_work_with_its_money(lab: Lab, until: CountedUntil) -> None:
    now = timezone.now()
    job = lab.launch("baseten")
    Workload.objects.filter(pk=job.pk).update(created_at=now - timedelta(hours=3), state_at=now - timedelta(hours=3))
    job = moved(sent(Workload.objects.get(pk=job.pk)), State.RUNNING, at=now - timedelta(hours=3))
    gone = now - timedelta(hours=1)
    Workload.objects.filter(pk=job.pk).update(missing_since=gone)
    with locked(job.pk) as row:
        transitions.move(row, State.LOST, why="gone", now=gone)
    found = ghost_of(row)
    assert row.hourly_price is not None
    services.mark_ended(finding=found, by=lab.owner, until=until, why="Gone from their page.")
    row.refresh_from_db()
    hours = 2 if until is CountedUntil.LISTED else 3
    assert row.cost_closed == pytest.approx(row.hourly_price * hours, abs=row.hourly_price / 50)
    assert (row.state, row.reason_code) == (State.CANCELLED, ReasonCode.STOPPED_ELSEWHERE)
    assert lab.owner.display_name in row.reason_text
    record = Record.objects.get(action="workload.mark_ended")
    assert record.why == "Gone from their page." and record.after["cost"] == str(row.cost_closed)
    found.refresh_from_db()
    assert found.how_closed == HowClosed.MARKED and lab.owner.display_name in found.proof
    with pytest.raises(Refused, match="Marked as ended"):
        services.mark_ended(finding=found, by=lab.owner, until=until)


def test_a_ghost_that_is_listed_again_closes_by_itself(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.spoil("vanish", match=engine.fresh(job).remote_id)
    for _ in range(5):
        engine.wait_here(90)
        engine.sync()
    look(engine)
    assert shown()[0].state == FindingState.OPEN
    engine.heal()
    look(engine)
    assert shown()[0].how_closed == HowClosed.FOUND and engine.fresh(job).state != State.LOST


def test_drift_names_the_fields_with_both_sides_and_closes_when_they_agree(engine: Engine) -> None:
    row = engine.launch(sample("cortecs"), stop_after_s=7200)
    engine.sync("cortecs")
    engine.pass_time(600)
    engine.sync("cortecs")
    told = engine.fresh(row)
    Workload.objects.filter(pk=row.pk).update(hardware_id="NVIDIA_L40S_1", gpu_count=told.gpu_count + 1, hourly_price=9)
    look(engine, "cortecs")
    assert shown() == []
    look(engine, "cortecs")
    [found] = shown()
    assert (found.kind, found.workload) == (FindingKind.DRIFT, row)
    assert found.differences == [
        {"field": "Hardware", "ours": "NVIDIA_L40S_1", "theirs": "NVIDIA_L4_1"},
        {"field": "GPUs", "ours": str(told.gpu_count + 1), "theirs": str(told.gpu_count)},
    ]
    Workload.objects.filter(pk=row.pk).update(hardware_id="NVIDIA_L4_1", gpu_count=told.gpu_count)
    look(engine, "cortecs")
    assert shown()[0].how_closed == HowClosed.AGREES


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_press_at_once_one_acts(engine: Engine) -> None:
    found = stray(engine)

    def press(number: int) -> str:
        try:
            if number % 2:
                services.terminate(finding=Finding.objects.get(), by=engine.user)
                return "terminated"
            services.adopt(finding=Finding.objects.get(), project=engine.project, by=engine.user)
        except Refused as no:
            return no.code
        else:
            return "adopted"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(press, range(12)))
    found.refresh_from_db()
    is_adopted = found.how_closed == HowClosed.ADOPTED
    assert answers == ({"adopted", "closed"} if is_adopted else {"terminated", "busy"})
    assert Workload.objects.count() == int(is_adopted)
    assert Record.objects.filter(action__in=["finding.adopt", "finding.terminate"]).count() == 1


def test_a_row_that_was_made_meanwhile_is_never_doubled(engine: Engine) -> None:
    found = stray(engine)
    job = engine.launch()
    Workload.objects.filter(pk=job.pk).update(remote_id=found.remote_id)
    with transaction.atomic(), pytest.raises(Refused, match="made meanwhile"):
        services.adopt(finding=found, project=engine.project, by=engine.user)
    assert Workload.objects.count() == 1


def test_a_token_of_ours_comes_back_with_the_work(engine: Engine) -> None:
    token = tokens.new_token()
    found = stray(engine, token=token)
    row = services.adopt(finding=found, project=engine.project, by=engine.user)
    assert (row.token, row.name) == (token, "gpt-oss-job")


def story(found: Finding) -> list[str]:
    found.refresh_from_db()
    return [line["text"] for line in found.story]
