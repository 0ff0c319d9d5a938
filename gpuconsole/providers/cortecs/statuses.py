"""What the status words of Cortecs mean (source: seed; what is billed is assumed)."""

from gpuconsole.providers.remote import Phase, Reading, RemoteState

STATUSES = {
    "pending": Reading(RemoteState.STARTING, Phase.PREPARING, False),
    "running": Reading(RemoteState.RUNNING, Phase.RUNNING, True),
    "stopped": Reading(RemoteState.STOPPED, None, False),
}
