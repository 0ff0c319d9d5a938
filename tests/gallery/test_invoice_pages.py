"""The pages of invoices with rows on them: clean, as wide as the window, in both themes, and whole without script."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from gpuconsole.spend.models import Invoice
from tests.factories_workloads import Lab, make_lab, sent
from tests.gallery.test_gallery import opened
from tests.spend.invoices.test_reconciling import billed, used

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]

MONTH = "/costs/invoices/?month=2026-11"
BROKEN = b"resource_id,from,to,amount,currency\nr1,2026-11-03,2026-11-04,1.5,USD\nr2,2026-11-03,2026-11-04,many,usd\n"


@pytest.fixture
def lab(db: None) -> Lab:
    """A team with a row for most reasons."""
    made = make_lab()
    exact, dear, rounded = (used(sent(made.launch("baseten", name=f"train-{n}"))) for n in range(3))
    used(sent(made.launch("baseten", name="not-on-the-invoice")))
    used(sent(made.launch("cortecs", name="no-invoice-yet")))
    billed(
        made,
        "baseten",
        {"resource_id": exact.remote_id, "amount": "26", "what": "compute", "hourly_price": "13", "name": ""},
        {"resource_id": dear.remote_id, "amount": "28.6", "what": "compute", "hourly_price": "14.3", "name": ""},
        {"resource_id": rounded.remote_id, "amount": "26.21", "what": "compute", "hourly_price": "", "name": ""},
        {"resource_id": "tj-9f3", "amount": "8.67", "what": "compute", "hourly_price": "6.5", "name": "by-hand"},
        {"resource_id": "vol-1", "amount": "1.2", "what": "storage", "hourly_price": "", "name": "datasets"},
    )
    return made


@pytest.fixture
def signed_in(page: Page, live_server: Any, lab: Lab) -> Page:
    page.context.add_cookies([cookie(live_server, lab)])
    return page


def cookie(live_server: Any, lab: Lab) -> Any:
    client = Client()
    client.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_reconciliation_is_clean(signed_in: Page, live_server: Any, shoot: Any, width: int, theme: str) -> None:
    signed_in.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    complaints = opened(signed_in, live_server, MONTH, width=width)
    shoot(f"invoices-{theme}-{width}")
    findings = Axe().run(signed_in)
    assert findings.violations_count == 0, findings.generate_report()
    assert complaints == []
    assert "style=" not in signed_in.request.get(signed_in.url).text()
    assert signed_in.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_mistakes_in_a_file_are_told_with_row_and_column_without_script(
    browser: Browser, live_server: Any, lab: Lab
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    context.add_cookies([cookie(live_server, lab)])
    page = context.new_page()
    page.goto(live_server.url + MONTH)
    page.get_by_text("Reason", exact=True).first.click()
    page.get_by_role("link", name="Unknown to us (1)").click()
    expect(page.locator("tbody tr").first).to_contain_text("by-hand")
    page.goto(f"{live_server.url}/costs/invoices/import/")
    page.get_by_label("Connection").select_option(lab.connections["cortecs"].public_id)
    file = {"name": "november.csv", "mimeType": "text/csv", "buffer": BROKEN}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("alert").first).to_contain_text("Nothing was imported.")
    expect(page.get_by_role("region", name="Table of mistakes").locator("tbody tr")).to_have_count(2)
    page.get_by_label("Connection").select_option(lab.connections["cortecs"].public_id)
    page.get_by_label("File").set_input_files({**file, "buffer": BROKEN[: BROKEN.index(b"r2")]})  # type: ignore[arg-type]
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("region", name="Table of invoices")).to_contain_text("november.csv")
    assert Invoice.objects.filter(connection=lab.connections["cortecs"]).count() == 1
    page.wait_for_load_state("networkidle")
    context.close()
