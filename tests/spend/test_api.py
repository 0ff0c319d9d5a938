"""``GET /costs`` and its files: groups, spans, currencies, refusals with the parameter at fault."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gpuconsole.projects.models import ExchangeRate
from gpuconsole.spend.api import CostsBy
from gpuconsole.spend.axes import By
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories import make_project, make_token
from tests.spend.conftest import HOUR, Book


@pytest.fixture
def ask(book: Book) -> Any:
    cache.clear()
    _, token = make_token(book.team, book.owner)

    def get(path: str = "", **query: Any) -> Any:
        return Client().get(f"/api/v1/costs{path}", query, headers={"Authorization": f"Bearer {token}"})

    return get


def test_sums_by_key_and_by_day(book: Book, ask: Any) -> None:
    now = timezone.now()
    yesterday = now - timedelta(days=1)
    book.used(yesterday, yesterday + HOUR / 60, price=Decimal(60))
    book.used(now - HOUR / 60, now, price=Decimal(120), slug="cortecs")
    found = ask(by="provider", first=yesterday.date(), last=now.date()).json()
    assert found["total"]["cost"] == "3.000000" and found["currency"] == "USD" and found["time_zone"] == "UTC"
    assert {item["key"]: item["cost"] for item in found["items"]} == {"baseten": "1.000000", "cortecs": "2.000000"}
    assert sum(Decimal(day["cost"]) for day in found["days"]) == 3


def test_failed_runs_by_what_they_failed_of(book: Book, ask: Any) -> None:
    begin = timezone.now() - timedelta(days=1)
    failed: dict[str, Any] = {"state": State.FAILED, "reason_code": ReasonCode.GPU_MEMORY}
    book.used(begin, begin + HOUR, price=Decimal(9))
    book.used(begin, begin + HOUR, price=Decimal(2), **failed)
    book.used(begin, begin + HOUR, price=None, slug="cortecs", **failed | {"reason_code": ReasonCode.IMAGE})
    found = ask(by="cause", first=begin.date(), last=timezone.now().date()).json()
    assert found["total"]["cost"] == found["total"]["failed_cost"] == "2.000000"
    [memory, image] = found["items"]
    assert (memory["key"], memory["cost"]) == ("gpu_memory", "2.000000")
    assert memory["cause"] == {"fault": "you", "jobs": 1, "instances": 0}
    assert (image["key"], image["unpriced_hours"], image["cause"]["instances"]) == ("image", "1.000000", 1)
    assert {day["key"] for day in found["days"]} == {"gpu_memory", "image"} and found["days"][0]["cause"] is None


def test_another_currency_and_a_missing_rate(book: Book, ask: Any) -> None:
    now = timezone.now()
    book.used(now - HOUR, now, price=Decimal(10))
    assert ask(currency="EUR").json()["total"]["cost"] is None
    on = now.date() - timedelta(days=60)
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate=2, on=on, source="a bank")
    total = ask(currency="EUR", first=on, last=now.date()).json()["total"]
    assert Decimal(total["cost"]) == 5 and total["charged"] == [{"amount": "10.000000", "currency": "USD"}]


def test_whatever_is_told_apart_can_be_asked_for() -> None:
    assert {by.value for by in CostsBy} == {*By, "cause"}


@pytest.mark.parametrize("path", ["", ".csv", "/focus.csv"])
@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"month": "2026-13"}, 422, "month"),
        ({"first": "2026-11-01"}, 422, "last"),
        ({"first": "2026-11-02", "last": "2026-11-01"}, 422, "last"),
        ({"first": "2020-01-01", "last": "2026-11-01"}, 422, "last"),
        ({"first": "2026-11-01", "last": "2026-11-02", "month": "2026-11"}, 422, "month"),
        ({"colour": "red"}, 422, "colour"),
        ({"project": "nothing"}, 404, ""),
    ],
)
def test_what_cannot_be_read_is_refused(ask: Any, path: str, query: dict[str, str], status: int, field: str) -> None:
    answer = ask(path, **query)
    assert answer.status_code in (status, 409 if status == 422 else status), answer.content
    assert not field or field in str(answer.json())


def test_files_and_a_token_of_one_project(book: Book, ask: Any) -> None:
    now = timezone.now()
    other = make_project(book.team, by=book.owner)
    mine = book.used(now - HOUR, now)
    theirs = book.used(now - HOUR, now, project=other)
    assert {mine.public_id, theirs.public_id} <= set(ask(".csv").getvalue().decode().replace("\r\n", ",").split(","))
    _, token = make_token(book.team, book.owner, project=book.project)
    text = Client().get("/api/v1/costs/focus.csv", headers={"Authorization": f"Bearer {token}"}).getvalue().decode()
    assert mine.public_id in text and theirs.public_id not in text
