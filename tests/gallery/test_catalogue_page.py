"""The catalogue in a real browser: a tray without a reload, then offers side by side."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.gallery.scenes.places import offers
from tests.gallery.studio import Studio, session
from tests.gallery.test_gallery import opened

pytestmark = pytest.mark.gallery


def test_offers_are_ticked_and_compared(page: Page, live_server: Any, studio: Studio) -> None:
    owner = studio.scene(offers).people["owner"]
    assert owner is not None
    page.context.add_cookies([session(live_server.url, owner)])
    complaints = opened(page, live_server, "/catalogue/?vram=24")
    for at in (0, 4, 9):
        box = page.locator(".offers-table .pick input").nth(at)
        box.check()
        expect(page.locator(".tray")).to_contain_text(f"{(0, 4, 9).index(at) + 1} of 4 offers")
    expect(page.locator(".offers-table .pick input").nth(9)).to_be_focused()
    assert page.url.count("o=off_") == 3
    page.get_by_role("link", name="Compare side by side").click()
    expect(page.get_by_role("heading", name="Compare offers")).to_be_visible()
    page.locator("thead a").first.click()
    expect(page.get_by_role("heading", name="Price changes")).to_be_visible()
    assert complaints == []
