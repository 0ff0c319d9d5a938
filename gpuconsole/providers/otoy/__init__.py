"""OTOY: compute jobs on the Render Network's Dispersed (https://dispersed.com)."""

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.features import Feature
from gpuconsole.providers.otoy.adapter import OtoyAdapter, OtoyCredentials
from gpuconsole.providers.otoy.causes import ADVICE, REFUSED, SAID
from gpuconsole.providers.otoy.schemas import OtoyJobSpec
from gpuconsole.providers.otoy.signing import SIGNING
from gpuconsole.providers.otoy.statuses import STATUSES
from gpuconsole.providers.words import gettext_noop

PROVIDER = Provider(
    slug="otoy",
    name="OTOY",
    tile="Ot",
    kind="job",
    product=gettext_noop("compute job"),
    products=gettext_noop("compute jobs"),
    summary=gettext_noop(
        "Runs a container on nodes of the Render Network: as a batch that ends, or until you cancel it."
    ),
    base_url="https://api.dispersed.com",
    docs_url="https://otoyinc.mintlify.app",
    create_call="POST /v1/jobs",
    spec=OtoyJobSpec,
    name_path="title",
    size_path="gpu_count",
    hardware_path="gpu_name",
    credentials=OtoyCredentials,
    sandbox_credentials={"public_key": "pk_sandbox", "secret_key": "sk_sandbox"},
    statuses=STATUSES,
    said=SAID,
    refused=REFUSED,
    advice=ADVICE,
    features=frozenset({Feature.LOGS}),
    adapter=OtoyAdapter,
    requests_per_s=40.0,  # no limit is published; 2,000 jobs are 40 pages, and their runs 20 to 40 more
    billing=gettext_noop(
        "A batch job pays for the time that its container is up, a persistent one for started hours, each on "
        "every node and for every try."
    ),
    tells_nodes=True,
    signing=SIGNING,
    absent={
        Feature.METRICS: gettext_noop(
            "OTOY offers no metrics to those who rent; its nodes' load is for their operators."
        ),
        Feature.CHECKPOINTS: gettext_noop("OTOY keeps no checkpoints: write them to storage of your own."),
        Feature.START: gettext_noop("An OTOY job that was cancelled cannot go on; retry launches it anew."),
        Feature.RETRY: gettext_noop("OTOY has no call to run a job again; retry launches it anew."),
        Feature.EDIT: gettext_noop("OTOY has no call to change a job."),
        Feature.DELETE: gettext_noop("OTOY has no call to delete a job: what has ended stays in its list."),
    },
)
OtoyAdapter.provider = PROVIDER
