"""What the status words of OTOY's jobs and runs mean (seed, docs, a third-party client; billing docs and assumed)."""

from gpuconsole.providers.remote import UNHEARD_OF, Phase, Reading, RemoteState, Tariff

STATUSES = {
    "PENDING": Reading(RemoteState.QUEUED, Phase.QUEUED),
    "ASSIGNED": Reading(RemoteState.STARTING, Phase.ASSIGNED),
    "RUNNING": Reading(RemoteState.RUNNING, Phase.RUNNING, Tariff.RUN),
    "CANCELLING": Reading(RemoteState.STOPPING, Phase.STOPPING, None),
    "COMPLETED": Reading(RemoteState.SUCCEEDED, None),
    "FAILED": Reading(RemoteState.FAILED, None),
    "CANCELLED": Reading(RemoteState.CANCELLED, None),
}
"""Of jobs. Actual execution is charged (docs); that a cancel of what is up is charged until it is done is
assumed."""

RUN_STATUSES = {
    **STATUSES,
    "PREPARING": Reading(RemoteState.STARTING, Phase.PREPARING),
    "FAILING": Reading(RemoteState.RUNNING, Phase.RUNNING, Tariff.RUN),
}
"""Of runs: two more words, for pulling the image and for an end with an error."""

FINAL = frozenset({RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELLED})
ACTIVE = tuple(word for word, reading in STATUSES.items() if reading.state not in FINAL)
"""The words to ask for where only active jobs are wanted."""
ENDED = tuple(word for word, reading in STATUSES.items() if reading.state in FINAL)
COMING_UP = ("PENDING", "ASSIGNED", "PREPARING")
UP = ("RUNNING", "FAILING", "CANCELLING")
"""Of runs, as ``ENDED`` is: where one stands while its job stands in a word of the same group, if it is alone."""


def reading(status: str) -> Reading:
    """What a job's word means."""
    return STATUSES.get(status, UNHEARD_OF)


def run_reading(status: str) -> Reading:
    """What a run's word means."""
    return RUN_STATUSES.get(status, UNHEARD_OF)
