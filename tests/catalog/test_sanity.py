"""Odd prices: what is doubted, for how long, and that nothing of it comes first."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from gpuconsole.catalog import queries, refresh
from gpuconsole.catalog.models import Offer
from gpuconsole.catalog.sanity import BELIEVED_AFTER, Doubt, Usual, doubt, sentence
from tests import factories as make
from tests.catalog.conftest import NOON, offered

USUAL = Usual(Decimal(4), Decimal(8), "USD")


@pytest.mark.parametrize(
    ("price", "before", "found"),
    [
        ("0", None, Doubt.ZERO),
        ("0", "3", Doubt.ZERO),
        ("0.30", "3", Doubt.FELL),
        ("0.31", "3", Doubt.NONE),
        ("30", "3", Doubt.ROSE),
        ("29.99", "3", Doubt.NONE),
        ("0.80", None, Doubt.LOW),
        ("0.81", None, Doubt.NONE),
        ("160", None, Doubt.HIGH),
        ("159", None, Doubt.NONE),
        (None, "3", Doubt.NONE),
    ],
)
def test_bounds_hold_to_the_cent(price: str | None, before: str | None, found: Doubt) -> None:
    usual = None if before else USUAL
    amount = None if price is None else Decimal(price)

    assert doubt(amount, "USD", gpu_count=2, before=before and Decimal(before), usual=usual) == found


def test_another_currency_is_no_measure() -> None:
    assert doubt(Decimal("0.01"), "EUR", gpu_count=1, usual=USUAL) == Doubt.NONE


def test_every_doubt_has_a_reason_in_words() -> None:
    assert all(bool(sentence(found, Decimal(3), "USD")) == bool(found) for found in Doubt)
    assert "$3.00 per hour" in sentence(Doubt.FELL, Decimal(3), "USD")


@pytest.mark.django_db
def test_a_fall_to_a_tenth_is_doubted_for_a_week_and_then_believed() -> None:
    connection = make.make_connection()
    offer = offered("X", "Foo X1", 1, "4.00")
    cheap = replace(offer, hourly_price=Decimal("0.40"))

    def seen(what: object, later: timedelta) -> tuple[str, Decimal | None]:
        refresh.save_offers(connection, [what], NOON + later)  # type: ignore[list-item]
        row = Offer.objects.get()
        return row.doubt, row.believed_price

    assert seen(offer, timedelta()) == ("", 4)
    assert seen(cheap, timedelta(hours=1)) == ("fell", 4)
    assert seen(cheap, timedelta(days=6)) == ("fell", 4)
    assert seen(cheap, timedelta(hours=1) + BELIEVED_AFTER) == ("", Decimal("0.40"))
    assert seen(offer, timedelta(days=9)) == ("rose", Decimal("0.40"))


@pytest.mark.django_db
def test_a_doubted_offer_is_the_last_that_forms_see() -> None:
    connection = make.make_connection()
    refresh.save_offers(connection, [offered("free", "H100", 1, "0"), offered("paid", "H100", 1, "6")], NOON)

    assert [(one.hardware_id, one.is_doubted) for one in queries.offers(connection)] == [
        ("paid", False),
        ("free", True),
    ]
