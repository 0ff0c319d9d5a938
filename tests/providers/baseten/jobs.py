"""A smallest Baseten job, and what the spec says of a job."""

from typing import Any

import pytest
from pydantic import ValidationError

from gpuconsole.providers.baseten.schemas import BasetenJobSpec
from gpuconsole.providers.problems import Problem, problems

JOB: dict[str, Any] = {"image": {"base_image": "x"}}
WEIGHTS = {"source": "hf://org/model@main", "mount_location": "/m"}


def read(job: dict[str, Any]) -> BasetenJobSpec:
    return BasetenJobSpec.read({"provider": "baseten", "training_project_id": "n4q95w5", "training_job": job})


def told(job: dict[str, Any]) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        read(job)
    return [Problem(one.path.removeprefix("training_job."), one.message, one.fix) for one in problems(caught.value)]


def paths(job: dict[str, Any]) -> list[str]:
    return [one.path for one in told(job)]
