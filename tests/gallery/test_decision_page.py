"""A decision about an unconfirmed launch is made in the dialog."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from gpuconsole.workloads.models import LostLaunch, Settlement, Workload
from tests.factories_workloads import make_lab
from tests.gallery.studio import session
from tests.workloads.decisions.test_pages import lost

pytestmark = pytest.mark.gallery


def test_a_decision_is_made_in_the_dialog(page: Page, live_server: Any) -> None:
    lab = make_lab()
    page.context.add_cookies([session(live_server.url, lab.owner)])
    job = lost(lab, "qrxv7dw")
    page.goto(f"{live_server.url}/jobs/{job.public_id}/decide/")
    page.get_by_role("link", name="Adopt… qrxv7dw").click()
    page.get_by_role("dialog").get_by_role("button", name="Adopt it").click()
    page.wait_for_url(f"**/jobs/{job.public_id}/")
    assert LostLaunch.objects.get(workload=job).settlement == Settlement.ADOPT
    assert Workload.objects.get(pk=job.pk).due_at is not None
