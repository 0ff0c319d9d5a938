"""What Novita's status words mean (source: docs; ``pending`` client code; what is billed in between is assumed)."""

from gpuconsole.providers.remote import Phase, Reading, RemoteState

_GOING = Reading(RemoteState.STOPPING, Phase.STOPPING, False)
_STOPPING = Reading(RemoteState.STOPPING, Phase.STOPPING, True)
_AGAIN = Reading(RemoteState.STARTING, Phase.PREPARING, True)

STATUSES = {
    "pending": Reading(RemoteState.QUEUED, Phase.QUEUED, False),
    "toCreate": Reading(RemoteState.QUEUED, Phase.QUEUED, False),
    "creating": Reading(RemoteState.STARTING, Phase.ASSIGNED, False),
    "pulling": Reading(RemoteState.STARTING, Phase.PREPARING, True),
    "running": Reading(RemoteState.RUNNING, Phase.RUNNING, True),
    "toStart": Reading(RemoteState.STARTING, Phase.QUEUED, False),
    "starting": _AGAIN,
    "toStop": _STOPPING,
    "stopping": _STOPPING,
    "exited": Reading(RemoteState.STOPPED, None, False),
    "toRestart": _AGAIN,
    "restarting": _AGAIN,
    "toRemove": _GOING,
    "removing": _GOING,
    "removed": Reading(RemoteState.CANCELLED, None, False),
    "toReset": _AGAIN,
    "resetting": _AGAIN,
    "migrating": _AGAIN,
    "freezing": _GOING,
}
"""GPU time is billed from pulling until the instance is stopped; while it is exited only its disks are (docs)."""

FAILED = Reading(RemoteState.FAILED, None, False)
"""An instance that was removed with an error: there is no failed word (assumed)."""
RESTING = frozenset({"toStop", "stopping", "exited"})
"""Words of an instance that was stopped or is about to be."""
AWAKE = frozenset({"toStart", "starting", "toRestart", "restarting", "pulling", "running"})
"""Words of an instance that is up or about to be."""
EDITABLE = frozenset({"running", "exited"})
"""Words of an instance that can be changed (assumed)."""
LEAVING = frozenset({"toRemove", "removing", "removed"})
"""Words of an instance whose end was taken."""
