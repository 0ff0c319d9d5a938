"""From a pasted example to a preset with locks to a launch from it, in a browser with script."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.contract.samples import DOCUMENTED_BASETEN
from tests.walks import shots as camera
from tests.walks.conftest import Console
from tests.walks.reports import Reports

INSIDE = {"training_project_name": "examples", **DOCUMENTED_BASETEN["training_job"], "workspace": {"a": 1}}
ACCELERATOR = "#f-training_job-compute-accelerator-accelerator"


def test_an_example_is_pasted_kept_locked_and_launched_from(
    signed_in: Page, console: Console, shots: Path | None, reports: Reports
) -> None:
    page = signed_in
    page.goto("/launch/baseten/job/?draft=discard")
    page.get_by_role("button", name="JSON", exact=True).click()
    page.locator("#f-json").fill(json.dumps(INSIDE))
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.locator("#f-training_job-image-base_image")).to_have_value("hello-world")
    expect(page.locator("#extra-fields")).to_contain_text("training_job.workspace")

    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("textbox", name="Name").fill("gpt-oss standard")
    page.get_by_label("Who launches from it").select_option("project")
    camera.take(page, "preset-save", shots, reports)
    page.get_by_role("button", name="Save preset").click()
    expect(page.get_by_role("heading", name="gpt-oss standard")).to_be_visible()
    page.locator('[name="locked"][value="training_job.compute.accelerator.accelerator"]').check()
    page.locator('[name="locked"][value="guards.labels"]').check()
    page.get_by_label("Why they are locked").fill("agreed with finance")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("The preset was saved.")).to_be_visible()
    camera.take(page, "preset-detail", shots, reports)

    page.goto("/launch/")
    camera.take(page, "preset-choose", shots, reports)
    page.get_by_role("link", name="Use gpt-oss standard").click()
    expect(page.locator(".from-preset")).to_contain_text("2 fields locked: agreed with finance")
    expect(page.locator(ACCELERATOR)).to_contain_text("H100")
    expect(page.locator(f"select{ACCELERATOR}, input{ACCELERATOR}")).to_have_count(0)
    camera.take(page, "preset-form", shots, reports)

    name = page.locator("#f-training_job-name")
    name.fill("from-the-preset")
    name.blur()
    expect(page.locator("#live-label")).to_contain_text("Draft saved")
    page.goto("/launch/baseten/job/")  # the draft is from the preset too
    expect(name).to_have_value("from-the-preset")
    expect(page.locator(".from-preset")).to_be_visible()
    page.locator("#launch-button").click()
    page.wait_for_url(re.compile(r"/jobs/job_"))
    told = console.ask("GET", f"/workloads/{page.url.rstrip('/').rsplit('/', 1)[1]}")
    assert told["spec"]["training_job"]["workspace"] == {"a": 1}
    assert told["spec"]["training_job"]["compute"]["accelerator"] == {"accelerator": "H100", "count": 2}

    page.goto("/launch/presets/")
    page.get_by_role("link", name=re.compile("^Remove")).click()
    page.get_by_role("button", name="Remove preset").click()
    expect(page.get_by_text("No preset yet")).to_be_visible()
    reports.assert_none()


def test_a_preset_with_locked_lists_and_objects_can_be_read_anywhere(
    signed_in: Page, console: Console, shots: Path | None, reports: Reports
) -> None:
    page = signed_in
    [connection] = [found for found in console.ask("GET", "/connections")["items"] if found["provider"] == "baseten"]
    spec = {"provider": "baseten", **DOCUMENTED_BASETEN}
    locked = ["training_job.compute", "training_job.weights", "guards.stop_after_s", "connection"]
    kept = {"connection": connection["id"], "spec": spec, "guards": {"stop_after_s": 3600}, "locked": locked}
    name = "a-preset-with-a-name-that-is-as-long-as-names-are-allowed-to-be-and-not-longer"
    made = console.ask("POST", "/presets", json={"name": name, "project": "first-project", **kept})
    page.goto("/launch/presets/")
    camera.take(page, "presets-list", shots, reports)
    page.goto(f"/launch/presets/{made['id']}/")
    camera.take(page, "preset-locked", shots, reports)
    page.goto(f"/launch/baseten/job/?preset={made['id']}")
    page.get_by_text("Start from", exact=True).click()
    expect(page.locator(".start-from").get_by_role("link", name=name)).to_be_visible()
    camera.take(page, "launch-from-locked", shots, reports)
    reports.assert_none()
