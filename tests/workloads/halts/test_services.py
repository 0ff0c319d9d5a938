"""Stop everything: each scope takes in what is its own, nothing slips through, and pressing twice does no harm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.workloads import services as workloads
from gpuconsole.workloads.halts import progress, services
from gpuconsole.workloads.halts.progress import Step
from gpuconsole.workloads.models import Decision, Effect, Halt, HaltEntry, HaltScope, InstanceEnd, Intent, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories_workloads import moved, sent
from tests.workloads.halts.conftest import Scene, confirmed, progress_of, steps_of, summary_of, unanswered
from tests.workloads.requests.conftest import make_desk


def names(halt: Halt) -> set[str]:
    return {str(entry) for entry in halt.entries.all()}


@pytest.mark.parametrize(
    ("scope", "taken"),
    [
        (HaltScope.MINE, {"own"}),
        (HaltScope.PROJECT, {"own", "job", "machine"}),
        (HaltScope.CONNECTION, {"machine", "elsewhere"}),
        (HaltScope.TEAM, {"own", "job", "machine", "elsewhere"}),
    ],
)
def test_each_scope_takes_in_what_is_its_own(scene: Scene, scope: HaltScope, taken: set[str]) -> None:
    scene.lab.workload("baseten", name="own", by=scene.member)
    scene.lab.workload("baseten", name="job")
    scene.lab.workload("cortecs", name="machine")
    scene.lab.workload("cortecs", name="elsewhere", project=scene.other)
    scene.lab.workload("baseten", State.SUCCEEDED, name="ended")

    halt = scene.halt(scope)

    assert names(halt) == taken
    assert halt.asked_at is not None
    stopping = Workload.objects.filter(state=State.STOPPING)
    assert set(stopping.values_list("name", flat=True)) == taken
    assert not stopping.exclude(reason_code=ReasonCode.STOPPED_BY_PERSON, intent_by=scene.lab.owner).exists()


def test_whatever_state_it_is_in_it_is_ended_in_its_own_way(scene: Scene) -> None:
    lab = scene.lab
    lab.launch("baseten", name="fresh")
    unanswered(lab.launch("baseten", name="unanswered"))
    lab.workload("baseten", State.QUEUED, name="queued")
    lab.workload("baseten", State.LOST, name="lost")
    lab.workload("cortecs", State.QUEUED, name="not up")
    lab.workload("cortecs", State.RUNNING, name="up")
    lab.workload("cortecs", State.STOPPED, name="at rest")
    workloads.start(workload=lab.workload("cortecs", State.STOPPED, name="waking"), by=lab.owner)
    workloads.restart(workload=lab.workload("cortecs", name="restarting"), by=lab.owner)
    workloads.terminate(workload=lab.workload("cortecs", name="ending"), by=lab.owner)
    moved(lab.workload("baseten", name="by itself"), State.STOPPING)

    halt = scene.halt()

    assert {str(entry): (entry.effect, entry.is_repeat) for entry in halt.entries.all()} == {
        "fresh": (Effect.CANCEL, False),
        "unanswered": (Effect.END, False),
        "queued": (Effect.END, False),
        "lost": (Effect.END, False),
        "not up": (Effect.TERMINATE, False),
        "up": (Effect.STOP, False),
        "waking": (Effect.STOP, False),
        "restarting": (Effect.STOP, False),
        "ending": (Effect.TERMINATE, True),
        "by itself": (Effect.END, True),
    }
    rows = {row.name: row for row in Workload.objects.all()}
    assert (rows["fresh"].state, rows["at rest"].state) == (State.CANCELLED, State.STOPPED)
    wants = {name: row.intent for name, row in rows.items() if row.state == State.STOPPING}
    stopped = dict.fromkeys(("up", "waking", "restarting"), Intent.STOP)
    ended = dict.fromkeys(("unanswered", "queued", "lost", "not up", "ending"), Intent.END)
    assert wants == stopped | ended | {"by itself": Intent.NONE}
    assert not HaltEntry.objects.exclude(refusal="").exists()


def test_terminate_takes_in_what_is_at_rest_and_overrules_a_stop(scene: Scene) -> None:
    scene.lab.workload("cortecs", State.STOPPED, name="at rest")
    workloads.stop(workload=scene.lab.workload("cortecs", name="stopping"), by=scene.lab.owner)

    halt = scene.halt(instances=InstanceEnd.TERMINATE)

    assert set(halt.entries.values_list("effect", flat=True)) == {Effect.TERMINATE}
    assert set(Workload.objects.values_list("state", "intent")) == {(State.STOPPING, Intent.END)}


def test_a_workload_tells_who_stopped_everything_and_why(scene: Scene) -> None:
    job = scene.lab.workload("baseten", name="job")
    halt = scene.halt(HaltScope.PROJECT)
    event = job.events.latest("id")
    assert (event.text, event.detail, event.by) == ("Stop asked", "Stop everything in project Project", scene.lab.owner)
    job.refresh_from_db()
    assert job.reason_text == f"Stopped by {scene.lab.owner.display_name} with everything {halt.phrase}."


def test_one_audit_record_tells_of_all(scene: Scene) -> None:
    for number in range(3):
        scene.lab.workload("cortecs", name=f"machine {number}")
    before = Record.objects.count()
    halt = scene.halt()
    record = Record.objects.get(action="halt.begin")
    assert Record.objects.count() == before + 1
    assert (record.target_id, record.after["workloads"], record.after["hourly"]) == (
        halt.public_id,
        3,
        {"EUR": "7.200000"},
    )


def test_nothing_to_stop_is_refused_unless_launches_are_held(scene: Scene) -> None:
    with pytest.raises(Refused, match="nothing runs here"):
        scene.halt()
    assert scene.halt(holds_launches=True).is_holding


def test_a_second_press_takes_the_same_in_and_writes_nothing_anew(scene: Scene) -> None:
    job = scene.lab.workload("baseten", name="job")
    scene.halt()
    job.refresh_from_db()
    events, asked_at = job.events.count(), job.intent_at
    Workload.objects.update(due_at=timezone.now() + timedelta(minutes=1), intent_tries=4)

    again = scene.halt(by=scene.member)

    job.refresh_from_db()
    assert (job.events.count(), job.intent_at, job.intent_by) == (events, asked_at, scene.lab.owner)
    assert job.intent_tries == 1  # a long wait ends and its backoff begins anew, as with one press alone
    assert job.due_at is not None and job.due_at <= timezone.now()
    assert again.entries.get().is_repeat


def test_the_same_key_gives_the_same_halt_and_is_refused_for_another(scene: Scene) -> None:
    scene.lab.workload("baseten")
    first = scene.halt(key="press-1")
    assert scene.halt(key="press-1").pk == first.pk
    assert Halt.objects.count() == 1
    with pytest.raises(Refused) as refused:
        scene.halt(HaltScope.PROJECT, key="press-1")
    assert refused.value.code == "idempotency_conflict"


def test_launch_requests_are_turned_down_and_the_people_are_told(db: None) -> None:
    desk = make_desk()
    asked = desk.ask(name="waits")
    scene = Scene(desk.lab, desk.lab.project, desk.member)

    halt = scene.halt(HaltScope.PROJECT)

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.is_told) == (Decision.DECLINED, desk.lab.owner, False)
    assert asked.reason.endswith("stopped everything in project Project.")
    assert steps_of(halt) == {"waits": Step.CONFIRMED}
    mine = desk.ask(name="mine")
    Scene(desk.lab, desk.lab.project, desk.member).halt(HaltScope.MINE, by=desk.member)
    mine.refresh_from_db()
    assert mine.state == Decision.WITHDRAWN


def test_work_on_a_removed_connection_is_told_as_refused(scene: Scene) -> None:
    scene.lab.workload("baseten", name="unreachable")
    Connection.objects.filter(provider="baseten").update(removed_at=timezone.now())
    halt = scene.halt()
    (one,) = progress_of(halt).values()
    assert one.step is Step.REFUSED and "was removed" in one.text
    assert summary_of(halt).left == 1


def test_a_halt_that_was_interrupted_is_gone_on_with(scene: Scene) -> None:
    for number in range(2):
        scene.lab.workload("baseten", name=f"job {number}")
    halt = scene.halt()
    Halt.objects.update(asked_at=None)  # as if killed after its first batch
    for number in range(2, 5):
        scene.lab.workload("baseten", name=f"job {number}")

    assert services.resume_due(timezone.now()) == 0
    assert services.resume_due(timezone.now() + services.INTERRUPTED_AFTER) == 1

    halt.refresh_from_db()
    assert (halt.entries.count(), halt.asked_at is not None) == (5, True)
    assert set(Workload.objects.values_list("state", flat=True)) == {State.STOPPING}


def test_many_cost_no_more_queries_than_few(scene: Scene) -> None:
    def queries(count: int) -> int:
        first = scene.lab.workload("baseten", name="job")
        template = Workload.objects.get(pk=first.pk)
        rows = []
        for number in range(count - 1):
            template.pk, template.public_id = None, f"job_{count}_{number}"
            template.token, template.remote_id = f"gc-{count}-{number}", f"remote-{count}-{number}"
            rows.append(Workload(**{f.attname: getattr(template, f.attname) for f in Workload._meta.concrete_fields}))
        Workload.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as found:
            halt = scene.halt()
        assert halt.entries.count() == count
        Workload.objects.update(state=State.SUCCEEDED)
        return len(found)

    assert queries(40) == queries(3)


def test_ask_again_asks_only_for_what_is_not_confirmed(scene: Scene) -> None:
    done, left = scene.lab.workload("cortecs", name="done"), scene.lab.workload("baseten", name="left")
    halt = scene.halt()
    confirmed(done, State.STOPPED)
    with_start = workloads.start(workload=done, by=scene.lab.owner)
    Workload.objects.filter(pk=left.pk).update(due_at=timezone.now() + timedelta(minutes=1))

    assert services.ask_again(halt=halt, by=scene.member) == 1

    left.refresh_from_db(), with_start.refresh_from_db()
    assert left.due_at is not None and left.due_at <= timezone.now()
    assert with_start.intent == Intent.START
    assert Record.objects.filter(action="halt.again", after={"workloads": 1}).exists()


@pytest.mark.parametrize("scope", [HaltScope.PROJECT, HaltScope.CONNECTION, HaltScope.TEAM])
def test_held_launches_starts_and_retries_are_refused_until_released(scene: Scene, scope: HaltScope) -> None:
    failed = scene.lab.workload("cortecs", State.STOPPED, name="rests")
    ended = scene.lab.workload("cortecs", State.RUNNING, name="runs")
    assert ended.state == State.RUNNING
    halt = scene.halt(scope, holds_launches=True)

    for act in (lambda: scene.lab.launch("cortecs"), lambda: workloads.start(workload=failed, by=scene.lab.owner)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "launches_held"
    if scope is HaltScope.PROJECT:
        assert scene.lab.launch("cortecs", project=scene.other).state == State.SUBMITTING
    if scope is HaltScope.CONNECTION:
        assert scene.lab.launch("baseten").state == State.SUBMITTING

    services.release(halt=halt, by=scene.lab.owner)
    first = services.release(halt=halt, by=scene.member)
    assert (first.released_by, scene.lab.launch("cortecs").state) == (scene.lab.owner, State.SUBMITTING)
    assert Record.objects.filter(action="halt.release").count() == 1


def test_a_retry_is_refused_while_launches_are_held(scene: Scene) -> None:
    failed = scene.lab.workload("baseten", State.FAILED, name="failed")
    scene.halt(holds_launches=True)
    with pytest.raises(Refused, match="Held since"):
        workloads.retry(workload=failed, by=scene.lab.owner)


def test_nobody_holds_their_own_launches(scene: Scene) -> None:
    with pytest.raises(Refused, match="for a project"):
        scene.halt(HaltScope.MINE, holds_launches=True)


def test_one_does_not_act_on_own_work_where_the_role_is_gone(scene: Scene) -> None:
    scene.lab.workload("baseten", name="own", by=scene.member)
    scene.member.project_memberships.update(role="viewer")
    with pytest.raises(Refused, match="nothing runs here"):
        scene.halt(HaltScope.MINE, by=scene.member)


def test_what_begins_since_is_told_and_what_runs_again_too(scene: Scene) -> None:
    done = scene.lab.workload("cortecs", name="done")
    halt = scene.halt()
    confirmed(done, State.STOPPED)
    assert (summary_of(halt).began_since, summary_of(halt).runs_again) == (0, 0)
    scene.lab.launch("baseten", name="late")
    done.refresh_from_db()
    moved(done, State.STARTING)
    summary = summary_of(halt)
    assert (summary.began_since, summary.runs_again, summary.left) == (1, 1, 0)
    assert list(progress.began_since(halt).values_list("name", flat=True)) == ["late"]
    assert sent(Workload.objects.get(name="late")).name in names(scene.halt())
