"""The main job from sign-in to cost, in a browser, against the whole running product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.contract.samples import DOCUMENTED_BASETEN
from tests.walks import shots as camera
from tests.walks.conftest import Console, sign_in
from tests.walks.forms import open_form
from tests.walks.reports import Reports

SOON_MS = 40_000
JOB = DOCUMENTED_BASETEN["training_job"]
COMMANDS = [*JOB["runtime"]["start_commands"], "sleep 240"]
"""The documented commands, and one that tells the simulator how long it runs: 12 s at its speed of 20."""


def see(page: Page, *words: str) -> None:
    """Wait until the state pill has shown each word in turn, without a reload."""
    for word in words:
        expect(page.locator("#head .pill").first).to_have_text(word, timeout=SOON_MS)


def test_a_documented_job_is_launched_by_form_and_watched_to_its_end(
    signed_in: Page, console: Console, reports: Reports, shots: Path | None
) -> None:
    page = signed_in
    page.evaluate("() => { window.neverReloaded = true }")
    page.goto("/launch/")
    camera.take(page, "launch-chooser", shots, reports)
    page.goto("/launch/baseten/job/")
    fill_job(page)
    camera.take(page, "launch-baseten", shots, reports)
    page.get_by_role("button", name=re.compile("^Launch")).click()
    page.get_by_role(
        "button", name="Launch for up to $78.00"
    ).click()  # it may cost more than the project's ask-first line
    page.wait_for_url(re.compile(r"/jobs/job_"))
    page.evaluate("() => { window.neverReloaded = true }")
    see(page, "Running")
    expect(page.locator("#log .log-row").nth(3)).to_be_visible(timeout=SOON_MS)
    camera.take(page, "job-running", shots, reports)
    lines = page.locator("#log .log-row").count()
    expect(page.locator("#log .log-row").nth(lines + 2)).to_be_visible(timeout=SOON_MS)
    see(page, "Succeeded")
    assert page.evaluate("() => window.neverReloaded") is True, "the page was reloaded"
    camera.take(page, "job-succeeded", shots, reports)
    job = page.url
    for tab in ("logs", "events", "metrics", "spec", "cost", "activity"):
        page.goto(f"{job}{tab}/")
        camera.take(page, f"job-{tab}", shots, reports)
    at = f"/workloads/{job.rstrip('/').rsplit('/', 1)[1]}"
    moves = [event["state"] for event in console.ask("GET", f"{at}/events")["items"] if event["kind"] == "move"]
    assert [*dict.fromkeys(moves)] == ["succeeded", "running", "starting", "queued", "submitting"]
    remote_id = console.ask("GET", at)["remote_id"]
    [sent] = [found for found in console.resources("baseten") if found["id"] == remote_id]
    assert_as_documented(sent["create_body"])
    reports.assert_none()


def fill_job(page: Page) -> None:
    """Fill in what the documented example has, as a person would."""

    def field(path: str) -> Locator:
        return page.locator(f"[name='training_job.{path}']").first

    page.locator("[name=training_project_name]").fill("walks")
    checkpointing, [weights] = JOB["runtime"]["checkpointing_config"], JOB["weights"]
    for section in ("Cache", "Checkpointing", "Weights"):
        page.locator("summary", has=page.get_by_role("heading", name=section, exact=True)).click()
    variables = JOB["runtime"]["environment_variables"]
    rows = page.locator("[data-rows='training_job.runtime.environment_variables']")
    for _ in variables:
        rows.get_by_role("button", name="Add variable").click()
    page.locator("[data-rows='training_job.weights']").get_by_role("button", name="Add weight").click()
    for switch in ("cache_config.enabled", "cache_config.enable_legacy_hf_mount", "checkpointing_config.enabled"):
        page.locator(f"[type=checkbox][name='training_job.runtime.{switch}']").check()
    texts = {
        "name": JOB["name"],
        "image.base_image": JOB["image"]["base_image"],
        "compute.accelerator.accelerator": "H100",
        "compute.accelerator.count": "2",
        "compute.node_count": "1",
        "compute.cpu_count": "1",
        "compute.memory": "2",
        "runtime.start_commands": "\n".join(COMMANDS),
        "runtime.cache_config.mount_base_path": JOB["runtime"]["cache_config"]["mount_base_path"],
        "runtime.checkpointing_config.checkpoint_path": checkpointing["checkpoint_path"],
        "runtime.checkpointing_config.volume_size_gib": str(checkpointing["volume_size_gib"]),
        "weights.0.source": weights["source"],
        "weights.0.mount_location": weights["mount_location"],
        **{f"runtime.environment_variables.{number}.key": key for number, key in enumerate(variables)},
        **{f"runtime.environment_variables.{number}.value": value for number, value in enumerate(variables.values())},
    }
    for path, value in texts.items():
        field(path).fill(value)
    page.locator("[name='guards.stop_after_s']").fill("6")
    expect(page.locator("#rail")).to_contain_text("2 × H100")


def assert_as_documented(body: Any) -> None:
    """The body is the documented one but for its name, the longer command and what a form leaves unsaid.

    Unsaid are nulls, and switches at the provider's own default.
    """
    name = body["training_job"].pop("name")
    assert name.startswith("gc-") and name.endswith("-gpt-oss-job")
    wanted = said(JOB)
    del wanted["name"], wanted["runtime"]["enable_cache"], wanted["runtime"]["cache_config"]["require_cache_affinity"]
    wanted["runtime"]["start_commands"] = COMMANDS
    assert body == {"training_job": wanted}


def said(value: Any) -> Any:
    """A copy without nulls."""
    if isinstance(value, dict):
        return {key: said(below) for key, below in value.items() if below is not None}
    return [said(below) for below in value] if isinstance(value, list) else value


def test_an_instance_is_launched_stopped_and_said_to_be_stopped_only_when_the_provider_says_so(
    signed_in: Page, console: Console, reports: Reports, shots: Path | None
) -> None:
    page = signed_in
    open_form(page, "cortecs", "instance")
    page.locator("[name=model_id]").select_option("cortecs--phi-4-FP8-Dynamic")
    page.locator("[name=hardware_type_id][value=NVIDIA_L4_1]").check()
    page.locator("[name=num_workers]").fill("2")
    camera.take(page, "launch-cortecs", shots, reports)
    page.get_by_role("button", name=re.compile("^Launch")).click()
    page.wait_for_url(re.compile(r"/instances/inst_"))
    see(page, "Starting", "Running")
    expect(page.locator("#parts")).to_contain_text("Running", timeout=SOON_MS)
    camera.take(page, "instance-running", shots, reports)
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
    camera.take(page, "instance-stopped", shots, reports)
    reports.assert_none()


def test_every_page_is_drawn_without_a_complaint_of_the_browser(
    signed_in: Page, reports: Reports, shots: Path | None
) -> None:
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
        "invoices": "/costs/invoices/",
        "invoice-import": "/costs/invoices/import/",
        "audit": "/audit/",
        "not-found": "/jobs/job_none/",
    }.items():
        page.goto(url)
        camera.take(page, name, shots, reports)
    reports.assert_none()


def test_sign_in_tells_a_wrong_password_without_saying_which_part_is_wrong(
    page: Page, console: Console, reports: Reports, shots: Path | None
) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("main [role=alert]")).to_contain_text("wrong")
    camera.take(page, "sign-in", shots, reports)
    sign_in(page, console)
    reports.assert_none()


def test_a_double_click_launches_one_workload(signed_in: Page, console: Console) -> None:
    page = signed_in
    open_form(page, "cortecs", "instance")
    page.locator("[name=model_id]").select_option("cortecs--phi-4-FP8-Dynamic")
    page.locator("[name=hardware_type_id][value=NVIDIA_L4_1]").check()
    before = len(console.resources("cortecs"))
    page.get_by_role("button", name=re.compile("^Launch")).dblclick()
    page.wait_for_url(re.compile(r"/instances/inst_"))
    see(page, "Running")
    assert len(console.resources("cortecs")) == before + 1
