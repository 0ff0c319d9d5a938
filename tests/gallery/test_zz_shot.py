from typing import Any
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from tests.factories import set_budget, set_quota
from tests.factories_workloads import make_lab

pytestmark = [pytest.mark.django_db(transaction=True)]


def test_shot(page: Any, live_server: Any) -> None:
    lab = make_lab()
    job = lab.workload("baseten", stop_after_s=3600, name="asr-conformer")
    set_quota(lab.project, "run_s", 3 * 3600)
    set_budget(lab.project, 200)
    client = Client()
    client.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for name, path in (
        ("detail", f"/jobs/{job.public_id}/"),
        ("extend", f"/jobs/{job.public_id}/extend/?hours=1"),
        ("over", f"/jobs/{job.public_id}/extend/?hours=4"),
        ("quotas", "/projects/project/settings/quotas/"),
        ("overview", "/?project=project"),
    ):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(live_server.url + path)
                page.screenshot(path=f"/tmp/plan/quotas/{name}-{scheme}-{width}.png")
                if width == 1440 or scheme == "light":
                    found = Axe().run(page)
                    assert found.violations_count == 0, (name, found.generate_report())
