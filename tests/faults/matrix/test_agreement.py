"""The judge finds each way in which console and provider can disagree: what is tampered with is a real agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from gpuconsole.providers import registry
from gpuconsole.workloads.models import Event, EventKind, UsageInterval, Workload
from gpuconsole.workloads.states import State
from tests.faults.matrix import agreement, scenes
from tests.faults.matrix.agreement import GONE, NOT_FOUND, Verdict
from tests.faults.matrix.ground import Ground

Resources = list[dict[str, Any]]
SLUG = "novita"


@pytest.fixture(scope="module")
def agreed(ground: Ground) -> Ground:
    """Two run at each provider, and nobody works any more."""
    ground.clear()
    ground.crew.start()
    scenes.running(ground)
    ground.crew.kill_all()
    return ground


@pytest.fixture
def resources(agreed: Ground) -> Iterator[Resources]:
    """A provider's own; what a test does to the console's rows is undone."""
    with transaction.atomic():
        yield agreed.engine.far.get("/_sim/resources", params={"provider": SLUG}).json()["resources"]
        transaction.set_rollback(True)


@pytest.fixture
def row(agreed: Ground, resources: Resources) -> Workload:
    return agreed.fresh(SLUG)[0]


@pytest.fixture
def judged(agreed: Ground, resources: Resources) -> Callable[..., Verdict]:
    def judge(changed: Sequence[dict[str, Any]] | None = None, *allowed: str) -> Verdict:
        held = agreement.records(agreed.connections[SLUG])
        return agreement.judge(registry.get(SLUG), held, resources if changed is None else changed, allowed=allowed)

    return judge


Judged = Callable[..., Verdict]


def change(row: Workload, **values: object) -> None:
    Workload.objects.filter(pk=row.pk).update(**values)


def test_both_sides_agree_before_anything_is_tampered_with(agreed: Ground) -> None:
    for one in agreed.connections.values():
        verdict = agreement.compare(one, agreed.engine.far)
        assert (verdict.complaints, verdict.agreed) == ([], 2)


def test_a_second_resource_of_one_launch_is_found(judged: Judged, resources: Resources) -> None:
    twin = {**resources[0], "id": "twin"}
    assert any("was made 2 times" in text for text in judged([*resources, twin]).complaints)


def test_a_resource_more_than_launches_is_found_where_no_token_survives(agreed: Ground) -> None:
    held = agreement.records(agreed.connections["cortecs"])
    rows = agreed.engine.far.get("/_sim/resources", params={"provider": "cortecs"}).json()["resources"]
    verdict = agreement.judge(registry.get("cortecs"), held, [*rows, {**rows[0], "id": "instance-twin"}])
    assert "2 launches made 3 resources" in verdict.complaints


def test_a_resource_that_no_workload_has_is_found(judged: Judged, resources: Resources) -> None:
    stranger = {**resources[0], "id": "stranger", "create_body": {}, "name": "by hand"}
    assert judged([*resources, stranger]).complaints == ["stranger (running) is at the provider and in no workload"]


def test_a_workload_whose_resource_never_was_is_found(judged: Judged, resources: Resources, row: Workload) -> None:
    left = [one for one in resources if one["id"] != row.remote_id]
    assert any("never had" in text for text in judged(left).complaints)


@pytest.mark.parametrize(
    ("state", "word"), [("exited", "says exited"), ("deleted", "was deleted"), ("toStop", "says toStop")]
)
def test_another_state_there_is_found(
    judged: Judged, resources: Resources, row: Workload, state: str, word: str
) -> None:
    changed = [{**one, "state": state} if one["id"] == row.remote_id else one for one in resources]
    assert [text for text in judged(changed).complaints if word in text]


def test_what_vanished_must_be_lost_and_what_is_lost_must_be_allowed(
    judged: Judged, resources: Resources, row: Workload
) -> None:
    changed = [{**one, "vanished": True} if one["id"] == row.remote_id else one for one in resources]
    assert any("listed no more" in text for text in judged(changed).complaints)
    change(row, state=State.LOST, reason_code=GONE)
    Event.objects.create(**move(row, State.LOST))
    assert judged(changed, GONE).flagged == {GONE: 1}
    assert any("(lost)" in text for text in judged().complaints)


def test_a_doubtful_launch_is_a_complaint_until_its_flag_is_allowed(judged: Judged, row: Workload) -> None:
    row.usage.all().delete()
    row.events.exclude(state=State.SUBMITTING).delete()
    nothing = {"billed_since": None, "billed_tariff": "", "cost_closed": 0, "remote_id": ""}
    change(row, state=State.SUBMITTING, reason_code=NOT_FOUND, **nothing)
    assert any("it has no resource" in text for text in judged().complaints)
    verdict = judged(None, NOT_FOUND)
    assert verdict.flagged == {NOT_FOUND: 1}
    assert verdict.complaints == [f"{row.remote_id} (running) is at the provider and in no workload"]


def move(row: Workload, state: State, *, later_s: float = 1) -> dict[str, Any]:
    """One line more on its timeline."""
    last = row.events.order_by("pk").last()
    assert last is not None
    at = last.at + timedelta(seconds=later_s)
    return {"workload": row, "at": at, "written_at": at, "kind": EventKind.MOVE, "state": state, "text": "tampered"}


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ([State.SUBMITTING], "goes from running to submitting"),
        ([State.CANCELLED], "ends with cancelled"),
        ([State.CANCELLED, State.CANCELLED], "ended twice"),
    ],
)
def test_a_timeline_out_of_order_is_found(judged: Judged, row: Workload, states: list[State], word: str) -> None:
    for state in states:
        Event.objects.create(**move(row, state))
    assert any(word in text for text in judged().complaints)


def test_a_line_dated_before_the_one_above_it_is_found(judged: Judged, row: Workload) -> None:
    Event.objects.create(**move(row, State.RUNNING, later_s=-60))
    assert any("is dated before" in text for text in judged().complaints)


def test_a_meter_that_stands_still_is_found(judged: Judged, row: Workload) -> None:
    change(row, billed_since=None, billed_tariff="")
    assert any("intervals are open" in text for text in judged().complaints)
    row.usage.all().delete()
    assert any("is billed as run" in text for text in judged().complaints)


def test_time_that_is_billed_twice_and_a_wrong_sum_are_found(judged: Judged, row: Workload) -> None:
    interval = UsageInterval.objects.get(workload=row, ended_at=None)
    interval.pk, interval.ended_at, interval.cost = None, interval.started_at + timedelta(hours=1), Decimal(1)
    interval.save()
    complaints = " ".join(judged().complaints)
    assert "billed twice" in complaints
    assert "its row says" in complaints


def test_money_that_is_not_held_or_held_for_nothing_is_found(judged: Judged, row: Workload) -> None:
    change(row, reserved=None)
    assert any("nothing is held" in text for text in judged().complaints)
    change(row, reserved=Decimal(5), state=State.STOPPED)
    assert any("costs nothing more" in text for text in judged().complaints)


def test_nothing_stays_of_what_was_tampered_with(agreed: Ground) -> None:
    assert not connection.in_atomic_block
    assert not Event.objects.filter(text="tampered").exists()
