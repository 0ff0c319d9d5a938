"""Pasted JSON with more, fewer or other envelopes than a spec has."""

from __future__ import annotations

from typing import Any

import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.specs import read_pasted
from tests.contract.samples import DOCUMENTED_BASETEN, sample

JOB = DOCUMENTED_BASETEN["training_job"]
WHOLE = {"provider": "baseten", **DOCUMENTED_BASETEN}


def pasted(slug: str, body: dict[str, Any]) -> dict[str, Any]:
    return read_pasted(registry.get(slug), body)


@pytest.mark.parametrize(
    "body",
    [
        DOCUMENTED_BASETEN,
        JOB,
        {"provider": "baseten", **JOB},
        {"job": JOB},
        {"body": DOCUMENTED_BASETEN},
        {"name": "x", "connection": "con_1", "spec": WHOLE},
    ],
    ids=["envelope", "inside", "inside with provider", "other envelope", "two envelopes", "launch by API"],
)
def test_the_documented_body_is_read_in_any_wrapping(body: dict[str, Any]) -> None:
    assert pasted("baseten", body) == WHOLE


@pytest.mark.parametrize("slug", registry.SLUGS)
@pytest.mark.parametrize("wrap", [dict, lambda spec: {"spec": spec}, lambda spec: {"whatever": spec}])
def test_a_spec_stays_itself(slug: str, wrap: Any) -> None:
    assert pasted(slug, wrap(sample(slug))) == sample(slug)


def test_a_field_beside_the_envelope_stays_beside_it() -> None:
    found = pasted("baseten", {"training_project_id": "p1", **JOB})

    assert found == {"provider": "baseten", "training_project_id": "p1", "training_job": JOB}


def test_an_unknown_key_stays_with_its_siblings() -> None:
    assert pasted("baseten", {**JOB, "workspace": {"a": 1}})["training_job"]["workspace"] == {"a": 1}
    assert pasted("baseten", {**DOCUMENTED_BASETEN, "workspace": 1})["workspace"] == 1
    assert pasted("cortecs", {"model_id": "m", "tier": {"model_id": "n"}})["tier"] == {"model_id": "n"}


def test_what_holds_no_known_key_is_left_as_it_is() -> None:
    assert pasted("cortecs", {"a": {"b": 1}}) == {"provider": "cortecs", "a": {"b": 1}}
    assert pasted("baseten", {"a": 1}) == {"provider": "baseten", "a": 1}
