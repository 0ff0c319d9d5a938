"""Every status word of OTOY's jobs and runs has one meaning, and says whether it is billed."""

import json
from pathlib import Path

import pytest

from gpuconsole.providers.otoy import PROVIDER
from gpuconsole.providers.otoy.statuses import ACTIVE, FINAL, RUN_STATUSES, run_reading
from gpuconsole.providers.remote import UNHEARD_OF, Phase, RemoteState, Tariff
from tests.contract import test_mirror

REFERENCE = json.loads((Path(test_mirror.REFERENCE) / "otoy.json").read_text())


def test_the_tables_are_total() -> None:
    assert set(PROVIDER.statuses) == set(REFERENCE["states"])
    assert set(RUN_STATUSES) == set(REFERENCE["run_states"])
    assert set(ACTIVE) == set(REFERENCE["states"]) - set(REFERENCE["terminal_states"])


@pytest.mark.parametrize("status", REFERENCE["states"])
def test_what_is_final_and_what_is_billed(status: str) -> None:
    found = PROVIDER.reading(status)
    assert (found.state in FINAL) == (status in REFERENCE["terminal_states"])
    assert (found.tariff != Tariff.NOTHING) == (status in REFERENCE["billable_states"])
    assert (found.tariff is None) == (status == "CANCELLING")  # of what never came up, nothing goes on


@pytest.mark.parametrize(
    ("status", "state", "phase"),
    [
        ("PENDING", RemoteState.QUEUED, Phase.QUEUED),
        ("ASSIGNED", RemoteState.STARTING, Phase.ASSIGNED),
        ("PREPARING", RemoteState.STARTING, Phase.PREPARING),
        ("RUNNING", RemoteState.RUNNING, Phase.RUNNING),
        ("FAILING", RemoteState.RUNNING, Phase.RUNNING),
        ("CANCELLING", RemoteState.STOPPING, Phase.STOPPING),
        ("COMPLETED", RemoteState.SUCCEEDED, None),
        ("FAILED", RemoteState.FAILED, None),
        ("CANCELLED", RemoteState.CANCELLED, None),
    ],
)
def test_what_each_word_means(status: str, state: RemoteState, phase: Phase | None) -> None:
    assert (run_reading(status).state, run_reading(status).phase) == (state, phase)


def test_an_unheard_of_word_is_active_and_billed() -> None:
    assert PROVIDER.reading("MIGRATING") is UNHEARD_OF is run_reading("MIGRATING")
