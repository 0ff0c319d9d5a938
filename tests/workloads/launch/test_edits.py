"""What a press in a launch form changes without script: resets, pasted files, keys that become secrets, drafts."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from gpuconsole.catalog import queries as catalog
from gpuconsole.projects import secrets
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads.models import Draft, Workload
from tests import factories
from tests.contract.samples import DOCUMENTED_NOVITA, sample
from tests.workloads.launch.conftest import Desk, posted_by
from tests.workloads.launch.test_checks import HTMX

COMPUTE = "training_job.compute"
VARIABLES = "training_job.runtime.environment_variables"
HF = "hf_abcdefghijklmnopqrstuvwx"


def test_a_reset_takes_a_field_back_to_its_default(desk: Desk) -> None:
    inputs = desk.fill("cortecs")
    assert 'name="reset:num_workers" aria-label="Reset Workers" title="Back to the default">' in _page(desk, inputs)
    desk.post("cortecs", "edit/", inputs | {"reset:num_workers": ""})
    page = desk.page("cortecs")
    assert posted_by(page)["num_workers"] == [""]
    assert 'name="reset:num_workers"' not in page  # the script has a button to copy
    assert 'aria-label="Reset __field__"' in page
    assert "reset:model_id" not in page  # it is required


def test_instance_types_that_fit_stand_beside_the_memory_and_are_asked_for_by_a_press(desk: Desk) -> None:
    inputs = desk.fill("baseten") | {f"{COMPUTE}.memory": "128", f"{COMPUTE}.memory.unit": "GB"}
    desk.post("baseten", "draft/", inputs)
    page = desk.page("baseten")
    fitting = re.findall(rf'name="ask:{COMPUTE}.memory" value="([^"]+)"', page)
    assert page.count('<tr aria-current="true"><td class="medium">2 × H100') == 1  # what a launch gets
    offer = next(one for one in catalog.offers(desk.connections["baseten"]) if one.hardware_id == fitting[0])
    assert offer.hardware and offer.hardware.model == "H100" and offer.gpu_count > 2
    desk.post("baseten", "edit/", inputs | {f"ask:{COMPUTE}.memory": fitting[0]})
    found = posted_by(desk.page("baseten"))
    assert found[f"{COMPUTE}.accelerator.count"] == [str(offer.gpu_count)]
    assert found[f"{COMPUTE}.memory.unit"] == ["GB"]  # as it was typed
    beyond = desk.post("baseten", "check/", inputs | {f"{COMPUTE}.cpu_count": "9000"}, **HTMX).content.decode()
    assert "No instance type on offer holds so much" in beyond and "ask:" not in beyond


def test_lines_that_say_nothing_stay_where_they_were_pasted_and_hold_the_launch(desk: Desk) -> None:
    pasted = {f"{VARIABLES}.paste": "A=1\r\nwhat is this\r\n", f"paste:{VARIABLES}": ""}
    desk.post("baseten", "edit/", desk.fill("baseten") | pasted)
    page = desk.page("baseten")
    inputs = posted_by(page)
    assert inputs[f"{VARIABLES}.2.key"] == ["A"]
    assert inputs[f"{VARIABLES}.paste"] == ["what is this"]
    answer = desk.post("baseten", "launch/", inputs | {"confirmed": "1"})
    assert answer.status_code == 422
    assert "These lines are not KEY=value: change or empty them." in answer.content.decode()
    assert not Workload.objects.exists()


def test_a_value_with_line_ends_keeps_them(desk: Desk) -> None:
    pasted = {f"{VARIABLES}.paste": 'KEY="one\\ntwo"', f"paste:{VARIABLES}": ""}
    desk.post("baseten", "edit/", desk.fill("baseten") | pasted)
    inputs = posted_by(desk.page("baseten")) | {"confirmed": ["1"]}
    inputs[f"{VARIABLES}.2.value"] = [inputs[f"{VARIABLES}.2.value"][0].replace("\n", "\r\n")]  # as browsers send it
    desk.post("baseten", "launch/", inputs)
    sent = Workload.objects.get().spec["training_job"]["runtime"]["environment_variables"]
    assert sent["KEY"] == "one\ntwo"


def test_a_typed_key_is_stored_as_a_secret_on_request(desk: Desk) -> None:
    secrets.put(project=desk.project, name="HF_TOKEN", value="another", by=desk.user)
    row = f"{VARIABLES}.7"
    inputs = desk.fill("baseten") | {f"{row}.key": ["HF_TOKEN"], f"{row}.value": [HF], "left": [f"{row}.value"]}
    offer = f'name="store:{row}"'
    assert offer in desk.post("baseten", "check/", inputs, **HTMX).content.decode()
    desk.post("baseten", "edit/", inputs | {f"store:{row}": ""})
    page = desk.page("baseten")
    assert offer not in page and HF not in page
    found = posted_by(page)
    assert (found[f"{row}.kind"], found[f"{row}.secret"]) == (["secret"], ["HF_TOKEN_2"])
    assert secrets.values(desk.project, ["HF_TOKEN_2"]) == {"HF_TOKEN_2": HF}


def test_only_admins_of_the_project_store_secrets(desk: Desk) -> None:
    member = Client()
    member.force_login(factories.add_to_project(desk.project, ProjectRole.MEMBER))
    row = f"{VARIABLES}.7"
    inputs = desk.fill("baseten") | {f"{row}.key": ["HF_TOKEN"], f"{row}.value": [HF], "left": [f"{row}.value"]}
    text = member.post(desk.url("baseten", "check/"), inputs, headers=HTMX).content.decode()
    assert "An admin of the project can store it as a secret." in text
    assert member.post(desk.url("baseten", "edit/"), inputs | {f"store:{row}": ""}).status_code == 403
    assert not secrets.names(desk.project)


def test_a_key_that_cannot_be_stored_is_said_with_nothing_lost(desk: Desk) -> None:
    row = f"{VARIABLES}.7"
    inputs = desk.fill("baseten") | {f"{row}.key": ["7 ways"], f"{row}.value": [HF], f"store:{row}": [""]}
    answer = desk.post("baseten", "edit/", inputs)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Begin with a letter or _" in page
    assert posted_by(page)[f"{row}.value"] == [HF]


def test_discarding_a_draft_asks_first(desk: Desk) -> None:
    assert desk.client.get(desk.url("otoy", "draft/"))["Location"] == desk.url("otoy")
    desk.post("otoy", "draft/", desk.fill("otoy"))
    page = desk.client.get(desk.url("otoy", "draft/")).content.decode()
    assert "Discard your OTOY compute job draft?" in page and "Keep the draft" in page
    assert Draft.objects.exists()
    desk.post("otoy", "draft/", posted_by(page, "confirm"))
    assert not Draft.objects.exists()


@pytest.mark.parametrize(("slug", "currency"), [("baseten", "USD"), ("cortecs", "EUR")])
def test_the_cost_at_which_it_stops_has_the_currency_that_the_provider_charges_in(
    desk: Desk, slug: str, currency: str
) -> None:
    page = desk.page(slug)
    at = page.index('name="guards.stop_at_cost"')
    assert f'<span class="unit">{currency}</span>' in page[at : at + 400]


def test_pasted_json_opens_the_form_that_it_fits(desk: Desk) -> None:
    answer = desk.client.post("/launch/import/", {"json": json.dumps(DOCUMENTED_NOVITA)})
    page = answer.content.decode()
    assert "Novita GPU instance" in page
    assert posted_by(page)["productId"] == [DOCUMENTED_NOVITA["productId"]]
    assert not Draft.objects.exists()


@pytest.mark.parametrize("slug", ["baseten", "cortecs", "fireworks", "otoy"])
def test_a_spec_without_its_provider_is_known_by_its_fields(desk: Desk, slug: str) -> None:
    wire = {key: value for key, value in sample(slug).items() if key != "provider"}
    page = desk.client.post("/launch/import/", {"json": json.dumps(wire)}).content.decode()
    assert f'action="{desk.url(slug, "launch/")}"' in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Not JSON yet"),
        ("[1]", "This must be an object"),
        ('{"name of nothing": 1}', "No provider&#x27;s form has a field of these."),
    ],
)
def test_json_that_fits_no_form_is_said_with_nothing_lost(desk: Desk, text: str, said: str) -> None:
    answer = desk.client.post("/launch/import/", {"json": text})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert posted_by(page, 'id="import-form"')["json"] == [text]


def _page(desk: Desk, inputs: dict[str, list[str]]) -> str:
    desk.post("cortecs", "draft/", inputs)
    return desk.page("cortecs")
