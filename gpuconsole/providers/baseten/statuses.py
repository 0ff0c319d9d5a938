"""What Baseten's status words mean (source: the lifecycle page of its documentation, its client's code)."""

from gpuconsole.providers.causes import Cause, Ending
from gpuconsole.providers.remote import UNHEARD_OF, Phase, Reading, RemoteState, Tariff

_QUEUED = Reading(RemoteState.QUEUED, Phase.QUEUED)
_SUCCEEDED = Reading(RemoteState.SUCCEEDED, None)
_FAILED = Reading(RemoteState.FAILED, None)
_STOPPED = Reading(RemoteState.CANCELLED, None)

STATUSES = {
    "TRAINING_JOB_PENDING": _QUEUED,
    "TRAINING_JOB_QUEUED": _QUEUED,
    "TRAINING_JOB_CREATED": _QUEUED,
    "TRAINING_JOB_DEPLOYING": Reading(RemoteState.STARTING, Phase.PREPARING),
    "TRAINING_JOB_RUNNING": Reading(RemoteState.RUNNING, Phase.RUNNING, Tariff.RUN),
    "TRAINING_JOB_COMPLETED": _SUCCEEDED,
    "TRAINING_JOB_FAILED": _FAILED,
    "TRAINING_JOB_DEPLOY_FAILED": _FAILED,
    "TRAINING_JOB_STOPPED": _STOPPED,
    "TRAINING_JOB_PREEMPTED": _FAILED,
}
"""Waiting and image pull are not billed: the meter runs while the containers run (docs)."""

ENDINGS = {
    "TRAINING_JOB_PREEMPTED": Ending(
        Cause.PREEMPTED, "Spot capacity was taken back. Retry it, or launch it as dedicated."
    ),
    "TRAINING_JOB_DEPLOY_FAILED": Ending(
        Cause.IMAGE, "It never started. Check that the image exists and may be pulled."
    ),
}

FINAL = frozenset({RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELLED})

ACTIVE = tuple(word for word, reading in STATUSES.items() if reading.state not in FINAL)
"""The words to ask for when only active jobs are wanted."""

_ENDINGS = {"_COMPLETED": _SUCCEEDED, "_FAILED": _FAILED, "_STOPPED": _STOPPED, "_PREEMPTED": _FAILED}


def guess(status: str) -> Reading:
    """An unlisted word is active unless it ends as the final ones do (assumed, after a third-party client)."""
    return next((reading for ending, reading in _ENDINGS.items() if status.endswith(ending)), UNHEARD_OF)
