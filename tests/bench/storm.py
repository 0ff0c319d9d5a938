"""`manage.py bench storm`: 1,000 launches at five providers while a fifth of all calls fail and workers are killed.

Real workers on servers of their own, and the simulator beside them. Launches and ends come in bursts; every few seconds
one of two workers is killed with -9. Then all heals, and a person decides about what nobody could confirm: after that
each launch must have exactly one resource, or none and its reason, in the state that the simulator says, with its
timeline in order and its meter right. Minutes that only have to pass (backoff, the ten of a search for a lost launch, a
dead worker's lease) are taken off the times in the database.
"""

import argparse
import importlib
import os
import secrets
from typing import TYPE_CHECKING

from tests.bench._figures import Figure, report
from tests.faults.matrix.servers import own_servers

if TYPE_CHECKING:
    from tests.faults.matrix.storm import Outcome


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 where one launch disagrees."""
    parser = argparse.ArgumentParser(prog="manage.py bench storm")
    parser.add_argument("--launches", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the dice; workers and the network have their own")
    parser.add_argument("--share", type=float, default=0.2, help="of all calls that meet a trouble")
    asked = parser.parse_args(words)
    with own_servers() as servers:
        os.environ.update(servers.variables, GPUCONSOLE_SECRET_KEY=secrets.token_urlsafe(50))
        os.environ |= {"GPUCONSOLE_LOG_LEVEL": "CRITICAL", "GPUCONSOLE_DATA": str(servers.folder)}
        os.environ["DJANGO_SETTINGS_MODULE"] = "gpuconsole.settings"
        importlib.import_module("django").setup()  # what comes now can be imported only behind this
        ground_on = importlib.import_module("tests.faults.matrix.ground").ground_on
        storm = importlib.import_module("tests.faults.matrix.storm")
        with ground_on(servers) as ground:
            return _told(storm.rage(ground, storm.Plan(asked.launches, asked.seed, asked.share)))


def _told(outcome: "Outcome") -> int:
    total = outcome.total
    print(f"launched: {dict(sorted(outcome.launched.items()))}, in {outcome.took_s:.0f} s of storm")
    print(f"{outcome.hits:,} of {outcome.calls:,} calls met a trouble, {outcome.kills} workers were killed")
    print(f"calm after {outcome.calm_s:.0f} s: {dict(sorted(outcome.states.items()))}")
    print(f"agreed: {total.agreed}; of launches that nobody could confirm a person chose: {dict(outcome.decided)}")
    for complaint in total.complaints[:50]:
        print(f"WRONG {complaint}")
    decided = sum(outcome.decided.values())
    return report(
        [
            Figure("launches_that_disagree", outcome.plan.launches - total.agreed, 0),
            Figure("complaints", len(total.complaints), 0),
            Figure("share_left_to_a_person", round(decided / outcome.plan.launches, 3), 0.2),
            Figure("calm_after_s", round(outcome.calm_s, 1), outcome.plan.calm_within_s),
        ]
    )
