"""Presets as a browser without script sees them: saved, listed, used, renamed, removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gpuconsole.audit.models import Record
from gpuconsole.projects import secrets
from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Draft, Preset, Workload
from tests import factories
from tests.contract.samples import sample
from tests.workloads.launch.conftest import posted_by
from tests.workloads.presets.conftest import Desk, keep

FORM = 'id="preset-form"'
LOGIN = "training_job.image.docker_auth"


def save(desk: Desk, slug: str, inputs: dict[str, Any], **given: str) -> Any:
    """Press *Save as preset*, fill in the question and send it."""
    page = desk.post(slug, "preset/", inputs).content.decode()
    answers = {f"preset-{name}": value for name, value in ({"place": "mine"} | given).items()}
    return desk.post(slug, "preset/", posted_by(page, FORM) | answers)


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_form_is_saved_as_ones_own_preset_and_launches_as_it_was(desk: Desk, slug: str) -> None:
    answer = save(desk, slug, desk.fill(slug, labels=["sweep"]), name="mine", description="the usual")

    preset = Preset.objects.get()
    assert answer.status_code == 302
    assert (preset.owner, preset.project, preset.description) == (desk.user, None, "the usual")
    assert preset.spec == sample(slug)
    Draft.objects.all().delete()
    inputs = posted_by(desk.page(slug, f"?preset={preset.public_id}"))
    desk.post(slug, "launch/", {**inputs, "confirmed": ["1"]})
    workload = Workload.objects.get()
    assert workload.spec == sample(slug)
    assert (workload.stop_after_s, workload.labels) == (3600, ["sweep"])
    assert Record.objects.get(action="workload.launch").after["preset"] == preset.public_id


def test_an_incomplete_form_is_kept_as_it_is(desk: Desk) -> None:
    save(desk, "baseten", desk.fill("baseten", {"training_job": {"runtime": {"start_commands": ["a"]}}}), name="half")

    assert Preset.objects.get().spec["training_job"]["runtime"] == {"start_commands": ["a"]}
    assert posted_by(desk.page("baseten", f"?preset={Preset.objects.get().public_id}"))[
        "training_job.runtime.start_commands"
    ] == ["a"]


def test_extra_fields_are_kept_in_a_preset(desk: Desk) -> None:
    wire = sample("baseten")
    wire["training_job"]["workspace"] = {"a": 1}
    save(desk, "baseten", desk.fill("baseten", wire), name="extra")

    assert Preset.objects.get().spec["training_job"]["workspace"] == {"a": 1}
    assert "training_job.workspace" in desk.page("baseten", f"?preset={Preset.objects.get().public_id}")


def test_the_question_wants_a_name_and_keeps_the_form(desk: Desk) -> None:
    page = desk.post("cortecs", "preset/", desk.fill("cortecs")).content.decode()
    answer = desk.post("cortecs", "preset/", posted_by(page, FORM) | {"preset-name": " ", "preset-place": "mine"})

    assert answer.status_code == 422
    assert "Name it." in answer.content.decode()
    assert posted_by(answer.content.decode(), FORM)["num_workers"] == ["2"]
    assert not Preset.objects.exists()


def test_a_name_is_taken_once(desk: Desk) -> None:
    save(desk, "cortecs", desk.fill("cortecs"), name="same")
    answer = save(desk, "cortecs", desk.fill("cortecs"), name="same")

    assert answer.status_code == 422
    assert "You have a preset called same already." in answer.content.decode()


def test_json_that_cannot_be_read_is_no_preset(desk: Desk) -> None:
    answer = desk.post("cortecs", "preset/", desk.fill("cortecs") | {"json": "{"})

    assert answer.status_code == 422
    assert "The JSON cannot be read." in answer.content.decode()


def test_a_secret_typed_where_its_name_belongs_is_not_kept(desk: Desk) -> None:
    secrets.put(project=desk.project, name="hf_token", value="value-of-it", by=desk.user)
    wire = sample("baseten")
    wire["training_job"]["weights"][0]["auth_secret_name"] = "hf_token"
    wire["training_job"]["image"]["docker_auth"] = {
        "registry": "r.example",
        "auth_method": "REGISTRY_SECRET",
        "registry_secret_docker_auth": {"secret_ref": {"name": "robot:s3cr3t-typed"}},
    }
    wire["training_job"]["runtime"]["environment_variables"]["HF"] = {"name": "sk-plain-in-the-map"}
    page = desk.post("baseten", "preset/", desk.fill("baseten", wire)).content.decode()
    assert f"<code>{LOGIN}.registry_secret_docker_auth.secret_ref.name</code>" in page

    save(desk, "baseten", desk.fill("baseten", wire), name="login")

    row = Preset.objects.values().get()
    assert "s3cr3t-typed" not in str(row)
    assert "sk-plain" not in str(row)
    assert row["spec"]["training_job"]["weights"][0]["auth_secret_name"] == "hf_token"
    assert "s3cr3t" not in str(list(Record.objects.values()))


def test_presets_are_listed_on_the_chooser_the_form_and_their_own_page(desk: Desk) -> None:
    preset = keep(desk, name="sft <b>usual")
    for page in (
        desk.client.get("/launch/").content.decode(),
        desk.page("baseten"),
        desk.client.get("/launch/presets/").content.decode(),
    ):
        assert f"?preset={preset.public_id}" in page
        assert "sft &lt;b&gt;usual" in page
    assert preset.public_id not in desk.page("cortecs")


def test_a_form_opened_from_a_preset_says_so_and_can_leave_it(desk: Desk) -> None:
    preset = keep(desk)
    page = desk.page("baseten", f"?preset={preset.public_id}")
    assert "From the preset" in page
    assert posted_by(page)["preset"] == [preset.public_id]

    desk.post("baseten", "edit/", posted_by(page) | {"leave:preset": ""})
    after = desk.page("baseten")
    assert "From the preset" not in after
    assert posted_by(after)["training_job.name"] == ["gpt-oss-job"]


def test_a_preset_is_renamed_and_removed_by_its_owner(desk: Desk) -> None:
    url = f"/launch/presets/{keep(desk).public_id}/"
    assert desk.client.post(url, {"name": "newer", "description": "d"}).status_code == 302
    assert "newer" in desk.client.get(url).content.decode()
    assert "Remove the preset newer?" in desk.client.get(f"{url}remove/").content.decode()
    desk.client.post(f"{url}remove/")
    assert not Preset.objects.exists()
    actions = list(Record.objects.filter(target_type="preset").order_by("pk").values_list("action", flat=True))
    assert actions == ["preset.create", "preset.update", "preset.remove"]
    assert Record.objects.get(action="preset.update").before == {"name": "standard", "description": ""}


def test_new_values_are_put_into_a_preset_that_is_there(desk: Desk) -> None:
    preset = keep(desk, "cortecs")
    inputs = posted_by(desk.page("cortecs", f"?preset={preset.public_id}")) | {"num_workers": ["3"]}
    save(desk, "cortecs", inputs, place="replace")

    preset.refresh_from_db()
    assert (preset.name, preset.spec["num_workers"]) == ("standard", 3)
    assert Preset.objects.count() == 1


def test_ones_own_preset_is_nobody_elses(desk: Desk) -> None:
    preset = keep(desk)
    colleague = Client()
    colleague.force_login(factories.add_to_project(desk.project, ProjectRole.ADMIN))
    url = f"/launch/presets/{preset.public_id}/"

    assert colleague.get(url).status_code == 404
    assert colleague.post(f"{url}remove/").status_code == 404
    assert colleague.get(f"/launch/baseten/job/?preset={preset.public_id}").status_code == 404
    assert preset.public_id not in colleague.get("/launch/presets/").content.decode()


@pytest.mark.parametrize("role", [ProjectRole.VIEWER, ProjectRole.MEMBER])
def test_a_projects_preset_is_seen_by_its_people_and_changed_by_its_admins(desk: Desk, role: ProjectRole) -> None:
    preset = keep(desk, project=desk.project)
    person = Client()
    person.force_login(factories.add_to_project(desk.project, role))
    url = f"/launch/presets/{preset.public_id}/"

    assert person.get(url).status_code == 200
    assert person.post(url, {"name": "theirs"}).status_code == 403
    assert person.get(f"{url}remove/").status_code == 403
    assert person.post(f"{url}remove/").status_code == 403


def test_a_member_saves_no_preset_of_the_project(desk: Desk) -> None:
    member = Client()
    member.force_login(factories.add_to_project(desk.project))
    page = member.post(desk.url("cortecs", "preset/"), desk.fill("cortecs")).content.decode()
    assert "Everybody in" not in page

    given = {"preset-name": "shared", "preset-place": "project"}
    assert member.post(desk.url("cortecs", "preset/"), posted_by(page, FORM) | given).status_code == 422
    assert not Preset.objects.exists()


def test_a_draft_whose_preset_is_gone_opens_without_it_and_says_so(desk: Desk) -> None:
    preset = keep(desk)
    inputs = posted_by(desk.page("baseten", f"?preset={preset.public_id}"))
    desk.post("baseten", "draft/", inputs)
    preset.delete()

    page = desk.page("baseten")
    assert "is gone. Its values stay" in page
    assert posted_by(page)["training_job.name"] == ["gpt-oss-job"]
    refused = desk.post("baseten", "launch/", inputs | {"confirmed": ["1"]})
    assert refused.status_code == 422
    desk.post("baseten", "launch/", posted_by(refused.content.decode()) | {"confirmed": ["1"]})
    assert Workload.objects.count() == 1


def test_the_list_asks_the_database_a_constant_number_of_times(desk: Desk, count_queries: Any) -> None:
    keep(desk, name="first", project=desk.project)
    desk.client.get("/launch/presets/")
    before = count_queries(lambda: desk.client.get("/launch/presets/"))
    for number in range(4):
        keep(desk, name=f"p{number}", project=desk.project if number % 2 else None)
    assert count_queries(lambda: desk.client.get("/launch/presets/")) == before
