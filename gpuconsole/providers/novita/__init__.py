"""Novita AI: GPU instances (https://novita.ai/docs/api-reference/gpu-instance-create-instance)."""

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.features import Feature
from gpuconsole.providers.novita.adapter import NovitaAdapter, NovitaCredentials
from gpuconsole.providers.novita.causes import ADVICE, REFUSED, SAID
from gpuconsole.providers.novita.edits import NovitaEdits
from gpuconsole.providers.novita.schemas import NovitaInstanceSpec
from gpuconsole.providers.novita.statuses import STATUSES
from gpuconsole.providers.words import gettext_noop

PROVIDER = Provider(
    slug="novita",
    name="Novita",
    tile="Nv",
    kind="instance",
    product=gettext_noop("GPU instance"),
    products=gettext_noop("GPU instances"),
    summary=gettext_noop(
        "Rents a container with 1 to 8 GPUs, disks, SSH and Jupyter that keeps its disks when it is stopped."
    ),
    base_url="https://api.novita.ai",
    docs_url="https://novita.ai/docs/api-reference/gpu-instance-create-instance",
    create_call="POST /gpu-instance/openapi/v1/gpu/instance/create",
    spec=NovitaInstanceSpec,
    name_path="name",
    size_path="gpuNum",
    hardware_path="productId",
    credentials=NovitaCredentials,
    sandbox_credentials={"api_key": "sandbox-novita-key"},
    statuses=STATUSES,
    said=SAID,
    refused=REFUSED,
    advice=ADVICE,
    features=frozenset({Feature.STOP, Feature.START, Feature.RESTART, Feature.METRICS, Feature.EDIT}),
    adapter=NovitaAdapter,
    requests_per_s=12.0,  # no limit is published; 2,000 instances are 20 pages
    edits=NovitaEdits,
    billing=gettext_noop(
        "By the second, from pulling the image until it is stopped; disks are charged while it is off too, "
        "until it is deleted."
    ),
    header=("Authorization", "Bearer $NOVITA_API_KEY"),
    absent={
        Feature.LOGS: gettext_noop(
            "Novita has no call for logs; while the instance runs, two log streams are among its ways in."
        ),
        Feature.DELETE: gettext_noop("Terminating an instance deletes it at Novita: nothing is left to delete."),
    },
)
NovitaAdapter.provider = PROVIDER
