"""Pebble: containers on rented machines, by the second (made up)."""

from gpuconsole.providers.causes import Cause, Ending
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.features import Feature
from gpuconsole.providers.pebble.adapter import PebbleAdapter, PebbleCredentials
from gpuconsole.providers.pebble.schemas import PebbleSpec
from gpuconsole.providers.remote import Phase, Reading, RemoteState, Tariff

PROVIDER = Provider(
    slug="pebble",
    name="Pebble",
    tile="Pb",
    kind="job",
    product="task",
    products="tasks",
    summary="Runs one container on rented machines until its command ends.",
    base_url="https://api.pebble.example",
    docs_url="https://docs.pebble.example",
    spec=PebbleSpec,
    name_path="name",
    credentials=PebbleCredentials,
    sandbox_credentials={"api_key": "sandbox-pebble-key"},
    statuses={
        "waiting": Reading(RemoteState.QUEUED, Phase.QUEUED),
        "working": Reading(RemoteState.RUNNING, Phase.RUNNING, Tariff.RUN),
        "done": Reading(RemoteState.SUCCEEDED, None),
        "broken": Reading(RemoteState.FAILED, None),
        "cancelled": Reading(RemoteState.CANCELLED, None),
    },
    endings={"broken": Ending(Cause.EXIT_CODE, "The command ended with an error.")},
    features=frozenset(),
    absent={
        Feature.LOGS: "Pebble offers no logs.",
        Feature.METRICS: "Pebble offers no metrics.",
        Feature.EDIT: "Pebble changes nothing of a task that is there.",
        Feature.DELETE: "Pebble forgets its tasks by itself.",
    },
    adapter=PebbleAdapter,
    billing="By the second that it works, on every machine.",
    header=("Authorization", "Bearer $PEBBLE_API_KEY"),
)
PebbleAdapter.provider = PROVIDER
