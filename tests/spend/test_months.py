"""The month's figure of the side bar and the overview."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.projects.models import ExchangeRate
from gpuconsole.spend import asked, months, page, scope
from tests.factories import make_project
from tests.factories_workloads import make_viewer
from tests.spend.conftest import HOUR, Book


def test_the_month_is_in_the_teams_currency_or_unknown(book: Book) -> None:
    now = timezone.now()
    book.used(now - timedelta(minutes=1), now, price=Decimal(120), currency="EUR")
    assert months.running(book.team, [book.project], now).spent is None
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.5", on=now.date(), source="test")
    assert months.running(book.team, [book.project], now).spent == Decimal(3)


def test_it_is_of_the_projects_in_scope_and_takes_two_questions(book: Book) -> None:
    now = timezone.now()
    other = make_project(book.team, by=book.owner)
    book.used(now - timedelta(minutes=1), now, price=Decimal(60))
    book.used(now - timedelta(minutes=1), None, price=Decimal(120), project=other)
    book.roll_up()
    with CaptureQueriesContext(connection) as queries:
        assert months.running(book.team, None, now).spent == Decimal(3)
    assert len(queries) == 2
    assert months.running(book.team, [other], now).spent == Decimal(2)
    assert months.running(book.team, [], now + HOUR).spent == 0


def test_the_side_bar_foretells_what_the_costs_page_does(book: Book) -> None:
    now = timezone.now()
    for day in range(1, 12):
        book.used(now - timedelta(days=day), now - timedelta(days=day) + HOUR, price=Decimal(10 + day % 3))
    seen = scope.of(make_viewer(book.owner, book.team), None)
    told = page.context(seen, asked.read({}, now.date()), now)["whole"].forecast
    found = months.running(book.team, [book.project], now).forecast
    assert found is not None and found.total == told.total
