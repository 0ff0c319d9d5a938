"""The catalogue in a real browser: a tray without a reload, clean pages in both themes, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from gpuconsole.catalog import published, refresh
from gpuconsole.catalog.models import Offer, OfferPrice
from gpuconsole.connections.models import Connection
from gpuconsole.projects.models import ExchangeRate
from tests import factories as make
from tests.contract.conftest import far_side
from tests.gallery.test_gallery import opened

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
CONNECTED = ("baseten", "cortecs", "novita", "otoy")
STEPS = {0: ("1.00",), 1: ("1.30", "1.10", "1.04"), 2: ("0.80", "0.9", "0.96"), 3: ("1.2", "1.00")}


@pytest.fixture
def connections(transactional_db: None) -> dict[str, Connection]:
    """A team with everything that the simulator offers, a past for each price, and one odd price."""
    team, now = make.make_team(), timezone.now()
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.10", on=now.date(), source="ECB")
    made = {slug: make.make_connection(team, provider=slug) for slug in CONNECTED}
    for slug, connection in made.items():
        far = far_side(slug)
        refresh.save_offers(connection, far.adapter.offers(), now)
        far.adapter.close()
    published.load(now)
    for offer in Offer.objects.exclude(connection=None).exclude(hourly_price=None):
        for at, factor in enumerate(STEPS[offer.pk % 4], start=1):
            price = (offer.hourly_price or Decimal(0)) * Decimal(factor)
            at_day = now - timedelta(days=30 - at * 6)
            OfferPrice.objects.create(offer=offer, at=at_day, hourly_price=price, currency=offer.currency)
    Offer.objects.filter(pk=Offer.objects.filter(provider="baseten").latest("pk").pk).update(
        doubt="zero", hourly_price=0
    )
    return made


@pytest.fixture
def signed_in(page: Page, live_server: Any, connections: dict[str, Connection]) -> Page:
    client = Client()
    client.force_login(
        make.owner_of(connections["baseten"].team), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return page


def test_offers_are_ticked_compared_and_clean(
    signed_in: Page, live_server: Any, shoot: Callable[[str], None], connections: dict[str, Connection]
) -> None:
    page = signed_in
    complaints = opened(page, live_server, "/catalogue/?vram=24")
    for at in (0, 4, 9):
        box = page.locator(".offers-table .pick input").nth(at)
        box.check()
        expect(page.locator(".tray")).to_contain_text(f"{(0, 4, 9).index(at) + 1} of 4 offers")
    expect(page.locator(".offers-table .pick input").nth(9)).to_be_focused()
    assert page.url.count("o=off_") == 3
    look(page, "catalogue", shoot)
    page.get_by_role("link", name="Compare side by side").click()
    expect(page.get_by_role("heading", name="Compare offers")).to_be_visible()
    look(page, "catalogue-compare", shoot)
    page.get_by_role("rowheader").first.wait_for()
    page.locator("thead a").first.click()
    expect(page.get_by_role("heading", name="Price changes")).to_be_visible()
    look(page, "catalogue-offer", shoot)
    assert complaints == []
    assert "style=" not in page.request.get(page.url).text()


def look(page: Page, name: str, shoot: Callable[[str], None]) -> None:
    """Screenshots in both themes and widths; axe in both themes; nothing wider than the window."""
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            shoot(f"{name}-{theme}-{width}")
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow == 0, (name, width)
        findings = Axe().run(page)
        assert findings.violations_count == 0, findings.generate_report()
