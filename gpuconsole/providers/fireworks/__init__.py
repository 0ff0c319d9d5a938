"""Fireworks AI: batch jobs on node pools of one's own (https://docs.fireworks.ai)."""

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.features import Feature
from gpuconsole.providers.fireworks.adapter import FireworksAdapter, FireworksCredentials
from gpuconsole.providers.fireworks.causes import ADVICE, REFUSED, SAID
from gpuconsole.providers.fireworks.edits import FireworksEdits
from gpuconsole.providers.fireworks.schemas import FireworksJobSpec
from gpuconsole.providers.fireworks.statuses import STATUSES
from gpuconsole.providers.words import gettext_noop

PROVIDER = Provider(
    slug="fireworks",
    name="Fireworks",
    tile="Fw",
    kind="job",
    product=gettext_noop("batch job"),
    products=gettext_noop("batch jobs"),
    summary=gettext_noop(
        "Runs a Python process, a notebook or a shell command on the ranks of a node pool in your AWS account."
    ),
    base_url="https://api.fireworks.ai",
    docs_url="https://docs.fireworks.ai",
    create_call="POST /v1/accounts/{account_id}/batchJobs",
    spec=FireworksJobSpec,
    name_path="displayName",
    size_path="numRanks",
    hardware_path="nodePoolId",
    name_max=63,
    credentials=FireworksCredentials,
    sandbox_credentials={"api_key": "sandbox-fireworks-key"},
    requests_per_s=20,  # of 6,000 a minute with a payment method (docs); without one it refuses, and that is waited for
    statuses=STATUSES,
    said=SAID,
    refused=REFUSED,
    advice=ADVICE,
    features=frozenset({Feature.LOGS, Feature.EDIT, Feature.DELETE}),
    adapter=FireworksAdapter,
    edits=FireworksEdits,
    billing=gettext_noop("Fireworks names no price: the machines are on your own cloud's bill."),
    header=("Authorization", "Bearer $FIREWORKS_API_KEY"),
    absent={
        Feature.START: gettext_noop("A Fireworks batch job that was cancelled cannot go on; retry launches it anew."),
        Feature.METRICS: gettext_noop("Fireworks offers no metrics of a batch job."),
        Feature.CHECKPOINTS: gettext_noop("Fireworks keeps no checkpoints: jobs write to storage of their own."),
    },
)
FireworksAdapter.provider = PROVIDER
