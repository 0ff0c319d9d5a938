"""Baseten: training jobs (https://docs.baseten.co/training/overview)."""

from gpuconsole.providers.baseten.adapter import BasetenAdapter, BasetenCredentials
from gpuconsole.providers.baseten.causes import ADVICE, REFUSED, SAID
from gpuconsole.providers.baseten.edits import BasetenEdits
from gpuconsole.providers.baseten.schemas import BasetenJobSpec
from gpuconsole.providers.baseten.statuses import ENDINGS, STATUSES, guess
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.features import Feature
from gpuconsole.providers.words import gettext_noop

PROVIDER = Provider(
    slug="baseten",
    name="Baseten",
    tile="Bt",
    kind="job",
    product=gettext_noop("training job"),
    products=gettext_noop("training jobs"),
    summary=gettext_noop(
        "Runs a container with start commands on one or more GPU nodes and ends when the commands end."
    ),
    base_url="https://api.baseten.co",
    docs_url="https://docs.baseten.co/reference/training-api/create-training-job",
    create_call="POST /v1/training_projects/{training_project_id}/jobs",
    spec=BasetenJobSpec,
    name_path="training_job.name",
    size_path="training_job.compute.accelerator.count",
    hardware_path="training_job.compute.accelerator.accelerator",
    matches_path="training_job.compute.memory",
    credentials=BasetenCredentials,
    sandbox_credentials={"api_key": "sandbox-baseten-key"},
    statuses=STATUSES,
    guess=guess,
    endings=ENDINGS,
    example={
        "training_project_name": "sft",
        "training_job": {
            "image": {"base_image": "pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime"},
            "compute": {"accelerator": {"accelerator": "H100", "count": 2}},
            "runtime": {"start_commands": ["python train.py"]},
        },
    },
    said=SAID,
    refused=REFUSED,
    advice=ADVICE,
    features=frozenset(
        {Feature.RETRY, Feature.LOGS, Feature.METRICS, Feature.CHECKPOINTS, Feature.EDIT, Feature.DELETE}
    ),
    adapter=BasetenAdapter,
    edits=BasetenEdits,
    deleting=gettext_noop("Checkpoints that were not deployed go with it."),
    billing=gettext_noop(
        "By the started minute of each node, from the moment that it is seen running; waiting and pulling the "
        "image cost nothing. Every retry is charged by itself."
    ),
    header=("Authorization", "Api-Key $BASETEN_API_KEY"),
    absent={
        Feature.START: gettext_noop("A Baseten job that was stopped cannot go on; retry makes it anew."),
    },
)
BasetenAdapter.provider = PROVIDER
