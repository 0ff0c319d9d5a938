"""A smallest OTOY job, and what the spec says of a job."""

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from gpuconsole.providers.otoy.schemas import OtoyJobSpec
from gpuconsole.providers.problems import Problem, problems
from tests.contract.samples import DOCUMENTED_OTOY

BATCH: dict[str, Any] = {
    "task": "BATCH",
    "title": "t",
    "max_timeout_run_ms": 60_000,
    "parameters": {"parameters": {"image": "x"}},
}
PERSISTENT: dict[str, Any] = {"task": "PERSISTENT", "title": "t", "parameters": {"parameters": {"image": "x"}}}


def read(job: dict[str, Any], **changes: Any) -> OtoyJobSpec:
    return OtoyJobSpec.read({"provider": "otoy", **job, **changes})


def told(job: dict[str, Any], **changes: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        read(job, **changes)
    return problems(caught.value)


def docker(**settings: Any) -> dict[str, Any]:
    return {"parameters": {"type": "docker", "parameters": {"image": "myteam/eval", **settings}}}


def documented(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(DOCUMENTED_OTOY), **changes}
