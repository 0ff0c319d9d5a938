"""Form and JSON are two views of one draft."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from tests.contract.samples import DOCUMENTED_BASETEN, sample
from tests.workloads.launch.conftest import Desk, posted_by

JOB = DOCUMENTED_BASETEN["training_job"]
PLACE = {"training_project_name": "p"}


def shown(page: str) -> Any:
    """What stands in the JSON view."""
    found = re.search(r'<textarea id="f-json"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found
    return json.loads(html.unescape(found[1]))


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_there_and_back_nothing_is_lost(desk: Desk, slug: str) -> None:
    wire = sample(slug)
    wire["tier"] = {"x": [1, None, True, "ü"]}
    desk.post(slug, "edit/", desk.fill(slug, wire) | {"view": "json"})
    page = desk.page(slug, "?view=json")
    assert shown(page) == wire

    desk.post(slug, "edit/", posted_by(page) | {"view": "form"})
    page = desk.page(slug)
    assert "<code>tier</code>" in page
    desk.post(slug, "launch/", posted_by(page) | {"confirmed": "1"})
    assert Workload.objects.get().spec == wire


@pytest.mark.parametrize(
    "pasted",
    [
        {"provider": "baseten", **PLACE, **DOCUMENTED_BASETEN},
        {**PLACE, **DOCUMENTED_BASETEN},
        {**PLACE, **JOB},
        {"spec": {"provider": "baseten", **PLACE, **DOCUMENTED_BASETEN}, "connection": "con_x", "name": "n"},
    ],
    ids=["spec", "body", "inside of its envelope", "launch by API"],
)
def test_the_documented_example_launches_as_it_stands(desk: Desk, pasted: dict[str, Any]) -> None:
    answer = desk.post("baseten", "launch/", desk.fill("baseten", {}) | {"json": json.dumps(pasted)})

    assert answer.status_code == 302, answer.content
    assert Workload.objects.get().spec == {"provider": "baseten", **PLACE, **DOCUMENTED_BASETEN}


def test_unknown_keys_are_shown_and_sent_where_they_stood(desk: Desk) -> None:
    pasted = {**PLACE, **JOB, "workspace": {"a": 1}}
    pasted["compute"] = {**JOB["compute"], "gpu_clock": 1980}
    desk.post("baseten", "edit/", desk.fill("baseten", {}) | {"json": json.dumps(pasted), "view": "form"})

    page = desk.page("baseten")
    for path in ("training_job.workspace", "training_job.compute.gpu_clock"):
        assert f"<code>{path}</code>" in page
    preview = page[page.index('id="preview"') :]
    assert "workspace" in preview
    assert "gpu_clock" in preview
    desk.post("baseten", "launch/", posted_by(page) | {"confirmed": "1"})
    spec = Workload.objects.get().spec["training_job"]
    assert (spec["workspace"], spec["compute"]["gpu_clock"]) == ({"a": 1}, 1980)


def test_a_spec_of_another_provider_is_said_to_be_one(desk: Desk) -> None:
    answer = desk.post("cortecs", "launch/", desk.fill("cortecs") | {"json": json.dumps(sample("baseten"))})

    assert answer.status_code == 422
    assert "This is a spec for Baseten, and the form is one for Cortecs." in answer.content.decode()


def test_what_no_json_can_say_is_fixed_before_the_view_is_changed(desk: Desk) -> None:
    variables = "training_job.runtime.environment_variables"
    inputs = desk.fill("baseten") | {f"{variables}.7.key": ["A"], f"{variables}.7.kind": ["secret"]}
    answer = desk.post("baseten", "edit/", inputs | {"view": "json"})

    assert answer.status_code == 422
    assert "Pick a secret." in answer.content.decode()
    assert posted_by(answer.content.decode())[f"{variables}.7.key"] == ["A"]


def test_the_guard_rails_stay_as_they_are_when_json_is_pasted(desk: Desk) -> None:
    inputs = desk.fill("cortecs", labels=["kept"]) | {"json": json.dumps(sample("cortecs"))}
    desk.post("cortecs", "launch/", inputs)
    assert (Workload.objects.get().labels, Workload.objects.get().stop_after_s) == (["kept"], 3600)
