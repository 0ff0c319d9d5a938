"""Quotas and budgets are saved card by card, with and without script, and stand as bars where they matter."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gpuconsole.projects.models import Budget, Quota
from tests.gallery.entry import Scene
from tests.gallery.scenes.money import limited
from tests.gallery.studio import session
from tests.gallery.test_gallery import opened

pytestmark = pytest.mark.gallery
PAGE = "/projects/project/settings/quotas/"


def signed_in(page: Page, live_server: Any) -> Scene:
    """The owner of a fresh team with limits."""
    scene = limited()
    owner = scene.people["owner"]
    assert owner is not None
    page.context.add_cookies([session(live_server.url, owner)])
    return scene


def test_a_card_is_saved_in_place_and_what_is_typed_elsewhere_stays(page: Page, live_server: Any) -> None:
    scene = signed_in(page, live_server)
    mine = Quota.objects.filter(team=scene.team)
    complaints = opened(page, live_server, PAGE)
    gpus = page.get_by_label("GPUs at once, whole project", exact=True)
    page.get_by_label("Monthly budget").fill("2345")
    gpus.fill("-4")
    gpus.press("Enter")
    expect(page.locator("#quotas [role=alert]")).to_contain_text("Nothing was saved")
    expect(gpus).to_have_attribute("aria-invalid", "true")
    gpus.fill("20")
    page.get_by_role("button", name="Save quotas").click()
    expect(page.locator(".toast")).to_contain_text("The quotas were saved")
    expect(page.get_by_label("Monthly budget")).to_have_value("2345")
    assert mine.filter(limit=20).count() == 1
    gpus.fill("21")
    page.get_by_role("link", name="Add quota").click()
    page.get_by_label("At most").fill("50")
    expect(gpus).to_have_value("21")
    page.get_by_role("button", name="Add quota").click()
    expect(page.locator("#add_measure_error")).to_contain_text("limited there already")
    page.get_by_role("link", name="Discard").click()
    expect(page.get_by_label("At most")).to_have_count(0)
    gpus.fill("1")
    gpus.press("Enter")
    page.get_by_role("button", name="Save all the same").click()
    expect(gpus).to_have_value("1")
    expect(page.locator("#quotas [role=alert]")).to_have_count(0)
    page.get_by_role("button", name="Remove the quota GPUs at once, whole project").click()
    expect(gpus).to_have_count(0)
    assert not mine.filter(limit__in=(1, 16, 20)).exists()
    assert [line for line in complaints if "422" not in line] == []


def test_without_script_every_card_is_a_plain_form(plain: Page, live_server: Any) -> None:
    page, scene = plain, signed_in(plain, live_server)
    page.goto(f"{live_server.url}{PAGE}")
    page.get_by_label("Monthly budget").fill("2500")
    page.get_by_role("button", name="Save budget").click()
    assert page.get_by_text("The budget was saved.").is_visible()
    page.get_by_label("At 50 % of budget", exact=True).uncheck()
    page.get_by_role("button", name="Save alerts").click()
    page.get_by_role("link", name="Add quota").click()
    page.get_by_label("At most").fill("3")
    page.get_by_label("For", exact=True).select_option("each")
    page.get_by_role("button", name="Add quota").click()
    page.get_by_role("button", name="Remove the quota GPUs at once, per person").click()
    assert page.get_by_text("no longer limited here").is_visible()
    assert Budget.objects.exclude(project=None).get(team=scene.team).amount == 2500


def test_limits_stand_as_bars_where_work_is_launched_and_watched(page: Page, live_server: Any) -> None:
    signed_in(page, live_server)
    for path in ("/?project=project", "/launch/?project=project"):
        complaints = opened(page, live_server, path)
        assert page.get_by_role("img", name="H100 at once: 8 of 8 in use").count() == 1
        assert complaints == []
