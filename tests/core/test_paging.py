"""Keyset paging: every row once, in order, forth and back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from gpuconsole.accounts.models import Team
from gpuconsole.core.errors import Refused
from gpuconsole.core.paging import merged, page

pytestmark = pytest.mark.django_db

ORDERS = [("-id",), ("id",), ("name", "id"), ("-created_at", "id"), ("currency", "-name", "-id")]


@pytest.fixture(autouse=True)
def _teams(db):
    Team.objects.bulk_create(
        Team(name=f"team {number % 4}", slug=f"team-{number}", currency="USD" if number % 3 else "EUR")
        for number in range(23)
    )
    for number, team in enumerate(Team.objects.order_by("pk")):
        team.created_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=number // 2)
        team.save()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 5, 22, 23, 100])
@pytest.mark.parametrize("keys_first", [False, True])
def test_following_older_shows_every_row_once_in_order(order, limit, keys_first):
    seen, after = [], None
    while True:
        found = page(Team.objects.all(), order=order, after=after, limit=limit, keys_first=keys_first)
        seen += found.items
        after = found.older
        if after is None:
            break

    assert seen == list(Team.objects.order_by(*order))


@pytest.mark.parametrize("order", ORDERS)
def test_newer_leads_back_to_the_same_page(order):
    first = page(Team.objects.all(), order=order, limit=5)
    second = page(Team.objects.all(), order=order, limit=5, after=first.older)

    back = page(Team.objects.all(), order=order, limit=5, before=second.newer)

    assert page(Team.objects.all(), order=order, limit=5, before=second.newer, keys_first=True) == back
    assert back.items == first.items
    assert back.newer is None
    assert first.newer is None
    assert page(Team.objects.all(), order=order, limit=5, after=back.older).items == second.items


def test_rows_that_arrive_meanwhile_move_nothing():
    first = page(Team.objects.all(), limit=5)
    Team.objects.create(name="new", slug="new")

    second = page(Team.objects.all(), limit=5, after=first.older)

    assert not set(first.items) & set(second.items)


@pytest.mark.parametrize("cursor", ["x", "", "WzFd:aaaa", "a" * 10_000, "\0", "ä:ö", "[1]:x"])
def test_a_cursor_that_was_not_made_here_is_refused(cursor):
    if not cursor:
        assert page(Team.objects.all(), after=cursor).newer is None
        return
    with pytest.raises(Refused) as refused:
        page(Team.objects.all(), after=cursor)
    assert refused.value.code == "bad_cursor"


def test_a_cursor_of_another_order_is_refused():
    cursor = page(Team.objects.all(), order=("name", "id"), limit=5).older

    with pytest.raises(Refused):
        page(Team.objects.all(), order=("-id",), after=cursor)


def test_a_page_is_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        page(Team.objects.all(), limit=5)


def test_an_empty_list_has_no_neighbours():
    found = page(Team.objects.none())

    assert (found.items, found.newer, found.older) == ([], None, None)


@pytest.mark.parametrize("order", [("-created_at", "-id"), ("name", "id")])
@pytest.mark.parametrize("limit", [4, 23])
def test_pages_over_two_querysets_show_every_row_once_and_lead_back(order, limit):
    parts = [Team.objects.filter(currency=currency) for currency in ("EUR", "USD")]
    seen, pages, after = [], [], None
    while True:
        pages.append(merged(parts, order=order, after=after, limit=limit))
        seen += pages[-1].items
        after = pages[-1].older
        if after is None:
            break

    assert seen == list(Team.objects.order_by(*order))
    for before, found in pairwise(pages):
        assert merged(parts, order=order, before=found.newer, limit=limit).items == before.items
