"""Many presses of stop everything at the same moment, amid launches: one end each, and none is missed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from gpuconsole.core.errors import Refused
from gpuconsole.workloads.models import Event, Halt, HaltScope, Workload
from gpuconsole.workloads.states import State
from tests.workloads.halts.conftest import Scene, make_scene


@pytest.mark.django_db(transaction=True)
def test_presses_and_launches_at_once_end_each_workload_once_and_miss_none() -> None:
    scene = make_scene()
    for number in range(6):
        scene.lab.workload(("baseten", "cortecs")[number % 2], name=f"work {number}", by=scene.member)
    scopes = [HaltScope.TEAM, HaltScope.PROJECT, HaltScope.CONNECTION, HaltScope.MINE, HaltScope.TEAM]

    with ThreadPoolExecutor(10) as pool:
        presses = [pool.submit(_press, scene, scope) for scope in scopes for _ in range(2)]
        launches = [pool.submit(_launch, scene) for _ in range(6)]
    made = [one.result() for one in presses]
    codes = [one.result() for one in launches]

    assert len(made) == Halt.objects.filter(asked_at__isnull=False).count() == 10
    assert set(Workload.objects.values_list("state", flat=True)) <= {State.STOPPING, State.CANCELLED}
    asked = Event.objects.filter(state=State.STOPPING).order_by()
    assert asked.count() == asked.values("workload").distinct().count() == 6
    assert set(codes) <= {"", "launches_held"}
    assert Workload.objects.count() == 6 + codes.count("")


def _press(scene: Scene, scope: HaltScope) -> Halt:
    try:
        return scene.halt(scope, holds_launches=scope is HaltScope.TEAM)
    finally:
        connection.close()


def _launch(scene: Scene) -> str:
    """Empty where it was taken, else why not: once launches of the team are held, none is."""
    try:
        scene.lab.launch("baseten", name="late")
    except Refused as refused:
        return refused.code
    else:
        return ""
    finally:
        connection.close()
