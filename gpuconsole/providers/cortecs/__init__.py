"""Cortecs: dedicated inference instances (https://docs.cortecs.ai)."""

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.cortecs.adapter import CortecsAdapter, CortecsCredentials
from gpuconsole.providers.cortecs.causes import ADVICE, REFUSED, SAID
from gpuconsole.providers.cortecs.schemas import CortecsInstanceSpec
from gpuconsole.providers.cortecs.statuses import STATUSES
from gpuconsole.providers.features import Feature
from gpuconsole.providers.words import gettext_noop

PROVIDER = Provider(
    slug="cortecs",
    name="Cortecs",
    tile="Co",
    kind="instance",
    work="endpoint",
    product=gettext_noop("dedicated instance"),
    products=gettext_noop("dedicated instances"),
    summary=gettext_noop(
        "Serves one language model on GPUs of your own behind an OpenAI-compatible address, until you stop it."
    ),
    base_url="https://cortecs.ai/api/v1",
    docs_url="https://docs.cortecs.ai",
    create_call="POST /instances/start",
    spec=CortecsInstanceSpec,
    size_path="num_workers",
    hardware_path="hardware_type_id",
    credentials=CortecsCredentials,
    sandbox_credentials={"client_id": "sandbox", "client_secret": "sandbox-cortecs-secret"},
    statuses=STATUSES,
    said=SAID,
    refused=REFUSED,
    advice=ADVICE,
    features=frozenset({Feature.STOP, Feature.START, Feature.RESTART}),
    adapter=CortecsAdapter,
    billing=gettext_noop(
        "By the started minute or hour of each worker, as chosen, from the moment that it runs until it is "
        "stopped. Every start is charged by itself."
    ),
    keeps_token=False,
    header=("Authorization", "Bearer $CORTECS_TOKEN"),
    absent={
        Feature.LOGS: gettext_noop("Cortecs offers no logs."),
        Feature.METRICS: gettext_noop("Cortecs offers no metrics."),
        Feature.EDIT: gettext_noop("Cortecs changes nothing of an instance that is there: launch another one."),
        Feature.DELETE: gettext_noop("Terminating an instance deletes it at Cortecs: nothing is left to delete."),
    },
)
CortecsAdapter.provider = PROVIDER
