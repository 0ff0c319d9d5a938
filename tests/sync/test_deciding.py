"""Launches that nobody could confirm: what a person decides is done once, and never doubles anything."""

from decimal import Decimal

import pytest

from gpuconsole.audit.models import Record
from gpuconsole.connections import opening
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.workloads import services
from gpuconsole.workloads.decisions import candidates, queries
from gpuconsole.workloads.decisions import services as decisions
from gpuconsole.workloads.models import LostLaunch, Settlement, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.contract.samples import sample
from tests.factories import add_member
from tests.sync.bench import INSTANCE, JOB, Engine

CREATE = "POST /v1/training_projects/"
START = "POST /api/v1/instances/start"


def never_arrived(engine: Engine) -> Workload:
    """A job whose call was cut before the provider had it, after the ten minutes of looking."""
    job = engine.launch(stop_after_s=3600)
    engine.spoil("dropped_before", match=CREATE, count=1)
    engine.sync()
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    assert engine.fresh(job).reason_code == ReasonCode.NOT_FOUND
    return job


def in_two_minds(engine: Engine) -> Workload:
    """An instance that may be one of two, where no token survives."""
    instance = engine.launch(INSTANCE, stop_after_s=3600)
    engine.spoil("dropped_after", "cortecs", match=START, count=1)
    engine.sync("cortecs")
    by_hand(engine, "cortecs")
    engine.wait_here(30)
    engine.sync("cortecs")
    assert engine.fresh(instance).reason_code == ReasonCode.UNCONFIRMED
    return instance


def by_hand(engine: Engine, slug: str = "baseten") -> str:
    """Something alike that somebody makes without this console; its id."""
    spec = registry.get(slug).spec.read({"baseten": JOB, "cortecs": INSTANCE}[slug])
    return opening.open_adapter(engine.connect(slug)).launch(spec, "theirs", {}).id


def of(row: Workload) -> LostLaunch:
    return row.lost_launches.get()


