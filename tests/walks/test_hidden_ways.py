"""A password among the ways in, in a browser: hidden until asked for, and kept on the page while it is polled."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.contract.samples import sample
from tests.walks import shots as camera
from tests.walks.conftest import Console
from tests.walks.reports import Reports


def test_a_password_shows_when_asked_for_and_stays_while_the_page_is_polled(
    signed_in: Page, console: Console, reports: Reports, shots: Path | None
) -> None:
    page = signed_in
    connections = console.ask("GET", "/connections")["items"]
    [at] = [one["id"] for one in connections if one["provider"] == "novita"]
    project = console.ask("GET", "/projects")["items"][0]["slug"]
    asked = {"connection": at, "spec": sample("novita"), "guards": {"stop_after_s": 3600}}
    made = console.ask("POST", f"/projects/{project}/workloads", json=asked)
    page.goto(f"/instances/{made['id']}/")
    show = page.get_by_role("button", name="Show the SSH password")
    expect(show).to_be_visible(timeout=60_000)
    password = console.ask("POST", f"/workloads/{made['id']}/ways", json={"way": "SSH password"})["value"]
    assert password not in page.content()
    show.click()
    expect(page.get_by_text(password, exact=True)).to_be_visible()
    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "parts"):
        page.evaluate("document.querySelector('#parts').setAttribute('hx-vals', '{}')")
        page.evaluate("htmx.process(document.querySelector('#parts')); htmx.trigger('#parts', 'gpc:poll')")
    expect(page.get_by_text(password, exact=True)).to_be_visible()
    camera.take(page, "instance-ways", shots, reports)
    page.reload()
    expect(show).to_be_visible()
    assert password not in page.content()
    reports.assert_none()
