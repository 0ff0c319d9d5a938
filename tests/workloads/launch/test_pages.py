"""The launch form as a browser without script sees it: opened, changed, launched, refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Draft, Workload
from tests import factories
from tests.contract.samples import DOCUMENTED_BASETEN, sample
from tests.workloads.launch.conftest import Desk, posted_by

WEIGHTS = "training_job.weights"
VARIABLES = "training_job.runtime.environment_variables"


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_an_empty_form_opens_and_says_what_is_to_be_filled_in(desk: Desk, slug: str) -> None:
    page = desk.page(slug)
    assert "to launch" in page
    assert "{#" not in page and "style=" not in page
    assert 'aria-invalid="true"' not in page


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_filled_form_launches_one_workload_and_leads_to_its_page(desk: Desk, slug: str) -> None:
    answer = desk.post(slug, "launch/", desk.fill(slug))
    workload = Workload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/{workload.kind}s/{workload.public_id}/")
    assert workload.spec == sample(slug)
    assert workload.owner == desk.user
    assert not Draft.objects.exists()


def test_what_was_typed_survives_the_page_and_launches_as_it_was(desk: Desk) -> None:
    """The page's own inputs, read back as a browser would send them, say the same spec."""
    desk.post("baseten", "draft/", desk.fill("baseten"))
    inputs = posted_by(desk.page("baseten"))
    desk.post("baseten", "launch/", {**inputs, "confirmed": "1"})
    assert Workload.objects.get().spec == sample("baseten")


def test_a_double_click_leaves_one_workload(desk: Desk) -> None:
    inputs = posted_by(desk.page("cortecs")) | desk.fill("cortecs")
    first = desk.post("cortecs", "launch/", inputs)
    second = desk.post("cortecs", "launch/", inputs)
    assert first["Location"] == second["Location"]
    assert Workload.objects.count() == 1


def test_each_opening_of_the_form_has_its_own_key(desk: Desk) -> None:
    keys = {posted_by(desk.page("cortecs"))["key"][0] for _ in range(2)}
    assert len(keys) == 2
    assert all(len(key) >= 16 for key in keys)


def test_rows_are_added_and_removed_by_posting_alone(desk: Desk) -> None:
    inputs = desk.fill("baseten", {"training_job": {"name": "kept", "image": {"base_image": "i"}}})
    for _ in range(2):
        desk.post("baseten", "edit/", inputs | {f"add:{WEIGHTS}": ""})
        inputs = posted_by(desk.page("baseten"))
    inputs[f"{WEIGHTS}.0.source"], inputs[f"{WEIGHTS}.1.source"] = ["hf://a/first"], ["hf://b/second"]
    desk.post("baseten", "edit/", inputs | {f"remove:{WEIGHTS}:0": ""})
    inputs = posted_by(desk.page("baseten"))
    assert inputs["training_job.name"] == ["kept"]
    assert f"{WEIGHTS}.0.source" not in inputs
    assert inputs[f"{WEIGHTS}.1.source"] == ["hf://b/second"]


def test_pasted_lines_become_variables(desk: Desk) -> None:
    pasted = "# mine\nexport A=1\nB='two words'\n"
    desk.post("baseten", "edit/", desk.fill("baseten") | {f"{VARIABLES}.paste": pasted, f"paste:{VARIABLES}": ""})
    inputs = posted_by(desk.page("baseten"))
    assert [inputs[f"{VARIABLES}.{n}.key"][0] for n in (2, 3)] == ["A", "B"]
    assert inputs[f"{VARIABLES}.3.value"] == ["two words"]


def test_an_offered_fix_is_taken(desk: Desk) -> None:
    inputs = desk.fill("cortecs", {"model_id": "org/model"})
    page = desk.post("cortecs", "launch/", inputs).content.decode()
    assert 'name="fix:model_id" value="org--model"' in page
    desk.post("cortecs", "edit/", posted_by(page) | {"fix:model_id": "org--model"})
    assert posted_by(desk.page("cortecs"))["model_id"] == ["org--model"]