def test_what_began_since_without_a_mark_is_offered_with_its_price(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_before", match=CREATE, count=1)
    engine.sync()
    theirs = by_hand(engine)
    engine.launch()  # of ours, and so none of those that it could be
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    (found,) = candidates.of(of(engine.fresh(job)))
    assert (found.id, found.name, found.hardware, found.gpu_count) == (theirs, "theirs-sft", job.hardware_id, 2)
    assert found.hourly is not None and found.hourly.amount == job.hourly_price
    assert not found.is_marked and found.created_at is not None


def test_a_candidate_is_adopted_and_followed_from_then_on(engine: Engine) -> None:
    job = never_arrived(engine)
    theirs = by_hand(engine)
    decisions.check_now(workload=job)
    engine.sync()
    decisions.adopt(workload=job, remote_id=theirs, by=engine.user)
    assert engine.fresh(job).state == State.SUBMITTING
    engine.sync()
    assert (engine.fresh(job).state, job.remote_id, job.reason_code) == (State.QUEUED, theirs, "")
    assert (of(job).settlement, of(job).decided_by) == (Settlement.ADOPT, engine.user)
    assert len(engine.resources()) == 1
    assert Record.objects.get(action="workload.adopt").after["remote_id"] == theirs
    decisions.adopt(workload=job, remote_id=theirs, by=engine.user)
    with pytest.raises(Refused, match="nothing left to decide"):
        decisions.send_again(workload=job, by=engine.user)


def test_what_is_no_candidate_or_another_workloads_is_refused(engine: Engine) -> None:
    job, other = never_arrived(engine), engine.launch()
    theirs = by_hand(engine)
    decisions.check_now(workload=job)
    engine.sync()
    for remote_id, code in (("nobody", "not_a_candidate"), (engine.fresh(other).remote_id, "not_a_candidate")):
        with pytest.raises(Refused) as no:
            decisions.adopt(workload=job, remote_id=remote_id, by=engine.user)
        assert (no.value.code, no.value.field) == (code, "remote_id")
    Workload.objects.filter(pk=other.pk).update(remote_id=theirs)
    with pytest.raises(Refused) as no:
        decisions.adopt(workload=job, remote_id=theirs, by=engine.user)
    assert no.value.code == "taken"


def test_a_candidate_that_is_gone_has_it_decided_again(engine: Engine) -> None:
    job = never_arrived(engine)
    theirs = by_hand(engine)
    decisions.check_now(workload=job)
    engine.sync()
    decisions.adopt(workload=job, remote_id=theirs, by=engine.user)
    engine.spoil("vanish", match=theirs)
    engine.sync()
    lost = of(engine.fresh(job))
    assert (lost.settlement, lost.settled_at, job.remote_id) == ("", None, "")
    assert lost.error == f"Baseten lists {theirs} no more."
    decisions.give_up(workload=job, by=engine.user)
    assert engine.fresh(job).state == State.CANCELLED


def test_sent_again_it_is_the_same_workload_under_a_new_token(engine: Engine) -> None:
    job = never_arrived(engine)
    first, reserved = job.token, job.reserved
    decisions.send_again(workload=job, by=engine.user)
    engine.sync()
    assert engine.fresh(job).state == State.QUEUED
    assert (job.token != first, job.reserved) == (True, reserved)
    assert [row["id"] for row in engine.resources()] == [job.remote_id]
    assert len(engine.calls("/jobs")) == 2
    assert "Sent again" in engine.texts(job)
    assert queries.senders_of([first, job.token, "gc-nobody"]) == {first: job}
    assert job.ends_by is not None and (job.ends_by - job.created_at).total_seconds() > 4100


def test_what_turns_up_in_the_last_look_is_not_doubled(engine: Engine) -> None:
    job = engine.launch()
    engine.spoil("dropped_after", match=CREATE, count=1)
    engine.sync()
    made = engine.resources()[0]["id"]
    engine.spoil("vanish", match=made)
    engine.sync()
    engine.wait_here(601)
    engine.sync()
    decisions.send_again(workload=engine.fresh(job), by=engine.user)
    engine.heal()
    engine.sync()
    assert (engine.fresh(job).state, job.remote_id) == (State.QUEUED, made)
    assert (of(job).settlement, len(engine.calls("/jobs"))) == (Settlement.FOUND, 1)


def test_given_up_it_is_cancelled_and_what_may_run_is_said(engine: Engine) -> None:
    job = never_arrived(engine)
    decisions.give_up(workload=job, by=engine.user)
    assert (engine.fresh(job).state, job.reason_code) == (State.CANCELLED, ReasonCode.NOT_FOUND)
    assert (job.reserved, job.sending_at, job.due_at) == (None, None, None)
    assert "If Baseten made it after all, it runs on there: it costs $" in job.reason_text
    engine.sync()
    assert len(engine.calls("/jobs")) == 1


def test_two_people_who_decide_at_once_have_one_effect(engine: Engine) -> None:
    job = never_arrived(engine)
    second = add_member(engine.team)
    decisions.send_again(workload=job, by=engine.user)
    decisions.send_again(workload=job, by=second)
    with pytest.raises(Refused, match="chose already to send again: nothing was changed") as no:
        decisions.give_up(workload=job, by=second)
    assert no.value.code == "decided"
    engine.sync()
    engine.sync()
    assert len(engine.resources()) == 1
    assert Record.objects.filter(action__startswith="workload.").exclude(action="workload.launch").count() == 1


def test_while_it_is_looked_for_there_is_nothing_to_decide(engine: Engine) -> None:
    job = engine.launch()
    with pytest.raises(Refused, match="nothing left to decide"):
        decisions.give_up(workload=job, by=engine.user)
    engine.spoil("dropped_before", match=CREATE, count=1)
    engine.sync()
    engine.sync()
    for decide in (decisions.send_again, decisions.give_up):
        with pytest.raises(Refused, match="It is looked for at Baseten until") as no:
            decide(workload=job, by=engine.user)
        assert no.value.code == "still_looking"


def test_a_stop_is_a_decision_too(engine: Engine) -> None:
    job = never_arrived(engine)
    services.stop(workload=job, by=engine.user)
    engine.sync()
    assert engine.fresh(job).state == State.CANCELLED
    assert (of(job).settlement, of(job).decided_by) == (Settlement.GIVE_UP, engine.user)


def test_one_of_several_is_adopted_and_the_others_are_left_alone(engine: Engine) -> None:
    instance = in_two_minds(engine)
    both = {row["id"] for row in engine.resources()}
    found = candidates.of(of(instance))
    assert {one.id for one in found} == both
    assert {one.hourly.amount for one in found if one.hourly} == {instance.hourly_price}
    decisions.adopt(workload=instance, remote_id=found[1].id, by=engine.user)
    engine.sync("cortecs")
    assert engine.fresh(instance).remote_id == found[1].id
    assert {row["id"] for row in engine.resources()} == both


def test_starts_wait_for_the_decision_within_the_time_for_looking_and_flow_after_it(engine: Engine) -> None:
    instance, waiting = in_two_minds(engine), engine.launch(INSTANCE)
    engine.sync("cortecs")
    assert engine.fresh(waiting).sending_at is None
    decisions.give_up(workload=instance, by=engine.user)
    engine.sync("cortecs")
    assert engine.fresh(waiting).state == State.STARTING
    assert len(engine.calls("/instances/start")) == 3


def test_what_nobody_has_seen_is_shown_before_it_is_sent_again(engine: Engine) -> None:
    instance = in_two_minds(engine)
    decisions.send_again(workload=instance, by=engine.user)
    third = by_hand(engine, "cortecs")
    engine.sync("cortecs")
    lost = of(engine.fresh(instance))
    assert (lost.settlement, instance.sending_at is None) == ("", False)
    assert lost.error == f"It was not sent again: {third} turned up meanwhile."
    assert third in {one.id for one in candidates.of(lost)}
    decisions.send_again(workload=instance, by=engine.user)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STARTING
    assert len(engine.resources()) == 4


def test_a_late_one_is_offered_and_never_taken_where_no_token_tells_it(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    engine.spoil("dropped_before", "cortecs", match=START, count=1)
    engine.sync("cortecs")
    engine.sync("cortecs")
    engine.wait_here(601)
    engine.sync("cortecs")
    late = by_hand(engine, "cortecs")
    decisions.check_now(workload=engine.fresh(instance))
    engine.sync("cortecs")
    assert (engine.fresh(instance).state, instance.due_at) == (State.SUBMITTING, None)
    assert [one.id for one in candidates.of(of(instance))] == [late]


def test_other_hardware_is_priced_by_its_offer(engine: Engine) -> None:
    row = engine.launch(sample("novita"))
    remote = opening.open_adapter(engine.connect("novita")).launch(
        registry.get("novita").spec.read(sample("novita")), "x", {}
    )
    row.hardware_id, row.hourly_price = "another", Decimal(1)
    (kept,) = candidates.kept(row, registry.get("novita"), [remote])
    offers = {one.hardware_id: one for one in engine.connect("novita").offers.all()}
    assert offers[remote.hardware_id].gpu_count == 1 and remote.gpu_count == 2
    assert Decimal(kept["hourly"]["amount"]) == 2 * offers[remote.hardware_id].hourly_price
