"""The same work in other ways: without script, by keyboard, in two windows at once."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.walks.conftest import Console, sign_in
from tests.walks.forms import open_form
from tests.walks.test_story import see

MODEL = "cortecs--phi-4-FP8-Dynamic"


def launch_instance(console: Console, name: str) -> str:
    """An instance launched by API; answers our id."""
    [connection] = [found for found in console.ask("GET", "/connections")["items"] if found["provider"] == "cortecs"]
    spec = {"provider": "cortecs", "model_id": MODEL, "hardware_type_id": "NVIDIA_L4_1"}
    body = {"name": name, "connection": connection["id"], "spec": spec, "guards": {"stop_after_s": 3600}}
    return str(console.ask("POST", "/projects/first-project/workloads", json=body)["id"])


def test_without_script_an_instance_is_launched_and_stopped(chromium: Browser, console: Console) -> None:
    context = chromium.new_context(base_url=console.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, console)
    open_form(page, "cortecs", "instance")
    page.locator("[name=model_id]").select_option(MODEL)
    page.locator("[name=hardware_type_id][value=NVIDIA_L4_1]").check()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("[name=model_id]")).to_have_value(MODEL)
    expect(page.locator("main")).to_contain_text('"num_workers"')
    page.get_by_role("button", name=re.compile("^Launch")).click()
    page.wait_for_url(re.compile(r"/instances/inst_"))
    until = time.monotonic() + 40
    while "Running" not in page.locator("#head .pill").first.inner_text() and time.monotonic() < until:
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("link", name="Stop").click()
    page.get_by_role("button", name="Stop instance").click()
    page.wait_for_url(re.compile(r"/instances/inst_"))
    expect(page.locator("#head .pill").first).to_have_text(re.compile("Stopping|Stopped"))
    context.close()


def test_by_keyboard_alone_an_instance_is_launched_found_again_and_stopped(signed_in: Page) -> None:
    page = signed_in
    open_form(page, "cortecs", "instance")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/launch/"))
    tab_to(page, page.get_by_role("link", name="Choose “A dedicated model endpoint”"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Configure Cortecs"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/launch/cortecs/instance/"))
    model = page.locator("[name=model_id]")
    tab_to(page, model)
    page.keyboard.type(model.locator(f"option[value='{MODEL}']").inner_text())
    expect(model).to_have_value(MODEL)
    tab_to(page, page.locator("[name=hardware_type_id]:checked"))
    expect(page.locator("#launch-button")).to_have_text("Launch instance")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/instances/inst_"))
    launched = page.url
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(lambda url: url.endswith("/instances/"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(launched)
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    see(page, "Running")
    page.keyboard.press("s")
    expect(page.get_by_role("link", name="Keep running")).to_be_focused()
    page.keyboard.press("Enter")  # never presses what cannot be taken back
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("s")
    tab_to(page, page.get_by_role("button", name="Stop instance"))
    page.keyboard.press("Enter")
    see(page, "Stopped")


def tab_to(page: Page, wanted: Locator, most: int = 90) -> None:
    """Press Tab until the focus is there."""
    expect(wanted).to_be_visible()
    for _ in range(most):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached")


def test_two_browsers_see_a_change_within_five_seconds_and_outlive_the_web_server(
    chromium: Browser, signed_in: Page, console: Console
) -> None:
    page = signed_in
    name = launch_instance(console, "two-browsers")
    other = chromium.new_context(base_url=console.url).new_page()
    sign_in(other, console)
    for browser in (page, other):
        browser.goto(f"/instances/{name}/")
    see(page, "Running")
    see(other, "Running")
    typed = other.locator("#search")
    typed.fill("half a wo")
    kill_web(other, console)
    expect(other.locator("#live-label")).to_have_attribute("data-live", "live", timeout=20_000)
    assert typed.input_value() == "half a wo"
    console.ask("POST", f"/workloads/{name}/stop")
    see(page, "Stopped")
    [remote] = [found for found in console.resources("cortecs") if found["id"] == _remote_id(console, name)]
    assert remote["state"] == "stopped"
    expect(other.locator("#head .pill").first).to_have_text("Stopped", timeout=5000)
    other.context.close()


def kill_web(page: Page, console: Console) -> None:
    """Hold the web server in the midst of polls until the page says that it is late, then end it for good."""
    web = [pid for pid in console.pids() if b"gpuconsole.serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(web) > 1, "a master and its workers"
    for pid in web:
        os.kill(pid, signal.SIGSTOP)
    label = page.locator("#live-label")
    expect(label).to_have_attribute("data-live", "late", timeout=15_000)
    clock = page.locator("[data-clock=elapsed]").first
    stopped = clock.text_content()
    page.wait_for_timeout(1500)
    assert clock.text_content() == stopped, "clocks stop while nobody knows"
    for pid in reversed(web):
        os.kill(pid, signal.SIGKILL)


def _remote_id(console: Console, name: str) -> str:
    return str(console.ask("GET", f"/workloads/{name}")["remote_id"])