@pytest.mark.parametrize("body", [DOCUMENTED_BASETEN, DOCUMENTED_BASETEN["training_job"]])
def test_the_documented_body_is_taken_as_json_with_and_without_its_wrapper(desk: Desk, body: dict[str, Any]) -> None:
    pasted = body | ({"training_project_name": "p"} if "training_job" in body else {})
    inputs = desk.fill("baseten", {"training_job": {"image": {"base_image": "other"}}}) | {"json": json.dumps(pasted)}
    desk.post("baseten", "edit/", inputs)
    inputs = posted_by(desk.page("baseten")) | {"training_project_name": ["p"], "confirmed": ["1"]}
    desk.post("baseten", "launch/", inputs)
    assert Workload.objects.get().spec["training_job"] == DOCUMENTED_BASETEN["training_job"]


def test_unknown_keys_are_listed_kept_and_can_be_left_out(desk: Desk) -> None:
    wire = sample("baseten")
    wire["training_job"]["workspace"] = {"a": 1}
    desk.post("baseten", "edit/", desk.fill("baseten", wire))
    page = desk.page("baseten")
    assert "training_job.workspace" in page
    desk.post("baseten", "edit/", posted_by(page) | {"drop:training_job.workspace": ""})
    assert "training_job.workspace" not in desk.page("baseten")


def test_json_that_cannot_be_read_stays_in_the_view_with_the_place_of_the_fault(desk: Desk) -> None:
    answer = desk.post("cortecs", "launch/", desk.fill("cortecs") | {"json": '{"model_id": }'})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "line 1, column 14" in page
    assert "{&quot;model_id&quot;: }" in page


def test_a_draft_is_one_persons_and_is_forgotten_when_discarded(desk: Desk) -> None:
    desk.post("cortecs", "draft/", desk.fill("cortecs", {"model_id": "mine"}))
    colleague = Client()
    colleague.force_login(factories.add_to_project(desk.project))
    assert "mine" not in colleague.get(desk.url("cortecs")).content.decode()
    assert "Draft saved" in desk.page("cortecs")
    assert posted_by(desk.page("cortecs", "?draft=discard"))["model_id"] == [""]
    desk.post("cortecs", "draft/", {"discard": "1"})
    assert not Draft.objects.exists()


def test_a_draft_keeps_wrong_values_as_they_were_typed(desk: Desk) -> None:
    desk.post("cortecs", "draft/", desk.fill("cortecs") | {"num_workers": ["nine"]})
    page = desk.page("cortecs")
    assert posted_by(page)["num_workers"] == ["nine"]
    assert "Must be a whole number." in page


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_clone_opens_with_all_values_and_the_name_counted_up(desk: Desk, slug: str) -> None:
    names = {} if registry.get(slug).name_path else {"name": "gpt-oss-job"}
    desk.post(slug, "launch/", desk.fill(slug, labels=["sweep"], **names))
    first = Workload.objects.get()
    inputs = posted_by(desk.page(slug, f"?clone={first.public_id}"))
    desk.post(slug, "launch/", {**inputs, "confirmed": ["1"]})
    second = Workload.objects.exclude(pk=first.pk).get()
    assert (second.name, second.labels, second.stop_after_s) == (f"{first.name}-2", ["sweep"], 3600)
    if slug == "cortecs":
        assert second.spec == first.spec


def test_work_of_another_team_cannot_be_cloned(desk: Desk) -> None:
    desk.post("cortecs", "launch/", desk.fill("cortecs"))
    stranger = Client()
    stranger.force_login(factories.owner_of(factories.make_team()))
    assert stranger.get(desk.url("cortecs") + f"?clone={Workload.objects.get().public_id}").status_code == 404


def test_an_offer_from_the_chooser_is_filled_in(desk: Desk) -> None:
    inputs = posted_by(desk.page("baseten", "?offer=H100%3A2"))
    assert inputs["training_job.compute.accelerator.accelerator"] == ["H100"]
    assert inputs["training_job.compute.accelerator.count"] == ["2"]


