"""What the status words of Cortecs mean (source: seed; what is billed is assumed)."""

from gpuconsole.providers.remote import Phase, Reading, RemoteState, Tariff

STATUSES = {
    "pending": Reading(RemoteState.STARTING, Phase.PREPARING),
    "running": Reading(RemoteState.RUNNING, Phase.RUNNING, Tariff.RUN),
    "stopped": Reading(RemoteState.STOPPED, None),
}
