"""Offers and choices: read by workers, written only where they changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache

from gpuconsole.catalog import models, published, queries, refresh, tasks
from gpuconsole.connections import opening
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Choice, Hardware, Offer
from gpuconsole.simulator.server import serve
from tests import factories as make
from tests.contract.test_contract import UNPRICED

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
L4 = Offer("L4_1", Hardware("L4", "NVIDIA", 24), 1, Decimal("0.80"), "EUR", "minute", cpu_count=Decimal(8))
H100 = Offer("H100_8", Hardware("H100", "NVIDIA", 80), 8, None, "EUR", "minute", region="eu-west")


@pytest.fixture
def connection():
    return make.make_connection()


def test_offers_come_back_as_they_were_told_cheapest_first(connection):
    refresh.save_offers(connection, [H100, L4], NOON)

    assert queries.offers(connection) == [L4, H100]
    assert queries.offers_seen_at(connection) == NOON


def test_an_unchanged_offer_is_not_written_again(connection):
    refresh.save_offers(connection, [L4, H100], NOON)

    refresh.save_offers(connection, [L4, replace(H100, hourly_price=Decimal("20"))], LATER)

    seen = dict(models.Offer.objects.values_list("hardware_id", "seen_at"))
    assert seen == {"L4_1": NOON, "H100_8": LATER}
    assert queries.offers_seen_at(connection) == LATER


def test_an_unchanged_list_costs_few_queries(connection, django_assert_max_num_queries):
    refresh.save_offers(connection, [L4, H100], NOON)

    with django_assert_max_num_queries(6):
        refresh.save_offers(connection, [L4, H100], LATER)


def test_an_offer_that_is_gone_is_dropped(connection):
    refresh.save_offers(connection, [L4, H100], NOON)
    refresh.save_offers(connection, [L4], LATER)

    assert queries.offers(connection) == [L4]


def test_one_connection_does_not_touch_the_offers_of_another(connection):
    other = make.make_connection()
    refresh.save_offers(other, [L4], NOON)
    refresh.save_offers(connection, [], NOON)

    assert queries.offers(other) == [L4]


def test_choices_keep_order_facts_and_age(connection):
    chosen = [Choice("b", "B", facts={"contexts": {"L4_1": 8000}}), Choice("a", "A", help="small")]

    refresh.save_choices(connection, "models", chosen, NOON)

    assert queries.all_choices(connection) == {"models": chosen}
    assert queries.choice_ages(connection) == {"models": NOON}


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_every_provider_fills_the_catalogue(slug):
    with serve() as simulator:
        connection = make.make_connection(provider=slug, simulator_url=simulator.url)
        tasks.refresh(connection.pk)
        opening.close_all()

    found = queries.offers(connection)
    assert found
    assert any(offer.hourly_price for offer in found) == (slug not in UNPRICED)
    assert not [offer.hardware_id for offer in found if offer.is_doubted]
    names = refresh.sources(registry.get(slug).spec)
    assert set(queries.all_choices(connection)) == names


def test_a_provider_that_is_out_leaves_what_was_read_before(connection, settings):
    refresh.save_offers(connection, [L4], NOON)
    settings.SIMULATOR_URL = "http://127.0.0.1:1"

    tasks.refresh(connection.pk)
    opening.close_all()

    assert queries.offers(connection) == [L4]
    assert queries.offers_seen_at(connection) == NOON


def test_the_public_lists_are_asked_for_once_an_hour_and_loaded_by_a_worker(db):
    cache.clear()

    tasks.wake_stale(NOON)
    assert not cache.add(f"catalog:published:{published.version()}", 1)
    tasks.publish()

    assert models.Offer.objects.filter(connection=None).count() == len(published.listings())
