"""Ways that are picked, values that are ticked in groups, and choices that are taken over, all by posting alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from tests import factories
from tests.contract.samples import sample
from tests.workloads.launch.conftest import Desk, posted_by

REGIONS, PICK, FROM = "allowed_region_codes", "~choose_the_gpu_by", "~what_it_runs_in_from"


def edited(desk: Desk, slug: str, inputs: dict[str, Any]) -> dict[str, list[str]]:
    """The inputs of the form after a button of it was pressed."""
    assert desk.post(slug, "edit/", inputs).status_code == 302
    return posted_by(desk.page(slug))


def test_what_another_job_runs_in_is_taken_over_and_nothing_else(desk: Desk) -> None:
    desk.post("fireworks", "launch/", desk.fill("fireworks"))
    other = Workload.objects.get()
    mine = desk.fill("fireworks", sample("fireworks") | {"displayName": "mine", "imageRef": "other/image:1"})
    assert f'value="{other.public_id}">{other.name}: ' in desk.page("fireworks")
    asked = {"~what_it_runs_in": ["Same as another job"], FROM: [other.public_id], f"take:{FROM}": "1"}
    found = edited(desk, "fireworks", mine | asked)
    assert found["imageRef"] == [other.spec["imageRef"]]
    assert found["~what_it_runs_in"] == ["Container image"]
    assert found["displayName"] == ["mine"]


def test_no_job_is_taken_over_that_the_person_does_not_see(desk: Desk) -> None:
    stranger = factories.make_user()
    for public_id in ("job_nope", "\0", str(stranger.pk)):
        found = edited(desk, "fireworks", desk.fill("fireworks") | {FROM: [public_id], f"take:{FROM}": "1"})
        assert found["imageRef"] == [sample("fireworks")["imageRef"]]


def test_a_form_that_is_the_same_as_no_job_yet_says_what_to_do(desk: Desk) -> None:
    inputs = desk.fill("fireworks") | {"~what_it_runs_in": ["Same as another job"]}
    answer = desk.post("fireworks", "launch/", inputs)
    assert answer.status_code == 422
    assert "Pick a job, then take its choice over." in answer.content.decode()


def test_a_whole_group_of_regions_is_ticked_one_let_go_and_all_cleared(desk: Desk) -> None:
    found = edited(desk, "otoy", desk.fill("otoy", sample("otoy")) | {f"tick:{REGIONS}": "Europe"})
    europe = [code for code in found[REGIONS] if code.startswith("eu-")]
    assert len(europe) == 8
    assert set(sample("otoy")[REGIONS]) <= set(found[REGIONS])
    found = edited(desk, "otoy", found | {f"untick:{REGIONS}": "eu-west-3"})
    assert "eu-west-3" not in found[REGIONS]
    assert REGIONS not in edited(desk, "otoy", found | {f"untick:{REGIONS}": ""})


def test_every_region_stands_under_its_heading_with_a_chip_for_each_that_is_picked(desk: Desk) -> None:
    desk.post("otoy", "draft/", desk.fill("otoy", sample("otoy")))
    page = desk.page("otoy")
    assert re.findall(r"<legend>([^<]+?), (\d+)", page)[:4] == [
        ("Americas", "8"),
        ("Europe", "8"),
        ("Asia Pacific", "14"),
        ("Other", "6"),
    ]
    shown = page[: page.index("<template>", page.index("data-many-chips"))]
    assert re.findall(rf'name="untick:{REGIONS}" value="([^"]+)"', shown) == sample("otoy")[REGIONS]


def test_the_gpu_that_is_not_picked_stays_in_sight_and_in_the_draft_and_is_not_sent(desk: Desk) -> None:
    inputs = desk.fill("otoy", sample("otoy")) | {"gpu_name": ["NVIDIA RTX 4090"], PICK: ["Any that fits"]}
    desk.post("otoy", "draft/", inputs)
    page = desk.page("otoy")
    assert "Not sent: pick Name above to use it. What is here is kept." in page
    assert posted_by(page)["gpu_name"] == ["NVIDIA RTX 4090"]
    assert desk.post("otoy", "launch/", posted_by(page) | {"confirmed": "1"}).status_code == 302
    assert "gpu_name" not in Workload.objects.get().spec


def test_a_name_that_was_picked_and_not_given_is_asked_for(desk: Desk) -> None:
    answer = desk.post("otoy", "launch/", desk.fill("otoy", sample("otoy")) | {"gpu_name": [""], PICK: ["Name"]})
    assert answer.status_code == 422
    assert "Required: fill it in, or pick another way above." in answer.content.decode()


@pytest.mark.parametrize("verb", ["tick", "untick", "take"])
@pytest.mark.parametrize("name", ["task", "nobody", "", ":"])
def test_a_button_for_what_is_no_such_field_changes_nothing(desk: Desk, verb: str, name: str) -> None:
    before = desk.fill("otoy", sample("otoy"))
    found = edited(desk, "otoy", before | {f"{verb}:{name}": "Europe"})
    assert found["title"] == before["title"]
    assert found["task"] == before["task"]


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_the_head_names_the_call_that_is_made(desk: Desk, slug: str) -> None:
    provider = registry.get(slug)
    assert f"<code>{provider.create_call}</code>" in desk.page(slug)
    sent = provider.adapter.request(provider.spec.read(sample(slug)), "gc-token")
    pattern = re.sub(r"\\\{\w+\\\}", "[^/ ]+", re.escape(provider.create_call))
    assert re.fullmatch(pattern, f"{sent.method} {sent.path}")
