"""Exchange rates: what the Django admin refuses and writes down, and how currencies are converted."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from gpuconsole.audit.models import Record
from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.projects.models import ExchangeRate
from gpuconsole.projects.rate_forms import RateForm
from tests import factories as make

pytestmark = pytest.mark.django_db

GOOD = {"currency": "eur", "to_currency": "USD", "rate": "1.08", "on": "2026-11-20", "source": "the bank"}


def errors(**changed: str) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in RateForm(GOOD | changed).errors.items()}


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"currency": "EURO"}, "currency", "at most 3 characters"),
        ({"currency": "XYZ"}, "currency", "XYZ is no currency"),
        ({"to_currency": "eur"}, "to_currency", "Pick another currency"),
        ({"rate": "-1"}, "rate", "more than 0"),
        ({"rate": "0"}, "rate", "more than 0"),
        ({"rate": "much"}, "rate", "Enter a number"),
        ({"on": "2999-01-01"}, "on", "not come yet"),
        ({"on": "31 Nov"}, "on", "valid date"),
        ({"source": ""}, "source", "required"),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused_beside_its_field(
    changed: dict[str, str], field: str, words: str
) -> None:
    assert words in errors(**changed)[field][0]


def test_a_second_rate_for_the_same_day_is_refused_in_either_direction() -> None:
    assert RateForm(GOOD).is_valid()
    kept = RateForm(GOOD).save()
    assert "has a rate of these two already: 1 EUR = 1.08 USD, the bank" in errors()["on"][0]
    assert "Change that one instead" in errors(currency="USD", to_currency="EUR")["on"][0]
    assert errors(on="2026-11-19") == {}
    assert RateForm(GOOD | {"rate": "1.09"}, instance=kept).is_valid()


def test_the_newest_rate_of_a_day_converts_and_is_told_with_its_date() -> None:
    for on, rate in ((date(2026, 11, 1), "1.05"), (date(2026, 11, 20), "1.10")):
        ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate=rate, on=on, source="bank")
    assert rates.convert(Money(Decimal(2), "EUR"), "USD", on=date(2026, 11, 19)) == Money(Decimal("2.10"), "USD")
    found = rates.quote("EUR", "USD")
    assert found is not None
    assert str(found) == "1 EUR = 1.1000 USD on 2026-11-20, bank"
    assert rates.quote("EUR", "USD", on=date(2026, 10, 1)) is None


def test_a_change_in_the_admin_is_written_down(client: Client) -> None:
    staff = make.make_user(is_staff=True, is_superuser=True)
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/admin/projects/exchangerate/add/", GOOD).status_code == 302
    kept = ExchangeRate.objects.get()
    assert (kept.currency, kept.rate) == ("EUR", Decimal("1.08"))
    on = timezone.now().date() - timedelta(days=1)
    client.post(f"/admin/projects/exchangerate/{kept.pk}/change/", GOOD | {"rate": "1.2", "on": f"{on}"})
    refused = client.post("/admin/projects/exchangerate/add/", GOOD | {"rate": "-3"})
    assert "more than 0" in refused.content.decode()
    client.post(f"/admin/projects/exchangerate/{kept.pk}/delete/", {"post": "yes"})
    found = list(Record.objects.order_by("id").values_list("action", "before__rate", "after__rate"))
    assert found == [
        ("rate.set", None, "1 EUR = 1.08 USD"),
        ("rate.set", "1 EUR = 1.08 USD", "1 EUR = 1.2 USD"),
        ("rate.remove", "1 EUR = 1.2 USD", None),
    ]


def test_all_rates_in_one_query_are_those_of_convert(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
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

    assert {currency: worth.value for currency, worth in found.items()} == {
        "EUR": Decimal("1.20"),
        "GBP": Decimal("1.30"),
        "CHF": 2,
        "USD": 1,
    }
    assert found["EUR"].on == date(2026, 11, 2)
    for currency, worth in found.items():
        assert rates.convert(Money(Decimal(7), currency), "USD") == Money(7 * worth.value, "USD")
