"""An invoice's file with mistakes is told row by row, without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gpuconsole.connections.models import Connection
from gpuconsole.spend.models import Invoice
from tests.gallery.scenes.money import invoiced
from tests.gallery.studio import session

pytestmark = pytest.mark.gallery

MONTH = "/costs/invoices/?month=2026-11"
BROKEN = b"resource_id,from,to,amount,currency\nr1,2026-11-03,2026-11-04,1.5,USD\nr2,2026-11-03,2026-11-04,many,usd\n"


def test_mistakes_in_a_file_are_told_with_row_and_column_without_script(plain: Page, live_server: Any) -> None:
    page, scene = plain, invoiced()
    owner = scene.people["owner"]
    assert owner is not None
    page.context.add_cookies([session(live_server.url, owner)])
    cortecs = Connection.objects.get(team=scene.team, provider="cortecs")
    page.goto(live_server.url + MONTH)
    page.get_by_text("Reason", exact=True).first.click()
    page.get_by_role("link", name="Unknown to us (1)").click()
    expect(page.locator("tbody tr").first).to_contain_text("tj-9f3")
    page.goto(f"{live_server.url}/costs/invoices/import/")
    page.get_by_label("Connection").select_option(cortecs.public_id)
    file = {"name": "november.csv", "mimeType": "text/csv", "buffer": BROKEN}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("alert").first).to_contain_text("Nothing was imported.")
    expect(page.get_by_role("region", name="Table of mistakes").locator("tbody tr")).to_have_count(2)
    page.get_by_label("Connection").select_option(cortecs.public_id)
    page.get_by_label("File").set_input_files({**file, "buffer": BROKEN[: BROKEN.index(b"r2")]})  # type: ignore[arg-type]
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("region", name="Table of invoices")).to_contain_text("november.csv")
    assert Invoice.objects.filter(connection=cortecs).count() == 1
