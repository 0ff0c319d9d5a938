"""The page that decides about an unconfirmed launch in a browser: both themes, a phone, without script, axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from playwright.sync_api import Page

from gpuconsole.workloads.models import LostLaunch, Settlement, Workload
from gpuconsole.workloads.states import ReasonCode
from tests.factories_workloads import make_lab
from tests.gallery.test_gallery import opened
from tests.workloads.decisions.test_pages import BACKEND, lost

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]


def test_the_page_is_clean_in_both_themes_and_on_a_phone(
    page: Page, live_server: Any, shoot: Callable[[str], None]
) -> None:
    lab = make_lab()
    client = Client()
    client.force_login(lab.owner, backend=BACKEND)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([session])  # type: ignore[list-item]
    several = lost(lab, "qrxv7dw", "m3kp01z", name="llama3-8b-sft-r13")
    nothing = lost(lab, name="eval-mmlu-nightly")
    looking = lost(lab, code=ReasonCode.UNCONFIRMED, name="sweep-04")
    for name, theme, width, address in (
        ("several", "light", 1440, f"/jobs/{several.public_id}/decide/"),
        ("several", "dark", 1440, f"/jobs/{several.public_id}/decide/"),
        ("several", "light", 390, f"/jobs/{several.public_id}/decide/"),
        ("nothing", "dark", 390, f"/jobs/{nothing.public_id}/decide/"),
        ("looking", "light", 1440, f"/jobs/{looking.public_id}/decide/"),
        ("card", "light", 1440, f"/jobs/{several.public_id}/"),
        ("adopt", "light", 1440, f"/jobs/{several.public_id}/decide/adopt/?remote_id=qrxv7dw"),
    ):
        page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
        complaints = opened(page, live_server, address, width=width)
        shoot(f"decision-{name}-{theme}-{width}")
        findings = Axe().run(page)
        assert findings.violations_count == 0, (name, findings.generate_report())
        assert complaints == [], name
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0, (name, width)


def test_a_decision_is_made_in_the_dialog(page: Page, live_server: Any) -> None:
    lab = make_lab()
    client = Client()
    client.force_login(lab.owner, backend=BACKEND)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([session])  # type: ignore[list-item]
    job = lost(lab, "qrxv7dw")
    page.goto(f"{live_server.url}/jobs/{job.public_id}/decide/")
    page.get_by_role("link", name="Adopt… qrxv7dw").click()
    page.get_by_role("dialog").get_by_role("button", name="Adopt it").click()
    page.wait_for_url(f"**/jobs/{job.public_id}/")
    assert LostLaunch.objects.get().settlement == Settlement.ADOPT
    assert Workload.objects.get().due_at is not None
