"""What the address of a list asks for, and the addresses that change one part of it; no database is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict

from gpuconsole.jobs.pages import WORDS
from gpuconsole.workloads.listing.asked import Asked, packed
from gpuconsole.workloads.models import SavedView

OWN = [SavedView(slug="dear", name="Dear", query={"provider": "otoy", "sort": "-cost"})]
VIEWER: Any = SimpleNamespace(user=SimpleNamespace(pk=7))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def asked(query: str = "") -> Asked:
    return Asked(QueryDict(query), WORDS, OWN)


def test_a_view_brings_its_filters_and_its_order() -> None:
    found = asked("view=dear")
    assert (found.values("provider"), found.sort) == (("otoy",), "-cost")
    assert found.view is not None and found.view.name == "Dear"
    assert found.url() == "/jobs/?view=dear"
    assert asked("view=active").filters(VIEWER, NOW).is_open
    assert asked("view=mine").filters(VIEWER, NOW).owner_pks == [7]


def test_a_filter_put_in_or_out_keeps_the_view_as_long_as_all_of_it_holds() -> None:
    found = asked("view=active")
    more = found.toggled("provider", "otoy")
    assert more == "/jobs/?state=open&provider=otoy&view=active"
    assert asked(more.partition("?")[2]).view == found.view
    without = asked(more.partition("?")[2]).url(state=None)
    assert without == "/jobs/?provider=otoy"
    assert asked("view=active&provider=otoy").view is None


def test_a_filter_takes_many_values_in_either_way_of_writing_them() -> None:
    both = asked("provider=otoy,novita"), asked("provider=otoy&provider=novita")
    assert both[0].values("provider") == both[1].values("provider") == ("otoy", "novita")
    assert both[0].toggled("provider", "otoy") == "/jobs/?provider=novita"
    label = "a, b 100 %"
    assert asked(f"label={packed(label)}".replace("%", "%25").replace(" ", "+")).values("label") == (label,)


@pytest.mark.parametrize(
    "query", ["state=none", "provider=x", "since=ever", "sort=name", "view=none", "at=x", "size=7", "cost=nan"]
)
def test_words_that_nobody_knows_narrow_nothing(query: str) -> None:
    found = asked(query)
    filters = found.filters(VIEWER, NOW)
    assert (filters.states, filters.providers, filters.created_from, filters.cost_from) == ([], [], None, None)
    assert (found.sort, found.size, found.as_of(NOW)) == ("-created", 50, NOW)


def test_paging_keeps_filters_and_every_change_begins_at_the_first_page() -> None:
    found = asked("q=sft&sort=-cost&after=cursor&at=1763726400")
    assert found.page_url({"before": "x"}) == "/jobs/?q=sft&sort=-cost&before=x"
    assert found.url(sort="-created") == "/jobs/?q=sft"
    assert found.as_of(datetime.fromtimestamp(1763726500, UTC)).timestamp() == 1763726400
