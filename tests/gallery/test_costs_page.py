"""The costs page without script: months and choices are plain links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.gallery.scenes.money import spent
from tests.gallery.studio import Studio, session

pytestmark = pytest.mark.gallery


def test_without_script_months_and_choices_are_plain_links(plain: Page, live_server: Any, studio: Studio) -> None:
    owner = studio.scene(spent).people["owner"]
    assert owner is not None
    plain.context.add_cookies([session(live_server.url, owner)])
    plain.goto(f"{live_server.url}/costs/")
    plain.locator(".segmented").get_by_role("link", name="Person").first.click()
    assert "by=person" in plain.url
    plain.get_by_text("Show as table").first.click()
    assert plain.get_by_role("region", name="Bars as a table").is_visible()
    plain.locator("summary", has_text=str(timezone.now().year)).first.click()
    before = timezone.now().replace(day=1) - timedelta(hours=1)
    plain.locator(".menu-list a", has_text=str(before.year)).nth(1).click()
    expect(plain.get_by_text("the month is over")).to_be_visible()
    assert "month=" in plain.url