def test_a_viewer_of_the_project_launches_nothing(desk: Desk) -> None:
    viewer = Client()
    viewer.force_login(factories.add_to_project(desk.project, ProjectRole.VIEWER))
    answer = viewer.post(desk.url("cortecs", "launch/"), desk.fill("cortecs"))
    assert answer.status_code == 422
    assert "Pick a project that you may launch in." in answer.content.decode()
    assert not Workload.objects.exists()


def test_a_launch_over_the_quota_is_refused_on_the_form_with_nothing_lost(desk: Desk) -> None:
    factories.set_quota(desk.project, "gpus", 1)
    answer = desk.post("cortecs", "launch/", desk.fill("cortecs"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2 GPUs asked; 0 of 1 are in use in this project, so 1 would fit." in page
    assert "Over quota: ask an admin" in page
    assert posted_by(page)["num_workers"] == ["2"]


def test_hardware_that_cannot_serve_the_model_is_said_beside_the_field(desk: Desk) -> None:
    spec = sample("cortecs") | {"model_id": "cortecs--Llama-3.3-70B-Instruct-FP8-Dynamic"}
    page = desk.post("cortecs", "launch/", desk.fill("cortecs", spec)).content.decode()
    assert "NVIDIA_L4_1 cannot serve this model" in page
    assert 'class="error" id="f-hardware_type_id-help"' in page


def test_a_launch_above_the_line_asks_once_more_and_the_answer_launches(desk: Desk) -> None:
    inputs = desk.fill("baseten", stop_after_s=12 * 3600)
    inputs.pop("confirmed")
    page = desk.post("baseten", "launch/", inputs).content.decode()
    assert "Launch 1 job for up to $156.00?" in page
    assert not Workload.objects.exists()
    desk.post("baseten", "launch/", posted_by(page, "confirm"))
    assert Workload.objects.get().spec == sample("baseten")


def test_person_and_project_set_the_line_and_the_lower_holds(desk: Desk) -> None:
    inputs = desk.fill("cortecs", stop_after_s=3600)  # at most $2.64
    inputs.pop("confirmed")
    desk.client.post("/account/", {"name": "R", "time_zone": "UTC", "ask_first_above": "500"})
    assert desk.post("cortecs", "launch/", inputs).status_code == 302
    settings = {"name": "nerf", "ask_first_above": "1.5"}
    desk.client.post(f"/projects/{desk.project.slug}/settings/", settings)
    page = desk.post("cortecs", "launch/", inputs | {"key": ["another-key-of-this-test"]}).content.decode()
    assert "Launch 1 instance for up to $2.64?" in page


def test_no_line_is_asked_about_below_it(desk: Desk) -> None:
    inputs = desk.fill("cortecs", stop_after_s=3600)
    inputs.pop("confirmed")
    assert desk.post("cortecs", "launch/", inputs).status_code == 302


def test_an_instance_without_an_end_is_not_launched(desk: Desk) -> None:
    page = desk.post("cortecs", "launch/", desk.fill("cortecs", stop_after_s=None)).content.decode()
    assert 'class="error" id="f-guards-stop_after_s-help"' in page
    assert not Workload.objects.exists()


def test_the_wrong_kind_and_unknown_providers_are_not_found(desk: Desk) -> None:
    for url in ("/launch/baseten/instance/", "/launch/cortecs/job/", "/launch/nobody/job/"):
        assert desk.client.get(url).status_code == 404
    assert desk.client.get("/launch/baseten/job/launch/").status_code == 405


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_the_form_asks_the_database_a_constant_number_of_times(desk: Desk, slug: str, count_queries: Any) -> None:
    for number in range(3):
        desk.post(slug, "launch/", desk.fill(slug) | {"key": [f"key-{number}-of-this-test"]})
    desk.post(slug, "draft/", desk.fill(slug))
    desk.page(slug)
    assert count_queries(lambda: desk.page(slug)) <= 28
