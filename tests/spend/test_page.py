"""The costs page: what it says, whom it shows what, and that it asks a fixed number of questions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.accounts.models import TeamRole
from gpuconsole.core.days import Month
from gpuconsole.core.formats import THIN
from gpuconsole.projects.models import Budget, ExchangeRate
from gpuconsole.spend import asked, page, scope
from gpuconsole.spend.axes import By
from gpuconsole.spend.figures import Figure
from gpuconsole.workloads.limits import alerts, money
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories import make_project
from tests.factories_workloads import make_lab, make_user, make_viewer
from tests.spend.conftest import HOUR, Book, give_budget

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)


@pytest.fixture
def visitor(book: Book) -> Client:
    client = Client()
    client.force_login(book.owner)
    return client


def text_of(client: Client, url: str = "/costs/", status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def shown(book: Book, now: datetime = NOW, **query: str) -> dict[str, object]:
    seen = scope.of(make_viewer(book.owner, book.team), None)
    return page.context(seen, asked.read(query, now.date()), now)


def plain(figure: Figure) -> Figure:
    """With common spaces."""
    return replace(figure, note=figure.note.replace(THIN, " "), aside=figure.aside.replace(THIN, " "))


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_the_four_figures(book: Book) -> None:
    for day in range(1, 33):
        book.used(days_ago(day), days_ago(day) + HOUR, price=Decimal(2), gpus=2)
    book.used(days_ago(1), days_ago(1) + HOUR, price=Decimal(1), gpus=1, state=State.FAILED)
    book.roll_up()
    give_budget(book.project, 100)

    spent, foretold, average, failed = map(plain, shown(book)["figures"])  # type: ignore[call-overload]

    assert (spent.value, spent.note, spent.aside) == ("$41.00", "of $100 budget", "41 %")
    assert foretold.value.startswith("$6") and "range $" in foretold.note and foretold.aside.endswith("under")
    assert (average.value, average.note, average.aside) == ("$1.00", "41 GPU-hours", "±0 % to Oct")
    assert failed.value == "$1.00" and failed.note == "2.4 % of spend, 1 run" and failed.aside == "+2.4 pt to Oct"


def test_lines_tell_budget_pace_outlook_change_and_trend(book: Book) -> None:
    for day in range(1, 50):
        book.used(days_ago(day), days_ago(day) + HOUR, price=Decimal(2))
    give_budget(book.project, 45)
    [line] = shown(book)["lines"]  # type: ignore[misc]
    assert line.percent == Decimal(40) / 45 * 100 and 68 < line.pace < 69
    assert (line.outlook.kind, line.outlook.words) == ("bad", "spent on 24 Nov")
    assert line.sums.change_percent is not None and line.trend[-2:] == [2, 0] and len(line.trend) == 14


@pytest.mark.parametrize("by", ["project", "person", "provider", "gpu", "state"])
@pytest.mark.parametrize("step", ["day", "week"])
def test_bars_add_up_to_what_was_spent_however_they_are_told_apart(book: Book, by: str, step: str) -> None:
    book.used(days_ago(3), days_ago(1), price=Decimal("1.5"))
    book.used(days_ago(9), days_ago(9) + HOUR, slug="cortecs", state=State.FAILED)
    book.used(days_ago(0.2), None)
    found = shown(book, by=by, step=step)
    bars, whole = found["chart"].bars, found["whole"]  # type: ignore[attr-defined]
    assert sum(bar.total for bar in bars) == whole.spent.amount > 72  # type: ignore[attr-defined]
    assert len(bars) == (30 if step == "day" else 6)


def test_charges_in_another_currency_count_at_their_days_rate_and_without_one_are_said(
    book: Book, visitor: Client
) -> None:
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate=2, on=days_ago(5).date(), source="a bank")
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate=3, on=days_ago(1).date(), source="a bank")
    book.used(days_ago(3), days_ago(3) + HOUR, price=Decimal(1), currency="EUR")
    book.used(days_ago(1), days_ago(1) + HOUR, price=Decimal(1), currency="EUR")
    assert shown(book)["whole"].spent.amount == 5  # type: ignore[attr-defined]
    book.used(days_ago(8), days_ago(8) + HOUR, price=Decimal(7), currency="EUR")

    found = shown(book)

    assert found["figures"][0].value == "$5.00 + €7.00"  # type: ignore[index]
    assert found["figures"][1].value == "not known yet"  # type: ignore[index]
    assert found["missing_rates"] == "EUR"


def test_what_has_no_price_is_said(book: Book, visitor: Client) -> None:
    now = timezone.now()
    book.used(now - HOUR, now, price=None, gpus=4)
    text = text_of(visitor)
    assert "1 workload without a known price is not in these amounts: 4.0 GPU-hours were billed" in text
    assert "not priced by us" in text_of(visitor, "/costs/?table=workload")


def test_the_dearest_workloads_stand_first_with_links(book: Book, visitor: Client) -> None:
    now = timezone.now()
    cheap = book.used(now - 2 * HOUR, now - HOUR, price=Decimal(1), name="cheap")
    dear = book.used(now - 2 * HOUR, None, price=Decimal(9), name="dear")
    for _ in ("live", "rolled"):
        found = page.context(
            scope.of(make_viewer(book.owner, book.team), None), asked.read({"table": "workload"}, now.date()), now
        )["dear"]
        assert [one.workload.pk for one in found] == [dear.pk, cheap.pk]
        book.roll_up()
    assert f"/jobs/{dear.public_id}/cost/" in visitor.get("/costs/?table=workload").content.decode()


def test_failed_runs_stand_by_cause_and_add_up_to_what_failed(book: Book, visitor: Client) -> None:
    begin, end = days_ago(2), days_ago(2) + HOUR
    book.used(begin, end, price=Decimal(9))
    book.used(begin, end, price=Decimal(2), state=State.FAILED, reason_code=ReasonCode.GPU_MEMORY)
    book.used(begin, end + HOUR, price=Decimal(2), state=State.FAILED, reason_code=ReasonCode.GPU_MEMORY)
    book.used(begin, end, price=Decimal(3), state=State.FAILED, reason_code=ReasonCode.IMAGE, slug="cortecs")
    unknown = {"reason_code": ReasonCode.PREEMPTED, "slug": "cortecs"}
    book.used(begin, end, price=None, state=State.FAILED, **unknown)
    for _ in ("live", "rolled"):
        found = shown(book, table="cause")
        causes = [(one.code, one.jobs, one.instances, one.spent.amount) for one in found["failed"]]  # type: ignore[attr-defined]
        of_no_price = (ReasonCode.PREEMPTED, 0, 1, 0)
        assert causes == [(ReasonCode.GPU_MEMORY, 2, 0, 6), (ReasonCode.IMAGE, 0, 1, 3), of_no_price]
        assert [one.is_unpriced for one in found["failed"]] == [False, False, True]  # type: ignore[attr-defined]
        assert found["whole"].sums.now.failed.amount == 9 and not found["dear"]  # type: ignore[attr-defined]
        book.roll_up()
    page = visitor.get(f"/costs/?table=cause&month={NOW:%Y-%m}").content.decode()
    assert "/jobs/?state=failed&amp;cause=gpu_memory" in page and "All failed runs together" in page
    assert "not priced" in page


def test_members_see_their_projects_and_nothing_of_another(book: Book) -> None:
    now = timezone.now()
    other = make_project(book.team, name="Hidden", by=book.owner)
    book.used(now - HOUR, now, price=Decimal(3))
    book.used(now - HOUR, now, price=Decimal(40), project=other)
    member = make_user(book.team, TeamRole.MEMBER, project="viewer")
    client = Client()
    client.force_login(member)

    text = text_of(client)

    assert "$3.00" in text and "$43" not in text and "Hidden" not in text
    assert client.get(f"/costs/?project={other.slug}").status_code == 404
    assert client.get("/costs/?project=nothing").status_code == 404
    assert "$40.00" in text_of_owner(book, f"/costs/?project={other.slug}")


def text_of_owner(book: Book, url: str) -> str:
    client = Client()
    client.force_login(book.owner)
    return text_of(client, url)


def test_an_earlier_month_is_told_whole_and_not_polled(book: Book, visitor: Client) -> None:
    month = Month.of(timezone.now().date()).before
    start = month.span("UTC").start
    book.used(start + HOUR, start + 2 * HOUR, price=Decimal(5))
    page_of = visitor.get(f"/costs/?month={month}").content.decode()
    assert "the month is over" in page_of and "$5.00" in page_of and "hx-get" not in page_of
    assert "hx-get" in visitor.get("/costs/").content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("month=2026-13", "is no month; write it as"),
        ("month=9000-01", "has not begun"),
        ("by=colour", "is not known; choose project, person, provider, gpu, state."),
        ("table=gpu", "choose project, person, provider, workload, cause."),
    ],
)
def test_what_cannot_be_read_is_said_and_shown_as_usual(visitor: Client, query: str, words: str) -> None:
    assert words in text_of(visitor, f"/costs/?{query}", status=422)


def test_a_poll_is_a_fragment_and_an_unchanged_one_nothing(book: Book, visitor: Client) -> None:
    answer = visitor.get("/costs/?v=x", headers={"HX-Request": "true"})
    assert answer.status_code == 200 and b"<html" not in answer.content
    [stamp] = re.findall(rb'"v": "([^"]+)"', visitor.get("/costs/").content)
    again = visitor.get("/costs/", {"v": stamp.decode()}, headers={"HX-Request": "true"})
    assert again.status_code == 204


def test_the_number_of_questions_does_not_grow(book: Book, visitor: Client) -> None:
    now = timezone.now()
    counts = []
    for _ in range(2):
        for number in range(3):
            project = make_project(book.team, by=book.owner)
            book.used(now - HOUR, now if number else None, project=project)
        with CaptureQueriesContext(connection) as queries:
            assert visitor.get("/costs/?by=person&table=workload").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 24


def test_another_teams_costs_are_nowhere(book: Book, visitor: Client) -> None:
    lab = make_lab("other")
    other = Book(lab.team, lab.owner, lab.project, lab.connections)
    other.used(timezone.now() - HOUR, timezone.now(), price=Decimal(77))
    assert "$77" not in text_of(visitor)


def test_invoices_are_reached_from_costs_by_the_teams_admins(book: Book, visitor: Client) -> None:
    month = Month.of(timezone.now().date())
    answer = visitor.get("/costs/").content.decode()
    assert f'href="/costs/invoices/?month={month}"' in answer
    assert 'class="nav-item" href="/costs/invoices/"' not in answer
    invoices = visitor.get("/costs/invoices/").content.decode()
    assert '<a href="/costs/">Costs</a><span aria-current="page">Invoices</span>' in invoices
    assert re.search(r'href="/costs/"[^>]* aria-current="page"', invoices)
    member = Client()
    member.force_login(make_user(book.team, TeamRole.MEMBER))
    assert "/costs/invoices/" not in member.get("/costs/").content.decode()


def test_a_budget_is_foretold_the_same_on_its_page_in_alerts_and_here(book: Book) -> None:
    for day in range(1, 12):
        book.used(days_ago(day), days_ago(day) + HOUR, price=Decimal(10 + day % 3))
    give_budget(book.project, 180)
    budget = Budget.objects.get()
    [standing] = money.standings([budget], NOW)
    told = alerts.outlook(standing, NOW)
    line = next(one for one in shown(book)["lines"] if one.name == book.project.name)  # type: ignore[attr-defined]
    assert told is not None and line.forecast is not None
    assert (told.total, told.low, told.high) == (line.forecast.total, line.forecast.low, line.forecast.high)
    assert told.spent_on == line.forecast.spent_on(Decimal(180)) is not None


def test_gpus_are_one_bar_however_providers_write_them(book: Book) -> None:
    for words in ("NVIDIA_H100_80GB_SXM5", "H100", "H100 80GB HBM3"):
        book.used(days_ago(1), days_ago(1) + HOUR, gpu_model=words)
    book.used(days_ago(1) + HOUR, None, gpu_model="nvidia h100")
    reader = book.reader(NOW)
    found = reader.cells(Month(2026, 11).span("UTC"), By.GPU)
    assert {cell.key for cell in found} == {"H100"}
