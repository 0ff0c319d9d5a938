"""What htmx asks for while the form is filled in, and the preview of the request."""

from __future__ import annotations

import html
import json
import re

import pytest

from gpuconsole.projects import secrets
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.preview import TOKEN_TO_COME
from gpuconsole.workloads import drafts
from gpuconsole.workloads.models import Draft, Workload
from tests.contract.samples import sample
from tests.workloads.launch.conftest import Desk, posted_by

HTMX = {"HX-Request": "true", "HX-Target": "rail"}


def test_a_check_answers_the_rail_saves_the_draft_and_says_so(desk: Desk) -> None:
    answer = desk.post("cortecs", "check/", desk.fill("cortecs"), **HTMX)
    text = answer.content.decode()
    assert text.lstrip().startswith('<div class="card" id="rail">')
    assert "Draft saved" in text
    assert answer["HX-Trigger"] == "gpc:draft-saved"
    assert drafts.values(Draft.objects.get())["num_workers"] == ["2"]


def test_the_rail_shows_both_currencies_and_the_upper_bound(desk: Desk) -> None:
    text = desk.post("cortecs", "check/", desk.fill("cortecs", stop_after_s=10 * 3600), **HTMX).content.decode()
    assert "$2.64" in text
    assert "€2.40 per hour, 1 EUR = 1.1000 USD on " in text
    assert "$26.40" in text
    assert "Launch instance" in text


def test_prices_are_known_while_another_field_is_wrong(desk: Desk) -> None:
    wire = sample("baseten")
    wire["training_job"]["weights"][0]["mount_location"] = "relative"
    text = desk.post("baseten", "check/", desk.fill("baseten", wire), **HTMX).content.decode()
    assert "$13.00" in text
    assert "Fix 1 field to launch" in text


def test_leaving_a_field_draws_its_note_anew(desk: Desk) -> None:
    inputs = desk.fill("cortecs") | {"num_workers": ["9"], "left": ["num_workers"]}
    text = desk.post("cortecs", "check/", inputs, **HTMX).content.decode()
    note = re.search(r'<div class="error" id="f-num_workers-help"[^>]*hx-swap-oob="true">(.*?)</div>', text, re.DOTALL)
    assert note is not None
    assert "Must be at most 8." in note.group(1)


def test_a_variable_without_a_name_is_said_at_its_key(desk: Desk) -> None:
    name = "training_job.runtime.environment_variables.7"
    inputs = desk.fill("baseten") | {f"{name}.value": ["x"], "left": [f"{name}.value"]}
    text = desk.post("baseten", "check/", inputs, **HTMX).content.decode()
    assert "Name it, or empty the row." in text


def test_what_was_not_tried_yet_is_not_called_wrong(desk: Desk) -> None:
    text = desk.post("cortecs", "check/", {"model_id": "", "left": "model_id"}, **HTMX).content.decode()
    assert "Required." not in text
    assert "to launch" in text


def test_a_check_without_script_shows_the_whole_form_with_all_that_is_wrong(desk: Desk) -> None:
    answer = desk.post("cortecs", "check/", desk.fill("cortecs", {"num_workers": 2}))
    page = answer.content.decode()
    assert "1 field needs a change before launch." in page
    assert "Required." in page


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_the_preview_is_the_request_that_will_be_sent(desk: Desk, slug: str) -> None:
    page = desk.post(slug, "check/", desk.fill(slug)).content.decode()
    shown = _shown_body(page)
    desk.post(slug, "launch/", desk.fill(slug))
    workload = Workload.objects.get()
    provider = registry.get(slug)
    sent = provider.adapter.request(provider.spec.read(workload.spec), TOKEN_TO_COME)
    assert shown == sent.body
    assert f"{sent.method} {sent.path}" in page


def test_the_preview_names_secrets_and_shows_none(desk: Desk) -> None:
    secrets.put(project=desk.project, name="hf", value="hf_very-secret-value", by=desk.user)
    wire = sample("baseten")
    wire["training_job"]["runtime"]["environment_variables"] = {"HF_TOKEN": {"name": "hf"}}
    page = desk.post("baseten", "check/", desk.fill("baseten", wire)).content.decode()
    assert "••• hf" in page
    assert "very-secret" not in page
    assert '<option value="hf" selected>' in page


def test_json_and_form_show_the_same_draft(desk: Desk) -> None:
    desk.post("baseten", "edit/", desk.fill("baseten") | {"view": "json"})
    text = posted_by(desk.page("baseten", "?view=json"))["json"][0]
    assert json.loads(text) == sample("baseten")


def _shown_body(page: str) -> object:
    block = re.search(r'aria-label="Request" data-copy-source>(.*?)</pre>', page, re.DOTALL)
    assert block is not None
    return json.loads(html.unescape(re.sub(r"<[^>]+>", "", block.group(1))))


def test_another_unit_redraws_what_a_span_sends(desk: Desk) -> None:
    inputs = {**desk.fill("otoy"), "max_timeout_run_ms": ["2"], "max_timeout_run_ms.unit": ["h"]}
    answer = desk.post("otoy", "check/", {**inputs, "left": ["max_timeout_run_ms.unit"]}, **HTMX).content.decode()
    assert "Sends 7\u202f200\u202f000 ms." in answer


def test_an_instance_may_have_no_end_only_where_the_project_allows_it(desk: Desk) -> None:
    inputs = desk.fill("cortecs", stop_after_s=None)
    assert "must have an end" in desk.page("cortecs")
    assert desk.post("cortecs", "launch/", inputs).status_code == 422
    assert not Workload.objects.exists()
    Project.objects.filter(pk=desk.project.pk).update(may_never_end=True)
    assert "or none where it has no such" in desk.page("cortecs")
    assert desk.post("cortecs", "launch/", inputs).status_code == 302
    assert Workload.objects.get().ends_by is None
