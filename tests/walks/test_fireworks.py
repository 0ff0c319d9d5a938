"""A batch job at Fireworks in a browser: which way to go, the documented body byte for byte, and its end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.contract.samples import DOCUMENTED_FIREWORKS
from tests.walks import shots as camera
from tests.walks.conftest import Console
from tests.walks.reports import Reports
from tests.walks.test_story import see

EXAMPLE = DOCUMENTED_FIREWORKS
SHORT = {**EXAMPLE["envVars"], "SLEEP_S": "200"}
"""With one that tells the simulator how long it runs: 10 s at its speed of 20."""


def test_the_documented_job_is_launched_by_form_and_watched_to_its_end(
    signed_in: Page, console: Console, reports: Reports, shots: Path
) -> None:
    page = signed_in
    open_with_choices(page)
    fill(page)
    camera.take(page, "launch-fireworks", shots, reports)
    page.get_by_role("button", name=re.compile("^Launch")).click()
    page.wait_for_url(re.compile(r"/jobs/job_"))
    see(page, "Running", "Succeeded")
    camera.take(page, "job-fireworks", shots, reports)
    [sent] = created(console)
    token = sent["annotations"].pop("gpuconsole.example/launch-token")
    assert re.fullmatch(r"gc-[0-9a-z]{20}", token)
    assert json.dumps(sent) == json.dumps(EXAMPLE | {"envVars": SHORT})
    reports.assert_none()


def open_with_choices(page: Page) -> None:
    """The form once a worker has read what the account offers."""
    for _ in range(60):
        page.goto("/launch/fireworks/job/")
        if page.locator('table [name="nodePoolId"]').count() and page.locator('select[name="account_id"]').count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("no choices were read")


def fill(page: Page) -> None:
    """All that the documented example says, field by field."""
    page.get_by_label("Display name").fill(EXAMPLE["displayName"])
    page.locator('[name="account_id"]').select_option("sandbox")
    page.get_by_text("Container image", exact=True).click()
    expect(page.locator('[name="environmentId"]')).to_be_hidden()
    page.locator('[name="imageRef"]').fill(EXAMPLE["imageRef"])
    page.get_by_text("Shell", exact=True).click()
    expect(page.locator('[name="shellExecutor.command"]')).to_be_visible()
    page.get_by_text("Python", exact=True).first.click()
    expect(page.locator('[name="shellExecutor.command"]')).to_be_hidden()
    page.locator('[name="pythonExecutor.targetType"]').select_option("MODULE")
    page.locator('[name="pythonExecutor.target"]').fill("acme_eval.run")
    page.locator('[name="pythonExecutor.args"]').fill("--suite full")
    page.locator('[name="nodePoolId"][value="h100-pool"]').check()
    page.locator('[name="numRanks"]').fill("4")
    add_rows(page, "Environment variables", "envVars", SHORT)
    add_rows(page, "Annotations and sharing", "annotations", EXAMPLE["annotations"])
    page.get_by_label("Share in the account").check()
    expect(page.get_by_role("button", name="Launch job")).to_be_enabled(timeout=10_000)


def add_rows(page: Page, section: str, name: str, pairs: dict[str, str]) -> None:
    card = page.locator("details.section", has=page.get_by_role("heading", name=section, exact=True))
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    rows = page.locator(f'[data-rows="{name}"]')
    for key, value in pairs.items():
        rows.get_by_role("button", name="Add", exact=True).click()
        rows.locator('[data-rows-list] [data-cell="key"]').last.fill(key)
        rows.locator('[data-rows-list] [data-cell="value"]').last.fill(value)


def created(console: Console) -> list[dict[str, Any]]:
    """The bodies of all create calls."""
    calls = httpx.get(f"{console.simulator}/_sim/requests", timeout=20).json()["requests"]
    return [call["body"] for call in calls if call["method"] == "POST" and call["path"].endswith("/batchJobs")]
