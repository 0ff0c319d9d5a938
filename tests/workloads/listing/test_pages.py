"""The list over its real addresses: views, filters, orders, columns, menus."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import SavedView, Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_user


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def shown(visitor: Client, query: str = "") -> list[str]:
    """Names in the order of the rows."""
    html = visitor.get(f"/jobs/{query}").content.decode()
    return re.findall(r'<a class="name"[^>]*>([^<]*)</a>', html)


def ended(lab: Lab, name: str, cost: str, hours: float) -> Workload:
    row = lab.workload("baseten", State.SUCCEEDED, name=name)
    began = timezone.now() - timedelta(days=2)
    Workload.objects.filter(pk=row.pk).update(
        cost_closed=Decimal(cost), created_at=began, ended_at=began + timedelta(hours=hours)
    )
    return row


def test_each_order_goes_through_every_row_once_forth_and_back(lab: Lab, visitor: Client) -> None:
    for number in range(24):
        ended(lab, f"e{number:02}", cost=f"{number * 7 % 24}", hours=number * 5 % 24 + 1)
    live = lab.workload("baseten", name="live")
    hour = timezone.now() - timedelta(hours=10)
    Workload.objects.filter(pk=live.pk).update(created_at=hour, billed_since=hour, hourly_price=Decimal("0.95"))
    fresh = lab.workload("baseten", name="fresh")
    Workload.objects.filter(pk=fresh.pk).update(billed_since=None, billed_tariff="")
    by_cost = sorted(range(24), key=lambda number: -(number * 7 % 24))
    costs = [f"e{number:02}" for number in by_cost]
    costs.insert([number * 7 % 24 for number in by_cost].index(9), "live")  # about 9.50
    assert walked(visitor, "-cost") == [*costs[:-1], "fresh", costs[-1]]
    assert walked(visitor, "cost") == [costs[-1], "fresh", *reversed(costs[:-1])]
    assert sorted(walked(visitor, "duration")) == sorted([*costs, "fresh"])
    assert walked(visitor, "-duration")[0] == "e19"
    assert walked(visitor, "created")[-1] == "fresh"
    dear = shown(visitor, "?cost=9.40&sort=-cost")
    assert dear == costs[: costs.index("live") + 1]  # and nothing that cost less
    assert "9.4 or more" in visitor.get("/jobs/?cost=9.4").content.decode()


def walked(visitor: Client, sort: str) -> list[str]:
    """The rows of both pages, the second found by its link, the first again by that back."""
    first = visitor.get("/jobs/", {"sort": sort, "size": "25"}).content.decode()
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = visitor.get(older[1].replace("&amp;", "&")).content.decode()
    newer = re.search(r'href="([^"]+)" rel="prev"', second)
    assert newer
    again = visitor.get(newer[1].replace("&amp;", "&")).content.decode()
    names = [re.findall(r'<a class="name"[^>]*>([^<]*)</a>', html) for html in (first, second, again)]
    assert names[0] == names[2]
    return names[0] + names[1]


def test_filters_by_project_person_hardware_and_label_narrow_the_list(lab: Lab, visitor: Client) -> None:
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    ada = make_user(lab.team)
    lab.workload("baseten", name="mine", labels=["sweep, 2"])
    lab.workload("baseten", name="hers", by=ada, project=other)
    assert shown(visitor, "?in=other") == shown(visitor, f"?owner={ada.email}") == ["hers"]
    assert shown(visitor, "?view=mine") == shown(visitor, "?label=sweep%252C%202") == ["mine"]
    assert len(shown(visitor, "?gpu=H100&state=open")) == 2
    assert shown(visitor, "?gpu=L4") == shown(visitor, "?in=nowhere") == []
    menu = visitor.get("/jobs/filter/?by=label", headers={"HX-Request": "true"}).content.decode()
    assert "sweep, 2" in menu and "label=sweep%252C+2" in menu
    sheet = visitor.get("/jobs/filter/?state=open").content.decode()
    assert re.search(r'name="state" value="open" checked', sheet) and "Other" in sheet


def test_a_view_is_saved_renamed_and_removed(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten", name="a")
    answer = visitor.post("/jobs/views/?provider=otoy&sort=-cost", {"name": "Dear OTOY"})
    assert answer.url == "/jobs/?view=dear-otoy"  # type: ignore[attr-defined]
    assert SavedView.objects.get().query == {"provider": "otoy", "sort": "-cost"}
    page = visitor.get("/jobs/?view=dear-otoy").content.decode()
    assert 'aria-current="page">Dear OTOY' in page and "Nothing matches" in page and "1 job matches without" in page
    twice = visitor.post("/jobs/views/?q=x", {"name": "Dear OTOY"})
    assert twice.status_code == 422 and "already" in twice.content.decode()
    assert visitor.post("/jobs/views/dear-otoy/rename/", {"name": " "}).status_code == 422
    visitor.post("/jobs/views/dear-otoy/rename/", {"name": "Active"})
    assert visitor.post("/instances/views/active-view/remove/").status_code == 404
    assert visitor.post("/jobs/views/active-view/remove/").status_code == 302
    assert not SavedView.objects.exists()


def test_columns_are_moved_hidden_and_put_back(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten", name="a")
    moved = {"column": ["provider", "hardware", "id"], "shown": ["hardware", "id"]}
    again = visitor.post("/jobs/columns/", {**moved, "up": "id"}).content.decode()
    assert re.findall(r'name="column" value="(\w+)"', again)[:2] == ["id", "hardware"]
    visitor.post("/jobs/columns/", {"column": ["id", "hardware"], "shown": ["hardware", "id", "made-up"], "save": "1"})
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?(\w+)', visitor.get("/jobs/").content.decode())
    assert heads == ["State", "Job", "Id", "Hardware"]
    visitor.post("/jobs/columns/", {"reset": "1"})
    assert b"Phases" in visitor.get("/jobs/").content


def test_a_size_is_remembered_by_the_browser(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten")
    visitor.get("/jobs/?size=100")

    assert 'aria-current="true" aria-label="100 a page"' in visitor.get("/jobs/").content.decode()


def test_the_menu_of_a_line_has_what_its_own_page_has(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten", name="a")
    page = visitor.get(f"/jobs/{job.public_id}/menu/").content.decode()
    assert [word for word in ("Stop…", "Retry", "Clone") if word in page] == ["Stop…", "Retry", "Clone"]
    assert "not now: Retry makes no sense" in page


def test_the_band_sums_the_whole_view(lab: Lab, visitor: Client) -> None:
    for _ in range(26):
        lab.workload("baseten")
    page = visitor.get("/jobs/?size=25").content.decode()
    band = re.sub(r"<[^>]+>", "", page[page.index("data-band-view") : page.index("data-band-picked")])
    assert "26 jobs" in band and "52 GPUs" in band and "$338.00 per hour" in band
