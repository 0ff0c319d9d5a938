"""The main job from sign-in to cost, in a browser, against the whole running product."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.walks import shots as camera
from tests.walks.conftest import Console, Reports, sign_in

EXAMPLE = json.loads((Path(__file__).parent / "example_job.json").read_text())
SOON_MS = 40_000


def state(page: Page) -> object:
    return expect(page.locator("#head .pill").first)


def see(page: Page, *words: str) -> None:
    """Wait until the state pill shows each word in turn, without a reload; a fast one may be skipped over."""
    order = "Submitting Queued Starting Running Stopping Succeeded Failed Cancelled Stopped Lost".split()
    for word in words:
        later = order[order.index(word) :]
        expect(page.locator("#head .pill").first).to_have_text(re.compile("|".join(later)), timeout=SOON_MS)
    expect(page.locator("#head .pill").first).to_have_text(words[-1], timeout=SOON_MS)


def test_a_documented_job_is_launched_by_form_and_watched_to_its_end(
    signed_in: Page, console: Console, reports: Reports, shots: Path
) -> None:
    page = signed_in
    page.evaluate("() => { window.neverReloaded = true }")
    page.goto("/launch/")
    camera.take(page, "launch-chooser", shots)
    page.goto("/launch/baseten/job/")
    fill_job(page)
    camera.take(page, "launch-baseten", shots)
    page.get_by_role("button", name=re.compile("^Launch")).click()
    if "Launch 1 job" in page.content():  # above the ask-first line
        page.get_by_role("button", name=re.compile("^Launch")).click()
    page.wait_for_url(re.compile(r"/jobs/job_"))
    page.evaluate("() => { window.neverReloaded = true }")
    see(page, "Queued", "Starting", "Running")
    expect(page.locator("#log .log-row").nth(3)).to_be_visible(timeout=SOON_MS)
    camera.take(page, "job-running", shots)
    lines = page.locator("#log .log-row").count()
    expect(page.locator("#log .log-row").nth(lines + 2)).to_be_visible(timeout=SOON_MS)
    see(page, "Succeeded")
    assert page.evaluate("() => window.neverReloaded") is True, "the page was reloaded"
    camera.take(page, "job-succeeded", shots)
    for tab in ("logs", "events", "metrics", "spec", "cost", "activity"):
        page.goto(page.url.split("?")[0].rstrip("/").split("/job_")[0] + "/job_" + page.url.split("/job_")[1].split("/")[0] + f"/{tab}/")
        camera.take(page, f"job-{tab}", shots)
    sent = [found for found in console.resources("baseten") if str(found["name"]).endswith("gpt-oss-job")]
    assert len(sent) == 1
    assert_as_documented(sent[0]["create_body"])
    assert reports.csp == [] and reports.errors == []


def fill_job(page: Page) -> None:
    """Fill in what the documented example has, as a person would."""
    field = lambda path: page.locator(f"[name='training_job.{path}']")  # noqa: E731
    page.locator("[name=training_project_name]").fill("walks")
    for path, value in {
        "name": "gpt-oss-job",
        "image.base_image": EXAMPLE["training_job"]["image"]["base_image"],
        "compute.accelerator.count": "2",
        "runtime.start_commands": "\n".join(EXAMPLE["training_job"]["runtime"]["start_commands"]),
    }.items():
        field(path).fill(value)
    accelerator = field("compute.accelerator.accelerator")
    if accelerator.evaluate("element => element.tagName") == "SELECT":
        accelerator.select_option("H100")
    else:
        accelerator.fill("H100")


def assert_as_documented(body: object) -> None:
    assert isinstance(body, dict)
    job = body["training_job"]
    assert job["name"].startswith("gc-") and job["name"].endswith("-gpt-oss-job")
    wanted = EXAMPLE["training_job"]
    assert job["image"]["base_image"] == wanted["image"]["base_image"]
    assert job["compute"]["accelerator"] == wanted["compute"]["accelerator"]
    assert job["runtime"]["start_commands"] == wanted["runtime"]["start_commands"]


def test_an_instance_is_launched_stopped_and_said_to_be_stopped_only_when_the_provider_says_so(
    signed_in: Page, console: Console, reports: Reports, shots: Path
) -> None:
    page = signed_in
    page.goto("/launch/cortecs/instance/")
    page.locator("[name=model_id]").select_option("cortecs--phi-4-FP8-Dynamic")
    page.locator("[name=hardware_type_id][value=NVIDIA_L4_1]").check()
    page.locator("[name=num_workers]").fill("2")
    camera.take(page, "launch-cortecs", shots)
    page.get_by_role("button", name=re.compile("^Launch")).click()
    page.wait_for_url(re.compile(r"/instances/inst_"))
    see(page, "Starting", "Running")
    expect(page.locator("#parts")).to_contain_text("Running", timeout=SOON_MS)
    camera.take(page, "instance-running", shots)
    [resource] = [found for found in console.resources("cortecs") if found["state"] == "running"]
    assert resource["create_body"] == {
        "model_id": "cortecs--phi-4-FP8-Dynamic",
        "hardware_type_id": "NVIDIA_L4_1",
        "context_length": None,
        "billing_interval": None,
        "num_workers": 2,
    }
    page.locator("[data-act=stop]").click()
    page.get_by_role("button", name="Stop instance").click()
    see(page, "Stopping")
    see(page, "Stopped")
    assert [found["state"] for found in console.resources("cortecs") if found["id"] == resource["id"]] == ["stopped"]
    camera.take(page, "instance-stopped", shots)
    assert reports.csp == [] and reports.errors == []


def test_every_page_looks_right_and_is_accessible(signed_in: Page, reports: Reports, shots: Path) -> None:
    page = signed_in
    for name, url in {
        "overview": "/",
        "setup": "/setup/",
        "jobs": "/jobs/",
        "jobs-no-match": "/jobs/?q=there-is-no-such-job",
        "instances": "/instances/",
        "connections": "/connections/",
        "connection-new": "/connections/new/",
        "tokens": "/account/tokens/",
        "account": "/account/",
        "audit": "/audit/",
        "not-found": "/jobs/job_none/",
    }.items():
        page.goto(url)
        camera.take(page, name, shots)
    assert reports.csp == []


def test_sign_in_tells_a_wrong_password_without_saying_which_part_is_wrong(
    page: Page, console: Console, reports: Reports, shots: Path
) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    camera.take(page, "sign-in", shots)
    sign_in(page, console)
    assert reports.csp == []


def test_a_double_click_launches_one_workload(signed_in: Page, console: Console) -> None:
    page = signed_in
    page.goto("/launch/cortecs/instance/")
    page.locator("[name=model_id]").select_option("cortecs--phi-4-FP8-Dynamic")
    page.locator("[name=hardware_type_id][value=NVIDIA_L4_1]").check()
    before = len(console.resources("cortecs"))
    page.get_by_role("button", name=re.compile("^Launch")).dblclick()
    page.wait_for_url(re.compile(r"/instances/inst_"))
    see(page, "Starting")
    assert len(console.resources("cortecs")) == before + 1
