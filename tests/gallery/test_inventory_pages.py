"""A stray is adopted without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from gpuconsole.workloads.models import Workload
from tests.gallery.scenes.trouble import findings
from tests.gallery.studio import session

pytestmark = pytest.mark.gallery


def test_a_stray_is_adopted_without_script(plain: Page, live_server: Any) -> None:
    page, scene = plain, findings()
    owner = scene.people["owner"]
    assert owner is not None
    page.context.add_cookies([session(live_server.url, owner)])
    page.goto(f"{live_server.url}/reconcile/?kind=stray")
    page.get_by_role("link", name="gpt-oss-job").click()
    page.get_by_role("link", name="Adopt…").click()
    page.get_by_label("End it at the latest in").fill("8")
    page.get_by_role("button", name="Show what it means").click()
    page.get_by_text("At most, from its start").wait_for()
    page.get_by_role("button", name="Adopt", exact=True).click()
    page.get_by_role("heading", name="gpt-oss-job").wait_for()
    assert Workload.objects.get(team=scene.team, name="gpt-oss-job").ends_by is not None
