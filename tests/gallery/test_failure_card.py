"""The card that says why work ended leads to its line, and to a retry, without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from gpuconsole.providers.causes import Cause
from gpuconsole.sync import evidence
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import make_lab
from tests.gallery.studio import session
from tests.workloads.test_failures import OOM, failed, with_log

pytestmark = pytest.mark.gallery


def test_the_line_is_in_view_and_a_retry_works_without_script(plain: Page, live_server: Any) -> None:
    page, lab = plain, make_lab()
    job = failed(lab, Cause.EXIT_CODE, "exited with code 1", slug="fireworks", name="eval-r1")
    evidence.look(with_log(job, *(f"line {n}" for n in range(400)), OOM, *(f"after {n}" for n in range(60))))
    page.context.add_cookies([session(live_server.url, lab.owner)])
    page.goto(live_server.url + job.get_absolute_url())
    page.get_by_role("link", name="Line 401 of the log").click()
    page.wait_for_url("**/logs/**")
    box, row = page.locator("#log").bounding_box(), page.locator("#log .is-asked").bounding_box()
    assert box and row and box["y"] <= row["y"] <= box["y"] + box["height"]
    page.goto(live_server.url + job.get_absolute_url())
    page.locator("#failure").get_by_role("link", name="Retry").click()
    page.get_by_role("button", name="Retry job").click()
    page.get_by_role("heading", name="eval-r2").wait_for()
    made = Workload.objects.get(team=lab.team, name="eval-r2")
    assert (made.retry_of_id, made.state) == (job.pk, State.SUBMITTING)
