"""Lists and the palette in a real browser, used by keyboard and by pointer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from gpuconsole.workloads import services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.services.views import save_view
from gpuconsole.workloads.states import Kind, ReasonCode, State
from tests.factories_workloads import Lab, make_lab, make_user
from tests.gallery.studio import cookie
from tests.gallery.test_gallery import opened

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
NAMES = ("eval-mmlu-nightly-1121", "tokenizer-shards-prep", "llama3-8b-sft-r12", "a-name-of-" + "sixty-four-" * 5)


@pytest.fixture
def lab() -> Lab:
    """Jobs in every state, as the picture has them."""
    lab = make_lab()
    lab.owner.name = "Researcher A"
    lab.owner.save()
    other = make_user(lab.team)
    for number, name in enumerate(NAMES):
        lab.workload(("fireworks", "baseten")[number % 2], name=name, labels=["nightly"] if number else [])
    lab.workload("otoy", State.QUEUED, name="sdxl-lora-product-shots", by=other)
    lab.workload("baseten", State.STARTING, name="asr-conformer-large-v4")
    lab.workload("otoy", State.LOST, name="rl-rollout-west-17")
    failed = lab.workload("baseten", State.FAILED, name="ppo-gridworld-s3")
    lab.workload("baseten", State.SUCCEEDED, name="nerf-garden-bundle-113")
    lab.launch("otoy", name="asr-align-sweep-03")
    Workload.objects.filter(pk=failed.pk).update(reason_code=ReasonCode.GPU_MEMORY)
    services.stop(workload=lab.workload("baseten", name="ablation-dropout-02"), by=lab.owner)
    Workload.objects.filter(intent="end").update(intent_at=timezone.now() - timedelta(minutes=6))
    lab.workload("cortecs", name="mixtral-serving-eu")
    lab.workload("novita", State.STOPPED, name="notebook-vision-3")
    save_view(team=lab.team, user=lab.owner, kind=Kind.JOB, name="H100 only", query={"gpu": "H100"})
    return lab


def test_a_list_is_used_by_keyboard_and_pointer(page: Page, live_server: Any, lab: Lab) -> None:
    page.context.add_cookies([cookie(live_server, lab.owner)])
    complaints = opened(page, live_server, "/jobs/")
    band = page.locator("[data-band]")
    height = band.bounding_box()["height"]  # type: ignore[index]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(band).to_contain_text("1 selected")
    page.locator("tbody .pick input").nth(3).click(modifiers=["Shift"])
    expect(band).to_contain_text("3 selected")
    assert band.bounding_box()["height"] == height  # type: ignore[index]
    page.locator("#pick-page").click()
    expect(band.get_by_role("button", name="Label 11 jobs…")).to_be_visible()
    page.keyboard.press("Escape")
    expect(band).to_contain_text("11 jobs")

    row = page.locator("tr", has_text="llama3-8b-sft-r12")
    row.locator(".pick input").check()
    band.get_by_role("button", name="Stop 1 job…").click()
    dialog = page.get_by_role("dialog", name="Stop 1 job?")
    expect(dialog.get_by_text("llama3-8b-sft-r12")).to_be_visible()
    expect(dialog.get_by_role("link", name="Keep running")).to_be_focused()
    dialog.get_by_role("button", name="Stop 1 job").click()
    expect(page.locator("tr", has_text="llama3-8b-sft-r12")).to_contain_text("Stopping")

    page.locator("tr", has_text="tokenizer-shards-prep").locator(".more summary").click()
    expect(page.get_by_role("link", name="Clone")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#chip-state").click()
    page.get_by_placeholder("Find").fill("fail")
    page.get_by_role("link", name="Failed", exact=True).click()
    page.wait_for_url("**/jobs/?state=failed")
    expect(page.locator("#chip-state")).to_be_focused()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clear the filter State").click()
    page.wait_for_url("**/jobs/")
    page.wait_for_selector("html[data-script=on]")
    page.keyboard.press("/")
    page.keyboard.type("sft")
    page.wait_for_url("**/jobs/?q=sft")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#filter-text")).to_be_focused()
    assert complaints == []


def test_the_palette_finds_acts_and_closes(page: Page, live_server: Any, lab: Lab) -> None:
    page.context.add_cookies([cookie(live_server, lab.owner)])
    complaints = opened(page, live_server, "/jobs/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search or jump to")
    expect(field).to_be_focused()
    field.fill("llama3")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("llama3-8b-sft-r12")
    expect(first).to_have_attribute("aria-selected", "true")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-activedescendant')") == "hit-2"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Stop llama3-8b-sft-r12?")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#search").click()
    field.fill("#proj")
    expect(page.get_by_role("option").first).to_have_text("Projectproject")
    page.keyboard.press("Escape")
    expect(field).not_to_be_visible()
    page.keyboard.press("Control+k")
    field.fill("rl-rollout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/job_*/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/instances/")
    assert complaints == []


def test_without_script_filters_menus_and_acts_are_pages(browser: Browser, live_server: Any, lab: Lab) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie(live_server, lab.owner)])
    page = context.new_page()
    page.goto(f"{live_server.url}/jobs/")
    page.locator("#chip-provider").click()
    page.get_by_role("link", name="Choose").first.click()
    page.get_by_label("OTOY").check()
    page.get_by_role("button", name="Show jobs").click()
    page.wait_for_url("**/jobs/?provider=otoy")
    page.locator("tr", has_text="sdxl-lora").locator("input").check()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop 1 job").click()
    assert Workload.objects.get(name="sdxl-lora-product-shots").intent == "end"
    page.get_by_role("searchbox", name="Search work").fill("nerf-garden-bundle-113")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="nerf-garden-bundle-113").first.click()
    page.wait_for_url("**/jobs/job_*/")
    context.close()
