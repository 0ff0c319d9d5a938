"""Guards of cost, idleness and queues: what fires, when, once, and what is written and told of it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.notify.models import News
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Sample
from gpuconsole.sync import cost_limits, ending_soon, enforcing, idling, queueing, resting
from gpuconsole.workloads import guarding, metrics
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import Intent, QueueThen, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.contract.samples import sample
from tests.factories_workloads import Lab, make_lab, moved, sent
from tests.sync.bench import Engine

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def running(lab: Lab, **guards: object) -> Workload:
    """A job at 13 USD an hour."""
    return lab.workload("baseten", guards=Guards(**guards))  # type: ignore[arg-type]


def limited(lab: Lab, amount: str = "1.30") -> Workload:
    """It reaches its limit after six minutes."""
    return running(lab, stop_at_cost=Decimal(amount))


def fresh(job: Workload) -> Workload:
    job.refresh_from_db()
    return job


def test_work_is_ended_once_it_has_cost_what_it_may_and_not_before(lab: Lab) -> None:
    job = limited(lab)
    began = job.billed_since
    assert began is not None
    assert cost_limits.enforce(began + 5 * MINUTE) == 0
    assert cost_limits.enforce(began + 6 * MINUTE) == 1
    assert (fresh(job).state, job.reason_code) == (State.STOPPING, ReasonCode.COST)
    event = job.events.get(kind="guard")
    assert event.text == "Guard: it has cost $1.30"
    assert "of the $1.30 that it may" in event.detail
    assert News.objects.get().occasion == "guard"


def test_a_guard_that_fires_in_two_processes_at_once_writes_and_tells_it_once(lab: Lab) -> None:
    job = limited(lab)
    stale = Workload.objects.get(pk=job.pk)
    later = timezone.now() + 10 * MINUTE
    assert cost_limits.enforce(later) == 1
    assert not cost_limits._end(stale, later)
    assert cost_limits.enforce(later) == 0
    assert job.events.filter(kind="guard").count() == 1
    assert News.objects.count() == 1


@pytest.mark.parametrize("rounding", list(Rounding))
@pytest.mark.parametrize("before_s", [0, 61])
@pytest.mark.parametrize("minutes", [0.4, 7, 60, 61.3])
def test_postgresql_finds_all_that_reached_their_limit(
    lab: Lab, rounding: Rounding, before_s: int, minutes: float
) -> None:
    job, now = limited(lab), timezone.now()
    since = now - timedelta(minutes=minutes)
    Workload.objects.update(rounding=rounding, billed_before_s=before_s, billed_since=since, cost_closed=Decimal(2))
    cost = guarding.spent(fresh(job), now)
    assert cost is not None
    Workload.objects.update(stop_at_cost=cost)
    assert list(cost_limits.candidates(now)) == [job]
    Workload.objects.update(stop_at_cost=cost + Decimal("0.01"))
    assert not cost_limits.candidates(now).exists()
    assert cost_limits.enforce(now) == 0


def test_what_is_billed_side_by_side_is_counted_together(lab: Lab) -> None:
    job, now = limited(lab, "5"), timezone.now()
    ten = (now - 10 * MINUTE).isoformat()
    lane = {"since": ten, "said": ten, "price": "15", "is_open": True}
    lanes = [{**lane, "id": "a"}, {**lane, "id": "b"}, {**lane, "id": "c", "is_open": False}]
    Workload.objects.update(billed_lanes=lanes, billed_since=now - 10 * MINUTE, cost_closed=0)
    assert guarding.spent(fresh(job), now) == 5
    assert cost_limits.enforce(now - MINUTE) == 0
    assert cost_limits.enforce(now) == 1


def test_only_what_may_have_reached_its_limit_is_read(lab: Lab) -> None:
    jobs = [limited(lab, "50") for _ in range(3)]
    assert not cost_limits.candidates(timezone.now() + 60 * MINUTE).exists()
    assert cost_limits.candidates(timezone.now() + 240 * MINUTE).count() == len(jobs)


def use(job: Workload, percents: list[float], since: datetime, every: timedelta = MINUTE) -> None:
    """Keep a sample of two GPUs each minute, the second idle, as the engine does after a fetch."""
    found = []
    for number, percent in enumerate(percents):
        at = since + number * every
        found += [Sample(at, "gpu_utilization", "0", percent / 100), Sample(at, "gpu_utilization", "1", 0)]
    metrics.append(Workload.objects.get(pk=job.pk), found)


def idle(lab: Lab, **guards: object) -> tuple[Workload, datetime]:
    """Work with the guard of idleness that has run for an hour."""
    job, now = running(lab, idle_after_s=600, **guards), timezone.now()
    Workload.objects.update(state_at=now - 60 * MINUTE)
    return job, now


def test_idle_work_is_ended_after_so_long_and_says_for_how_long(lab: Lab) -> None:
    job, now = idle(lab)
    use(job, [80, *[2] * 11], now - 11 * MINUTE)
    assert fresh(job).idle_since == now - 10 * MINUTE
    assert idling.enforce(now - timedelta(seconds=1)) == 0
    assert idling.enforce(now) == 1
    assert (fresh(job).state, job.reason_code) == (State.STOPPING, ReasonCode.IDLE)
    assert job.reason_text == "Its GPUs were under 5 % for 10 minutes."


def test_one_busy_gpu_at_any_moment_begins_the_count_anew(lab: Lab) -> None:
    job, now = idle(lab)
    use(job, [2] * 9 + [6] + [2] * 3, now - 12 * MINUTE)
    assert fresh(job).idle_since == now - 2 * MINUTE
    assert idling.enforce(now) == 0


def test_nothing_is_ended_on_old_samples_nor_over_a_gap(lab: Lab) -> None:
    job, now = idle(lab)
    use(job, [2] * 15, now - 19 * MINUTE)
    assert idling.enforce(now) == 0  # nobody told anything for five minutes
    use(job, [2], now + 2 * MINUTE)
    assert fresh(job).idle_since == now + 2 * MINUTE
    assert idling.enforce(now + 2 * MINUTE) == 0


def test_idleness_before_a_start_does_not_count_after_it(lab: Lab) -> None:
    job, now = idle(lab)
    use(job, [2] * 15, now - 14 * MINUTE)
    Workload.objects.update(state_at=now - 3 * MINUTE)
    assert idling.enforce(now) == 0


def test_samples_that_are_told_again_change_nothing(lab: Lab) -> None:
    job, now = idle(lab)
    use(job, [2] * 5, now - 10 * MINUTE)
    use(job, [90] * 3, now - 10 * MINUTE)
    assert fresh(job).idle_since == now - 10 * MINUTE


def test_another_percentage_begins_anew_and_is_kept_to(lab: Lab) -> None:
    job, now = idle(lab, idle_percent=50)
    use(job, [40] * 11, now - 10 * MINUTE)
    assert idling.enforce(now) == 1


def queued(lab: Lab, then: QueueThen) -> Workload:
    job = lab.launch("baseten", guards=Guards(queue_limit_s=600, queue_then=then))
    return moved(sent(job), State.QUEUED)


def test_work_that_is_queued_too_long_is_told_of_once(lab: Lab) -> None:
    job = queued(lab, QueueThen.WARN)
    assert queueing.enforce(job.state_at + 9 * MINUTE) == 0
    assert queueing.enforce(job.state_at + 10 * MINUTE) == 1
    assert queueing.enforce(job.state_at + 11 * MINUTE) == 0
    assert fresh(job).state == State.QUEUED
    assert job.events.get(kind="guard").text == "Guard: queued for 10 minutes"
    assert News.objects.get().subject == f"{job.name} is queued for 10 minutes"


def test_work_that_is_queued_too_long_is_cancelled_where_that_was_chosen(lab: Lab) -> None:
    job = queued(lab, QueueThen.CANCEL)
    assert queueing.enforce(job.state_at + 10 * MINUTE) == 1
    assert (fresh(job).state, job.reason_code) == (State.STOPPING, ReasonCode.QUEUED)


def test_a_launch_that_is_in_doubt_is_not_taken_for_one_that_waits(lab: Lab) -> None:
    job = lab.launch("baseten", guards=Guards(queue_limit_s=600, queue_then=QueueThen.CANCEL))
    Workload.objects.update(sending_at=job.created_at)
    assert queueing.enforce(job.created_at + 20 * MINUTE) == 0
    Workload.objects.update(sending_at=None)
    assert queueing.enforce(job.created_at + 20 * MINUTE) == 1
    assert (fresh(job).state, job.reason_code) == (State.CANCELLED, ReasonCode.QUEUED)


def test_what_is_off_for_too_long_is_terminated_unless_it_is_asked_to_start(lab: Lab) -> None:
    machine = moved(sent(lab.launch("cortecs", guards=Guards(terminate_after_s=7200))), State.STOPPED)
    late = machine.state_at + timedelta(hours=2)
    assert resting.enforce(late - timedelta(seconds=1)) == 0
    Workload.objects.update(intent=Intent.START)
    assert resting.enforce(late) == 0
    Workload.objects.update(intent=Intent.NONE)
    assert [resting.enforce(late), resting.enforce(late)] == [1, 0]
    assert (fresh(machine).intent, machine.reason_code) == (Intent.END, ReasonCode.DEADLINE)
    assert machine.reason_text == "It was off for 2 hours, and is terminated after 2 hours."
    assert News.objects.get().subject.endswith("is being ended: it was off for 2 hours")


def test_a_latest_end_is_told_of_once_and_again_where_it_is_moved(lab: Lab) -> None:
    job = lab.workload("baseten", stop_after_s=3600, guards=Guards(warn_before_s=900))
    assert job.ends_by is not None
    near = job.ends_by - 15 * MINUTE
    assert [ending_soon.enforce(near - MINUTE), ending_soon.enforce(near), ending_soon.enforce(near)] == [0, 1, 0]
    assert job.events.filter(text="Its latest end comes in 15 minutes").count() == 1
    assert News.objects.get().subject == f"{job.name} ends in 15 minutes"
    Workload.objects.update(ends_by=job.ends_by + 60 * MINUTE)
    assert [ending_soon.enforce(near), ending_soon.enforce(near + 60 * MINUTE)] == [0, 1]


def test_a_guard_takes_a_fixed_number_of_statements_while_nothing_is_due(lab: Lab, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(3):
        running(lab, stop_at_cost=Decimal(50), idle_after_s=600, queue_limit_s=600)
    now = timezone.now()
    for guard in (*enforcing.GUARDS[:4], resting.enforce, ending_soon.enforce):
        with django_assert_num_queries(1):
            assert guard(now) == 0


def test_every_guard_is_asked_by_the_tick(lab: Lab) -> None:
    assert [one(timezone.now()) for one in enforcing.GUARDS] == [0] * len(enforcing.GUARDS)
    assert len({one.__module__ for one in enforcing.GUARDS}) == 8


def test_the_provider_confirms_what_a_guard_asked_for_and_the_timeline_says_when(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"), guards=Guards(stop_at_cost=Decimal("2")))
    engine.sync()
    for _ in range(10):
        engine.pass_time(120)
        engine.sync()
        if cost_limits.enforce(timezone.now() + engine.ahead):
            break
    assert engine.fresh(job).state == State.STOPPING
    engine.sync()
    engine.pass_time(60)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.CANCELLED, ReasonCode.COST)
    told = list(job.events.order_by("id").values_list("kind", "text"))
    assert ("guard", "Guard: it has cost $2.00") in told
    assert told[-1] == ("move", "Baseten confirms the end")
    assert "of the $2.00 that it may" in job.events.latest("id").detail
    assert 2 <= job.cost_closed < 3


def test_an_idle_machine_is_watched_by_nobody_and_stopped_all_the_same(engine: Engine) -> None:
    spec = sample("novita") | {"command": "sleep infinity"}
    machine = engine.launch(spec, guards=Guards(idle_after_s=600))
    engine.sync("novita")
    for _ in range(12):
        engine.pass_time(90)
        engine.sync("novita")
        if idling.enforce(timezone.now() + engine.ahead):
            break
    assert engine.fresh(machine).state == State.STOPPING
    engine.sync("novita")
    engine.pass_time(120)
    engine.sync("novita")
    assert (engine.fresh(machine).state, machine.reason_code) == (State.STOPPED, ReasonCode.IDLE)
    assert machine.events.latest("id").text == "Novita confirms that it is stopped"
