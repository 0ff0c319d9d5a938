"""Locked fields: shown and not asked for, kept by every launch from the preset."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from gpuconsole.core.errors import Refused
from gpuconsole.workloads.models import Preset, Workload
from gpuconsole.workloads.presets import services
from tests import factories
from tests.contract.samples import sample
from tests.workloads.launch.conftest import posted_by
from tests.workloads.presets.conftest import Desk, keep

COUNT = "training_job.compute.accelerator.count"
COMMANDS = "training_job.runtime.start_commands"
STOP = "guards.stop_after_s"


def opened(desk: Desk, preset: Preset) -> dict[str, list[str]]:
    return posted_by(desk.page("baseten", f"?preset={preset.public_id}")) | {"confirmed": ["1"]}


def test_locked_fields_are_shown_with_the_reason_and_cannot_be_typed_into(desk: Desk, locked: Preset) -> None:
    page = desk.page("baseten", f"?preset={locked.public_id}")

    assert "3 fields locked: agreed with finance" in page
    assert page.count("Locked by the preset standard of nerf: agreed with finance") == 4
    for name in (COUNT, COMMANDS, STOP):
        assert re.findall(rf'<(?:input|textarea|select)[^>]* name="{re.escape(name)}"[^>]*>', page) == re.findall(
            rf'<input type="hidden" name="{re.escape(name)}"[^>]*>', page
        )
    assert 'name="training_job.name"' in page


def test_a_launch_that_keeps_the_locked_fields_is_sent(desk: Desk, locked: Preset) -> None:
    inputs = opened(desk, locked) | {"training_job.name": ["mine"]}

    assert desk.post("baseten", "launch/", inputs).status_code == 302
    workload = Workload.objects.get()
    assert workload.name == "mine"
    assert workload.spec["training_job"]["compute"] == sample("baseten")["training_job"]["compute"]
    assert list(workload.spec["training_job"]) == list(sample("baseten")["training_job"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({COUNT: ["4"]}, "It must stay"),
        ({COMMANDS: ["other"]}, "It must stay [&quot;python main.py&quot;]."),
        ({COMMANDS: []}, "It must stay [&quot;python main.py&quot;]."),
        ({STOP: ["2"]}, "It must stay 3600."),
        ({"training_job.compute.accelerator.+": ['{"spot": true}']}, "It must stay"),
    ],
    ids=["value", "list", "left out", "guard", "extra field in a locked object"],
)
def test_a_launch_that_changes_a_locked_field_is_refused_beside_it(
    desk: Desk, locked: Preset, changed: dict[str, list[str]], said: str
) -> None:
    answer = desk.post("baseten", "launch/", opened(desk, locked) | changed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Workload.objects.exists()


def test_json_cannot_change_a_locked_field_either_and_the_value_is_taken_back(desk: Desk, locked: Preset) -> None:
    spec = sample("baseten")
    spec["training_job"]["compute"]["accelerator"]["count"] = 4
    inputs = opened(desk, locked) | {"json": json.dumps(spec)}
    assert desk.post("baseten", "launch/", inputs).status_code == 422

    desk.post("baseten", "edit/", inputs | {"view": "form"})
    page = desk.page("baseten")
    assert 'name="restore:training_job.compute.accelerator"' in page
    desk.post("baseten", "edit/", posted_by(page) | {"restore:training_job.compute.accelerator": ""})
    inputs = posted_by(desk.page("baseten")) | {"confirmed": ["1"]}
    assert inputs[COUNT] == ["2"]
    assert desk.post("baseten", "launch/", inputs).status_code == 302


def test_the_json_view_names_what_is_locked(desk: Desk, locked: Preset) -> None:
    desk.post("baseten", "edit/", opened(desk, locked) | {"view": "json"})
    page = desk.page("baseten", "?view=json")
    assert "Locked by the preset:" in page
    assert f"<code>{STOP}</code>" in page
    assert posted_by(page)["preset"] == [locked.public_id]


def test_a_launch_that_is_asked_about_once_more_is_still_one_from_the_preset(desk: Desk) -> None:
    preset = keep(desk, project=desk.project, locked=(COUNT,))
    inputs = opened(desk, preset) | {STOP: ["12"]}
    inputs.pop("confirmed")
    page = desk.post("baseten", "launch/", inputs).content.decode()
    assert "Launch 1 job for up to" in page

    changed = posted_by(page, "confirm") | {COUNT: ["1"]}
    assert desk.post("baseten", "launch/", changed).status_code == 422
    assert desk.post("baseten", "launch/", posted_by(page, "confirm")).status_code == 302


def test_a_locked_field_that_is_not_set_must_stay_unset(desk: Desk) -> None:
    preset = keep(desk, project=desk.project, locked=("training_job.priority",))
    inputs = opened(desk, preset)

    answer = desk.post("baseten", "launch/", inputs | {"training_job.priority": ["5"]})
    assert "It must stay unset." in answer.content.decode()
    assert desk.post("baseten", "launch/", inputs).status_code == 302


def test_inputs_of_locked_fields_do_not_pile_up(desk: Desk) -> None:
    preset = keep(desk, project=desk.project, locked=("training_job.runtime", "training_job.weights"))
    inputs = opened(desk, preset)
    for _ in range(3):
        desk.post("baseten", "draft/", inputs)
        inputs = posted_by(desk.page("baseten")) | {"confirmed": ["1"]}

    assert {len(values) for name, values in inputs.items() if name.startswith("training_job.weights")} == {1}
    assert desk.post("baseten", "launch/", inputs).status_code == 302
    assert Workload.objects.get().spec == sample("baseten")


def test_the_locked_connection_is_the_only_one_to_launch_on(desk: Desk) -> None:
    other = factories.make_connection(desk.project.team, provider="baseten")
    preset = keep(desk, project=desk.project, locked=("connection",))
    inputs = opened(desk, preset)
    assert inputs["connection"] == [desk.connections["baseten"].public_id]

    answer = desk.post("baseten", "launch/", inputs | {"connection": [other.public_id]})
    assert answer.status_code == 422
    assert f"It must stay {desk.connections['baseten'].name}." in answer.content.decode()
    desk.post("baseten", "edit/", posted_by(answer.content.decode()) | {"restore:connection": ""})
    assert posted_by(desk.page("baseten"))["connection"] == [desk.connections["baseten"].public_id]


def test_a_projects_preset_is_charged_to_the_project(desk: Desk) -> None:
    elsewhere = factories.make_project(desk.project.team, name="other", by=desk.user)
    preset = keep(desk, project=desk.project)
    inputs = opened(desk, preset)
    assert inputs["guards.project"] == [desk.project.slug]

    answer = desk.post("baseten", "launch/", inputs | {"guards.project": [elsewhere.slug]})
    assert answer.status_code == 422
    assert "is a preset of nerf: launch from it there." in answer.content.decode()


def test_locks_hold_as_they_are_when_it_is_launched(desk: Desk) -> None:
    preset = keep(desk, project=desk.project)
    inputs = opened(desk, preset) | {COUNT: ["1"]}
    services.update(preset=preset, by=desk.user, secret_names=(), locked=[COUNT])

    assert desk.post("baseten", "launch/", inputs).status_code == 422


def test_an_admin_locks_fields_on_the_presets_page(desk: Desk) -> None:
    preset = keep(desk, project=desk.project)
    url = f"/launch/presets/{preset.public_id}/"
    assert f'name="locked" value="{COUNT}"' in desk.client.get(url).content.decode()

    desk.client.post(url, {"name": "standard", "locked": [COUNT, COMMANDS], "lock_reason": "budget"})
    preset.refresh_from_db()
    assert (preset.locked, preset.lock_reason) == ([COUNT, COMMANDS], "budget")
    page = desk.client.get(url).content.decode()
    assert len(re.findall(r'name="locked"[^>]* checked', page)) == 2

    member = Client()
    member.force_login(factories.add_to_project(desk.project))
    assert 'name="locked"' not in member.get(url).content.decode()
    assert member.post(url, {"name": "standard", "locked": []}).status_code == 403


def test_a_lock_on_an_object_covers_what_is_in_it_on_the_page_too(desk: Desk) -> None:
    preset = keep(desk, project=desk.project, locked=("training_job.compute",))
    url = f"/launch/presets/{preset.public_id}/"
    page = desk.client.get(url).content.decode()
    assert 'value="training_job.compute" id="lock-1-1" checked' in page
    assert re.search(rf'value="{re.escape(COUNT)}"[^>]* checked disabled', page)

    desk.client.post(url, {"name": "standard", "locked": ["training_job.compute"]})
    preset.refresh_from_db()
    assert preset.locked == ["training_job.compute"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("training_job.nothing", "no field that can be locked"),
        ("training_job.weights.source", "no field that can be locked"),
        ("guards.project", "no field that can be locked"),
    ],
)
def test_what_is_no_field_cannot_be_locked(desk: Desk, path: str, said: str) -> None:
    preset = keep(desk, project=desk.project)
    with pytest.raises(Refused, match=said):
        services.update(preset=preset, by=desk.user, secret_names=(), locked=[path])


def test_a_required_field_without_a_value_cannot_be_locked(desk: Desk) -> None:
    preset = keep(desk, "cortecs", project=desk.project, spec={"provider": "cortecs"})
    with pytest.raises(Refused, match="Model is required and has no value"):
        services.update(preset=preset, by=desk.user, secret_names=(), locked=["model_id"])


def test_ones_own_preset_locks_nothing(desk: Desk) -> None:
    with pytest.raises(Refused, match="Only a project's preset"):
        keep(desk, locked=(COUNT,))


def test_an_object_and_a_field_in_it_are_one_lock(desk: Desk) -> None:
    preset = keep(desk, project=desk.project, locked=(COUNT, "training_job.compute"))
    assert preset.locked == ["training_job.compute"]
