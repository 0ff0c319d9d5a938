"""The provider's own documented example, by API and by form: what reaches the provider is that example."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.contract.samples import DOCUMENTED_BASETEN
from tests.walks.conftest import Console
from tests.walks.test_story import see


def sent_as(console: Console, name: str) -> str:
    """The body of the create call that carried this name, as text with the keys in the order of the wire."""
    calls: list[dict[str, Any]] = httpx.get(f"{console.simulator}/_sim/requests", timeout=20).json()["requests"]
    [body] = [
        call["body"]
        for call in calls
        if call["method"] == "POST" and call["path"].endswith("/jobs") and call["body"]["training_job"]["name"] == name
    ]
    return json.dumps(body)


def documented_as(name: str) -> str:
    """The documented body with only the name changed, as text."""
    body = copy.deepcopy(DOCUMENTED_BASETEN)
    body["training_job"]["name"] = name
    return json.dumps(body)


def remote_name(console: Console, public_id: str) -> str:
    name = str(console.ask("GET", f"/workloads/{public_id}")["remote"]["name"])
    assert re.fullmatch(r"gc-[0-9a-z]{20}-gpt-oss-job", name)
    return name


def test_by_api_the_documented_body_arrives_byte_for_byte(signed_in: Page, console: Console) -> None:
    [connection] = [found for found in console.ask("GET", "/connections")["items"] if found["provider"] == "baseten"]
    spec = {"provider": "baseten", "training_project_name": "examples", **DOCUMENTED_BASETEN}
    body = {"name": "", "connection": connection["id"], "spec": spec, "guards": {"stop_after_s": 3600}}
    preview = console.ask("POST", "/projects/first-project/workloads/preview", json=body)
    job = console.ask("POST", "/projects/first-project/workloads", json=body)["id"]
    signed_in.goto(f"/jobs/{job}/")
    see(signed_in, "Running")
    name = remote_name(console, job)
    assert sent_as(console, name) == documented_as(name)
    assert json.dumps(preview["request"]["body"]) == documented_as(preview["request"]["body"]["training_job"]["name"])


def test_by_form_the_documented_body_is_pasted_and_arrives_byte_for_byte(signed_in: Page, console: Console) -> None:
    page = signed_in
    page.goto("/launch/baseten/job/")
    page.get_by_role("button", name="JSON", exact=True).click()
    page.locator("#f-json").fill(json.dumps({"training_project_name": "examples", **DOCUMENTED_BASETEN}))
    page.get_by_role("button", name=re.compile("^Launch")).click()
    page.wait_for_url(re.compile(r"/jobs/job_"))
    see(page, "Running")
    name = remote_name(console, page.url.rstrip("/").rsplit("/", 1)[1])
    assert sent_as(console, name) == documented_as(name)
