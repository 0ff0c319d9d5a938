"""A small storm of each suite run; `manage.py bench storm` makes a large one."""

from __future__ import annotations

from tests.faults.matrix.ground import Ground
from tests.faults.matrix.storm import Plan, rage


def test_both_sides_agree_on_every_launch_after_a_storm(ground: Ground) -> None:
    outcome = rage(ground, Plan(launches=40, seed=5, kill_every_s=1.5, calm_within_s=60))
    assert outcome.total.complaints == []
    assert outcome.total.agreed == 40
    assert outcome.kills and outcome.hits
