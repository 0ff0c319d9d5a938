"""The pages of findings in a browser: in both themes, on a phone, clean for axe, and whole without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Browser, Page

from gpuconsole.inventory.models import Finding, FindingKind, FindingState, InventoryReading, Mark
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab
from tests.gallery.test_gallery import opened
from tests.gallery.test_request_pages import cookie
from tests.inventory.far import ghost_of, make_finding

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lab(db: None) -> Lab:
    """A team with a finding of every kind, mark and state."""
    made = make_lab()
    job, instance = made.workload("baseten", name="llama3-8b-sft-r12"), made.workload("cortecs", name="mixtral-serving")
    raw = {"id": "tj-9f3", "name": "gpt-oss-job", "current_status": "TRAINING_JOB_RUNNING", "node_count": 1}
    make_finding(
        job, name="gpt-oss-job", remote=raw, is_estimated=True, token="gc-ab120123456789abcdef", mark="unknown"
    )
    make_finding(job, name="a-machine-with-a-rather-long-name-that-nobody-shortened-for-this-list", hourly_now=None)
    make_finding(instance, name="", mark=Mark.NONE, remote_id="instance-42eb08b9")
    make_finding(job, name="of-another", mark=Mark.OTHER, deployment="0the")
    ended = make_finding(
        job, name="on-its-way-out", state=FindingState.ENDING, end_asked_at=timezone.now(), end_tries=3
    )
    ended.end_error, ended.asked_by = "The provider answered 503.", made.owner
    ended.save()
    aside = {"ignored_until": timezone.now() + timedelta(days=9), "ignore_reason": "A demo of the sales team."}
    make_finding(job, name="left-alone", state=FindingState.IGNORED, **aside)
    make_finding(job, name="long-gone", state=FindingState.CLOSED, closed_at=timezone.now(), how_closed="terminated")
    ghost_of(made.workload("baseten", State.LOST, name="rl-rollout-west-17"))
    differs = [{"field": "GPUs", "ours": "2", "theirs": "4"}, {"field": "Price", "ours": "$13.00", "theirs": "$26.00"}]
    make_finding(instance, FindingKind.DRIFT, workload=instance, name=instance.name, differences=differs)
    InventoryReading.objects.create(connection=job.connection, read_at=timezone.now(), listed=214, live=7)
    return made


def test_the_pages_are_clean_in_both_themes_and_on_a_phone(
    page: Page, live_server: Any, lab: Lab, shoot: Callable[[str], None]
) -> None:
    page.context.add_cookies([cookie(live_server, lab.owner)])
    at = {row.name or row.remote_id: f"/reconcile/{row.public_id}/" for row in Finding.objects.all()}
    stray, ghost = at["gpt-oss-job"], at["rl-rollout-west-17"]
    connection = lab.connections["baseten"].public_id
    for name, theme, width, address in (
        ("list", "light", 1440, "/reconcile/"),
        ("list", "dark", 1440, "/reconcile/"),
        ("list", "light", 390, "/reconcile/"),
        ("ignored", "dark", 390, "/reconcile/?view=ignored"),
        ("none", "light", 1440, "/reconcile/?view=others&kind=drift"),
        ("stray", "light", 1440, stray),
        ("stray", "dark", 390, stray),
        ("ending", "dark", 1440, at["on-its-way-out"]),
        ("drift", "light", 1440, at["mixtral-serving"]),
        ("adopt", "light", 1440, f"{stray}adopt/?project=project&stop_after_h=8"),
        ("adopt", "dark", 390, f"{stray}adopt/"),
        ("terminate", "light", 1440, f"{stray}terminate/"),
        ("ignore", "light", 390, f"{stray}ignore/"),
        ("ended", "light", 1440, f"{ghost}ended/"),
        ("connection", "light", 1440, f"/connections/{connection}/"),
        ("overview", "light", 1440, "/"),
    ):
        page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
        complaints = opened(page, live_server, address, width=width)
        shoot(f"inventory-{name}-{theme}-{width}")
        findings = Axe().run(page)
        assert findings.violations_count == 0, (name, findings.generate_report())
        assert complaints == [], name
        assert "style=" not in page.request.get(page.url).text()
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0, (name, width)


def test_a_stray_is_adopted_without_script(browser: Browser, live_server: Any, lab: Lab) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    context.add_cookies([cookie(live_server, lab.owner)])
    page = context.new_page()
    page.goto(f"{live_server.url}/reconcile/?kind=stray")
    page.get_by_role("link", name="gpt-oss-job").click()
    page.get_by_role("link", name="Adopt…").click()
    page.get_by_label("End it at the latest in").fill("8")
    page.get_by_role("button", name="Show what it means").click()
    page.get_by_text("At most, from its start").wait_for()
    page.get_by_role("button", name="Adopt", exact=True).click()
    page.get_by_role("heading", name="gpt-oss-job").wait_for()
    assert Workload.objects.get(name="gpt-oss-job").ends_by is not None
