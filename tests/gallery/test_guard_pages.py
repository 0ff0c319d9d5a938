"""What ends work is put off from its card by one press."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gpuconsole.workloads.models import Workload
from tests.gallery.scenes.trouble import guarded
from tests.gallery.studio import session
from tests.gallery.test_gallery import opened

pytestmark = pytest.mark.gallery


def test_one_press_on_the_card_raises_the_cost_and_gives_an_hour(page: Page, live_server: Any) -> None:
    scene = guarded()
    owner = scene.people["owner"]
    assert owner is not None
    page.context.add_cookies([session(live_server.url, owner)])
    idle = Workload.objects.get(team=scene.team, name="vision-finetune-12")
    opened(page, live_server, idle.get_absolute_url())
    page.get_by_role("button", name="Raise to $40.00").click()
    expect(page.locator("#auto-stop")).to_contain_text("$40.00")
    page.get_by_role("button", name="Extend 1 h").click()
    expect(page.locator(".toast")).to_contain_text("ends at")
    before, idle = idle, Workload.objects.get(pk=idle.pk)
    assert before.ends_by and idle.ends_by
    assert (idle.stop_at_cost, idle.ends_by - before.ends_by) == (40, timedelta(hours=1))
