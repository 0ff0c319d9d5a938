"""Every status word of Baseten has one meaning; unheard-of ones are read by their ending."""

import json
from pathlib import Path

import pytest

from gpuconsole.providers.baseten import PROVIDER
from gpuconsole.providers.baseten.statuses import FINAL
from gpuconsole.providers.remote import UNHEARD_OF, RemoteState, Tariff
from tests.contract import test_mirror

REFERENCE = json.loads((Path(test_mirror.REFERENCE) / "baseten.json").read_text())


def test_the_table_is_total() -> None:
    assert set(PROVIDER.statuses) == set(REFERENCE["states"])


@pytest.mark.parametrize("status", REFERENCE["terminal_states"])
def test_final_words_are_final_and_not_billed(status: str) -> None:
    assert PROVIDER.reading(status).state in FINAL
    assert PROVIDER.reading(status).tariff == Tariff.NOTHING


@pytest.mark.parametrize("status", REFERENCE["active_states"])
def test_active_words_are_not_final_and_only_running_is_billed(status: str) -> None:
    """Waiting and image pull are not billed (docs)."""
    assert PROVIDER.reading(status).state not in FINAL
    assert (PROVIDER.reading(status).tariff == Tariff.RUN) == (status == "TRAINING_JOB_RUNNING")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("TRAINING_JOB_PENDING", RemoteState.QUEUED),
        ("TRAINING_JOB_QUEUED", RemoteState.QUEUED),
        ("TRAINING_JOB_CREATED", RemoteState.QUEUED),
        ("TRAINING_JOB_DEPLOYING", RemoteState.STARTING),
        ("TRAINING_JOB_RUNNING", RemoteState.RUNNING),
        ("TRAINING_JOB_COMPLETED", RemoteState.SUCCEEDED),
        ("TRAINING_JOB_FAILED", RemoteState.FAILED),
        ("TRAINING_JOB_DEPLOY_FAILED", RemoteState.FAILED),
        ("TRAINING_JOB_STOPPED", RemoteState.CANCELLED),
        ("TRAINING_JOB_PREEMPTED", RemoteState.FAILED),
        ("TRAINING_JOB_EVALUATION_COMPLETED", RemoteState.SUCCEEDED),
        ("TRAINING_JOB_IMAGE_FAILED", RemoteState.FAILED),
        ("TRAINING_JOB_QUOTA_STOPPED", RemoteState.CANCELLED),
        ("TRAINING_JOB_NODE_PREEMPTED", RemoteState.FAILED),
    ],
)
def test_what_each_word_means(status: str, state: RemoteState) -> None:
    assert PROVIDER.reading(status).state == state


@pytest.mark.parametrize("status", ["TRAINING_JOB_REBALANCING", "", "COMPLETED_NOT"])
def test_other_unheard_of_words_are_active_and_billed(status: str) -> None:
    assert PROVIDER.reading(status) is UNHEARD_OF
