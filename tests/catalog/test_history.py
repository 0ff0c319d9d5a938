"""Price history: one row a change, thirty days as a line, ids that stay the same."""

from datetime import timedelta
from decimal import Decimal

import pytest

from gpuconsole.catalog import history, published, refresh
from gpuconsole.catalog.models import Offer, OfferPrice
from tests import factories as make
from tests.catalog.conftest import NOON, offered

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def connection():
    return make.make_connection()


def seen(connection, price, days, **facts):
    refresh.save_offers(connection, [offered("X", "Foo X1", 1, price, **facts)], NOON + days * DAY)


def test_a_price_is_written_when_it_changes_and_only_then(connection):
    for days, price in enumerate(("1.00", "1.00", "1.0000001", "1.20", None, "1.20")):
        seen(connection, price, days)
    seen(connection, "1.20", 6, region="")

    prices = OfferPrice.objects.order_by("at").values_list("hourly_price", flat=True)
    assert list(prices) == [Decimal("1"), Decimal("1.2"), None, Decimal("1.2")]


def test_an_offer_that_comes_back_has_its_id_and_its_history(connection):
    seen(connection, "1.00", 0)
    before = Offer.objects.get().public_id
    refresh.save_offers(connection, [], NOON + DAY)
    assert Offer.objects.get().gone_at == NOON + DAY
    seen(connection, "2.00", 2)

    offer = Offer.objects.get()
    assert (offer.public_id, offer.gone_at) == (before, None)
    assert [change.percent for change in history.changes(offer)] == [100, None]


def test_a_row_that_was_forgotten_is_made_anew_under_the_same_id(connection):
    seen(connection, "1.00", 0)
    before = Offer.objects.get().public_id
    refresh.save_offers(connection, [], NOON + DAY)
    refresh.save_offers(connection, [], NOON + 92 * DAY)
    assert not Offer.objects.exists()
    seen(connection, "1.00", 100)

    assert Offer.objects.get().public_id == before


def test_thirty_days_begin_with_the_price_that_held_then(connection):
    for days, price in ((-60, "9.00"), (-40, "2.00"), (-10, "3.00"), (-1, "1.50")):
        seen(connection, price, days)
    offer = Offer.objects.get()

    trend = history.trends([offer], NOON)[offer.pk]

    assert len(trend.values) == 31
    assert (trend.values[0], trend.values[-5], trend.values[-1]) == (2, 3, Decimal("1.5"))
    assert (round(trend.percent), trend.text, trend.series) == (-25, "−25\N{NARROW NO-BREAK SPACE}%", 2)


def test_what_was_first_seen_today_is_new_and_another_currency_begins_anew(connection):
    seen(connection, "5.00", -10)
    seen(connection, "1.00", 0, currency="EUR")
    offer = Offer.objects.get()

    trend = history.trends([offer], NOON)[offer.pk]

    assert (list(trend.values), trend.percent, trend.text) == ([1], None, "new")


def test_a_price_that_nobody_knows_any_more_has_no_line(connection):
    seen(connection, "5.00", -10)
    seen(connection, None, -1)
    offer = Offer.objects.get()

    assert history.trends([offer], NOON)[offer.pk].text == "–"


def test_published_lists_are_loaded_once_with_their_days_and_older_prices():
    published.load(NOON)
    rows = dict(Offer.objects.values_list("public_id", "pk"))
    published.load(NOON + DAY)

    assert dict(Offer.objects.values_list("public_id", "pk")) == rows
    assert len(rows) == len(published.listings())
    with_past = Offer.objects.get(hardware_id="H100-80GB.22c150g")
    assert [change.hourly_price for change in history.changes(with_past)] == [
        Decimal("3.39"),
        Decimal("1.45"),
        Decimal("2.56"),
    ]
    assert not Offer.objects.exclude(doubt="").exists()
    assert not Offer.objects.filter(source_text="").exists()


def test_a_line_that_left_a_published_list_is_gone():
    published.load(NOON)
    Offer.objects.create(provider="otoy", hardware_id="old", source="published", seen_at=NOON)
    published.load(NOON + DAY)

    assert list(Offer.objects.filter(gone_at__isnull=False).values_list("hardware_id", flat=True)) == ["old"]
