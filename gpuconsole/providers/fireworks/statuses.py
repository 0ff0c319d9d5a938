"""What Fireworks' states mean (names: seed; meanings: client code; what is billed is assumed)."""

from gpuconsole.providers.remote import UNHEARD_OF, Phase, Reading, RemoteState, Tariff

UNSPECIFIED = "STATE_UNSPECIFIED"
"""The zero value, which answers may leave out."""

_STOPPING = Reading(RemoteState.STOPPING, Phase.STOPPING, None)

STATUSES = {
    UNSPECIFIED: UNHEARD_OF,  # "not set" says nothing: the last state stays
    "CREATING": Reading(RemoteState.QUEUED, Phase.QUEUED),
    "QUEUED": Reading(RemoteState.QUEUED, Phase.QUEUED),  # the vendor marks it unused
    "PENDING": Reading(RemoteState.STARTING, Phase.ASSIGNED),
    "RUNNING": Reading(RemoteState.RUNNING, Phase.RUNNING, Tariff.RUN),
    "COMPLETED": Reading(RemoteState.SUCCEEDED, None),
    "FAILED": Reading(RemoteState.FAILED, None),
    "CANCELLING": _STOPPING,
    "CANCELLED": Reading(RemoteState.CANCELLED, None),
    "DELETING": _STOPPING,
}

FINAL = frozenset({RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELLED})
"""What nothing leaves."""
ENDING = FINAL | {RemoteState.STOPPING}
"""Where an end has been asked for or has come."""
