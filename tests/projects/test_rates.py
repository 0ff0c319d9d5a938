"""What currencies are worth in one, all at once and in agreement with one by one."""

from datetime import date
from decimal import Decimal

import pytest

from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.projects.models import ExchangeRate

pytestmark = pytest.mark.django_db


def test_all_rates_are_known_in_one_query_and_are_those_of_convert(django_assert_num_queries):
    for currency, to_currency, rate, day in [
        ("EUR", "USD", "1.10", 1),
        ("EUR", "USD", "1.20", 2),
        ("USD", "GBP", "0.8", 1),
        ("GBP", "USD", "1.30", 1),
        ("USD", "CHF", "0.5", 1),
        ("JPY", "EUR", "0.01", 1),
    ]:
        on = date(2026, 11, day)
        ExchangeRate.objects.create(currency=currency, to_currency=to_currency, rate=rate, on=on, source="ECB")

    with django_assert_num_queries(1):
        found = rates.into("USD")

    assert {currency: worth.rate for currency, worth in found.items()} == {
        "EUR": Decimal("1.20"),
        "GBP": Decimal("1.30"),
        "CHF": 2,
        "USD": 1,
    }
    assert found["EUR"].on == date(2026, 11, 2)
    for currency, worth in found.items():
        assert rates.convert(Money(Decimal(7), currency), "USD") == Money(7 * worth.rate, "USD")
