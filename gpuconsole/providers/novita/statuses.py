"""What Novita's status words mean (source: docs; ``pending`` client code; what is billed in between is assumed)."""

from gpuconsole.providers.remote import Phase, Reading, RemoteState, Tariff

_GOING = Reading(RemoteState.STOPPING, Phase.STOPPING, Tariff.REST)
_STOPPING = Reading(RemoteState.STOPPING, Phase.STOPPING, Tariff.RUN)
_AGAIN = Reading(RemoteState.STARTING, Phase.PREPARING, Tariff.RUN)

STATUSES = {
    "pending": Reading(RemoteState.QUEUED, Phase.QUEUED),
    "toCreate": Reading(RemoteState.QUEUED, Phase.QUEUED),
    "creating": Reading(RemoteState.STARTING, Phase.ASSIGNED),
    "pulling": Reading(RemoteState.STARTING, Phase.PREPARING, Tariff.RUN),
    "running": Reading(RemoteState.RUNNING, Phase.RUNNING, Tariff.RUN),
    "toStart": Reading(RemoteState.STARTING, Phase.QUEUED, Tariff.REST),
    "starting": _AGAIN,
    "toStop": _STOPPING,
    "stopping": _STOPPING,
    "exited": Reading(RemoteState.STOPPED, None, Tariff.REST),
    "toRestart": _AGAIN,
    "restarting": _AGAIN,
    "toRemove": _GOING,
    "removing": _GOING,
    "removed": Reading(RemoteState.CANCELLED, None),
    "toReset": _AGAIN,
    "resetting": _AGAIN,
    "migrating": _AGAIN,
    "freezing": _GOING,
}
"""GPU time is billed from pulling until the instance is stopped; while it is exited only its disks are (docs), and
until they are gone (assumed)."""

FAILED = Reading(RemoteState.FAILED, None)
"""An instance that was removed with an error: there is no failed word (assumed)."""
RESTING = frozenset({"toStop", "stopping", "exited"})
"""Words of an instance that was stopped or is about to be."""
AWAKE = frozenset({"toStart", "starting", "toRestart", "restarting", "pulling", "running"})
"""Words of an instance that is up or about to be."""
EDITABLE = frozenset({"running", "exited"})
"""Words of an instance that can be changed (assumed)."""
LEAVING = frozenset({"toRemove", "removing", "removed"})
"""Words of an instance whose end was taken."""
