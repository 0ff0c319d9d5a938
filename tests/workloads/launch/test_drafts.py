"""Drafts: what was typed is there again, whichever way the page was left."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.providers import registry
from gpuconsole.workloads.models import Draft, Workload
from tests.contract.samples import sample
from tests.workloads.launch.conftest import Desk, posted_by

NOTE = 'id="draft-note"'


def left_alone(minutes: int) -> None:
    Draft.objects.update(saved_at=timezone.now() - timedelta(minutes=minutes))


@pytest.mark.parametrize("slug", registry.SLUGS)
@pytest.mark.parametrize("verb", ["draft/", "check/"])
def test_what_was_sent_by_button_or_script_is_there_at_the_next_visit(desk: Desk, slug: str, verb: str) -> None:
    headers = {"HX-Request": "true"} if verb == "check/" else {}
    assert desk.post(slug, verb, desk.fill(slug), **headers).status_code in (200, 302)

    inputs = posted_by(desk.page(slug))
    desk.post(slug, "launch/", {**inputs, "confirmed": "1"})
    assert Workload.objects.get().spec == sample(slug)


def test_an_old_draft_says_its_age_and_is_discarded_from_there(desk: Desk) -> None:
    desk.post("cortecs", "draft/", desk.fill("cortecs"))
    assert NOTE not in desk.page("cortecs")
    left_alone(minutes=125)

    page = desk.page("cortecs")
    assert "This is your draft, saved 2 h ago." in page
    assert "Discard draft" in page
    desk.post("cortecs", "draft/", posted_by(page) | {"discard": "1"})
    assert not Draft.objects.exists()
    assert NOTE not in desk.page("cortecs")


def test_a_fresh_draft_says_its_age_beside_the_buttons(desk: Desk) -> None:
    assert "Discard this draft" not in desk.page("cortecs")
    desk.post("cortecs", "draft/", desk.fill("cortecs"))
    page = desk.page("cortecs")
    assert "Draft saved" in page
    assert "Discard this draft" in page


def test_what_opens_the_form_otherwise_leaves_the_draft_until_something_is_changed(desk: Desk) -> None:
    desk.post("baseten", "draft/", desk.fill("baseten", {"training_job": {"name": "mine"}}))
    left_alone(minutes=5)

    page = desk.page("baseten", "?offer=H100%3A2")
    assert "Your draft, saved 5 m ago, is kept until you change something here." in page
    assert posted_by(desk.page("baseten"))["training_job.name"] == ["mine"]
    desk.post("baseten", "draft/", posted_by(page))
    assert "training_job.name" in posted_by(desk.page("baseten"))
    assert posted_by(desk.page("baseten"))["training_job.name"] == [""]


def test_json_that_cannot_be_read_yet_is_kept_too(desk: Desk) -> None:
    desk.post("cortecs", "check/", desk.fill("cortecs") | {"json": '{"model_id": "half'}, **{"HX-Request": "true"})

    page = desk.page("cortecs")
    assert "{&quot;model_id&quot;: &quot;half" in page
    assert "The JSON cannot be read." in page
    desk.post("cortecs", "edit/", posted_by(page) | {"json": json.dumps({"model_id": "whole"}), "view": "form"})
    assert posted_by(desk.page("cortecs"))["model_id"] == ["whole"]


def test_drafts_of_two_providers_do_not_meet(desk: Desk) -> None:
    desk.post("cortecs", "draft/", desk.fill("cortecs"))
    desk.post("baseten", "draft/", desk.fill("baseten"))
    desk.post("baseten", "draft/", {"discard": "1"})
    assert Draft.objects.get().provider == "cortecs"
