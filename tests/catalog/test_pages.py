"""The catalogue's pages: every offer with price, age and source; filters in the address; the tray; side by side."""

from __future__ import annotations

import csv
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gpuconsole.catalog import published, refresh, scope, search
from gpuconsole.catalog.models import Offer
from gpuconsole.connections.models import Connection
from gpuconsole.core.formats import THIN
from gpuconsole.core.paging import page as page_of
from gpuconsole.workloads.states import State
from tests import factories as make
from tests.catalog.conftest import NOON, Market, offered
from tests.factories_workloads import make_lab

pytestmark = pytest.mark.django_db


def order_of(page: str) -> list[str]:
    """Hardware ids in the order of the rows."""
    return re.findall(r'class="sub mono" title="([^"]*)"', page)


def test_offers_stand_by_the_price_of_a_gpu_unknown_ones_behind_and_odd_ones_last(market: Market) -> None:
    page = market.page()

    assert order_of(page) == ["4090", "NVIDIA_L4_1", "NVIDIA_H100_80G", "H100x2", "pool/a10g", "B200x8"]
    assert "Odd price.</b> A tenth or less of the lowest price published" in page
    assert "6 of 6 offers" in page
    assert "$0.66" in page and "€0.60" in page and "1 EUR = 1.1 USD" in page


def test_the_way_round_keeps_unknown_and_odd_prices_behind(market: Market) -> None:
    assert order_of(market.page("?sort=-gpu_price"))[-2:] == ["pool/a10g", "B200x8"]
    assert order_of(market.page("?sort=-vram"))[0] == "B200x8"
    assert 'aria-sort="descending"' in market.page("?sort=-vram")


def test_every_sort_pages_through_all_rows_once(market: Market) -> None:
    seen = scope.of(market.viewer)
    for sort in search.SORTS:
        for way in ("", "-"):
            asked = search.Asked(sort=way + sort)
            names, after = [], None
            for _ in range(6):
                found = page_of(search.found(seen, asked), order=search.order(asked), after=after, limit=1)
                names.append(found.items[0].hardware_id)
                after = found.older
            assert after is None
            assert len(set(names)) == 6, (sort, names)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gpu=H100", ["NVIDIA_H100_80G", "H100x2"]),
        ("gpu=NVIDIA_H100_80G", ["NVIDIA_H100_80G", "H100x2"]),
        ("gpus=2", ["H100x2", "pool/a10g", "B200x8"]),
        ("vram=80", ["NVIDIA_H100_80G", "H100x2", "B200x8"]),
        ("region=EU", ["NVIDIA_L4_1"]),
        ("provider=fireworks", ["pool/a10g"]),
        ("billing=hour", ["NVIDIA_H100_80G"]),
        ("available=now", ["NVIDIA_H100_80G", "H100x2"]),
        ("available=unknown", ["4090", "pool/a10g", "B200x8"]),
        ("available=none", ["NVIDIA_L4_1"]),
        ("price=3", ["4090", "NVIDIA_L4_1", "NVIDIA_H100_80G", "B200x8"]),
        ("gpu_price=0.66", ["4090", "NVIDIA_L4_1", "B200x8"]),
        ("gb_price=0.02", ["4090", "B200x8"]),
        ("q=rtx4090", ["4090"]),
        ("q=h100+hbm3", ["H100x2"]),
    ],
)
def test_filters_narrow_and_are_shown(market: Market, query: str, found: list[str]) -> None:
    page = market.page(f"?{query}")

    assert order_of(page) == found
    assert f"{len(found)} of 6 offers" in page
    assert ">Clear</a>" in page


def test_a_filter_that_cannot_be_read_is_told_beside_it_and_the_rest_holds(market: Market) -> None:
    page = market.page("?price=cheap&gpu=L4&gpus=many", status=422)

    assert "Price per hour must be an amount above zero, such as 2.50." in page
    assert 'value="cheap"' in page
    assert "GPUs must be a whole number above zero, such as 8." in page
    assert order_of(page) == ["NVIDIA_L4_1"]


def test_nothing_matching_says_how_many_would(market: Market) -> None:
    assert "6 offers match without these filters." in market.page("?q=nothing-like-it")


def test_the_number_of_queries_does_not_grow_with_the_rows(market: Market) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            market.page("?size=100&o=" + market.offer("4090").public_id)
        return len(asked)

    queries()  # what is kept in memory is read once
    few = queries()
    refresh.save_offers(
        market.connections["baseten"], [offered(f"gpu-{n}", "L4", 1, f"{n}.5") for n in range(1, 60)], NOON
    )
    Offer.objects.filter(hardware_id="4090").update(gone_at=None)
    assert queries() == few


def test_published_prices_stand_in_for_providers_without_a_connection(market: Market) -> None:
    published.load(NOON)
    Connection.objects.filter(team=market.team, provider__in=("novita", "otoy")).update(removed_at=NOON)

    page = market.page("?source=published")

    assert set(re.findall(r"/connections/new/\?provider=(\w+)", page)) == {"novita", "otoy"}
    assert "published" in page and "HostFleet" not in page
    one = Offer.objects.get(provider="novita", hardware_id__startswith="H100")
    assert "HostFleet price guide" in market.browser.get(f"/catalogue/{one.public_id}/").content.decode()


def test_a_team_without_a_connection_sees_published_prices_and_is_told() -> None:
    published.load(NOON)
    browser = Client()
    browser.force_login(make.owner_of(make.make_team()))

    page = browser.get("/catalogue/").content.decode()

    assert "No connection yet." in page
    assert len(order_of(page)) == Offer.objects.filter(connection=None).count() > 20


def test_native_currency_shows_what_the_provider_says(market: Market) -> None:
    page = market.page("?money=native&gpu=L4")

    assert "€0.60" in page and "$0.66" not in page


def test_without_a_rate_a_price_is_unknown_to_comparisons_and_that_is_said(market: Market) -> None:
    market.team.currency = "GBP"
    market.team.save()

    page = market.page()

    assert "No rate from EUR to GBP is set" in page
    assert order_of(market.page("?price=100")) == []


def test_the_tray_holds_four_at_most_across_pages_and_marks_the_cheapest(market: Market) -> None:
    ids = [row.public_id for row in Offer.objects.filter(connection__team=market.team).order_by("hardware_id")]
    query = "&".join(f"o={one}" for one in ids)

    page = market.page(f"?gpu=L4&{query}")

    assert "4 of 4 offers" in page and "Four offers at most" in page
    assert page.count('<li class="tray-offer') == 4
    assert page.count(">cheapest<") == 1 and "Launch the cheapest" in page
    assert f'<input type="hidden" name="o" value="{ids[0]}">' in page
    Offer.objects.update(is_available=False)
    assert "Launch the cheapest" not in market.page(f"?{query}")


def test_side_by_side_marks_what_differs_and_what_is_cheapest(market: Market) -> None:
    ids = "&".join(f"o={market.offer(name).public_id}" for name in ("4090", "NVIDIA_L4_1", "B200x8"))

    page = market.browser.get(f"/catalogue/compare/?{ids}&hours=10").content.decode()

    assert "For 10 h" in page and "$4.00" in page and "$6.60" in page
    assert page.count(">cheapest<") == 4  # per hour, GPU, GB and ten hours: never the odd one
    assert '<tr class="differs"><th scope="row">GPU ' in page
    assert '<tr><th scope="row">Spot</th>' in page


def test_hours_that_are_none_are_told_and_kept(market: Market) -> None:
    answer = market.browser.get(f"/catalogue/compare/?o={market.offer('4090').public_id}&hours=soon")

    assert answer.status_code == 422
    assert b'value="soon"' in answer.content and b"Must be a number of hours" in answer.content


def test_an_offer_that_went_is_still_told_of(market: Market) -> None:
    offer = market.offer("4090")
    refresh.save_offers(market.connections["baseten"], [], NOON)

    page = market.browser.get(f"/catalogue/{offer.public_id}/").content.decode()

    assert "Not offered any more." in page and "Launch with this" not in page
    assert "gone" in market.browser.get(f"/catalogue/compare/?o={offer.public_id}").content.decode()
    assert "4090" not in order_of(market.page())


def test_launch_with_this_opens_the_form_filled_in(market: Market) -> None:
    make.make_project(market.team)
    offer = market.offer("NVIDIA_H100_80G")
    page = market.browser.get(f"/catalogue/{offer.public_id}/").content.decode()
    (link,) = re.findall(r'class="button button-primary" href="(/launch/cortecs/[^"]*)"', page)

    form = market.browser.get(link.replace("&amp;", "&")).content.decode()

    assert offer.public_id in link
    assert "NVIDIA_H100_80G" in form
    gone = market.browser.get(link.replace("&amp;", "&").replace(offer.public_id, "off_gone")).content.decode()
    assert "That offer is not there any more." in gone


def test_own_launches_are_told_from_five_on() -> None:
    lab = make_lab()
    for state in (*[State.RUNNING] * 3, State.SUCCEEDED):
        lab.workload("baseten", state)
    browser = Client()
    browser.force_login(lab.owner)

    four = browser.get("/catalogue/?gpu=H100").content.decode()
    lab.workload("baseten", State.FAILED)
    lab.workload("baseten", State.CANCELLED)
    five = browser.get("/catalogue/?gpu=H100").content.decode()
    lab.workload("baseten", State.RUNNING)
    lab.workload("baseten", State.RUNNING)
    seven = browser.get("/catalogue/?gpu=H100").content.decode()

    assert "Your launches" not in four
    assert f"80{THIN}% came to run, n 5" in five
    assert f"86{THIN}% came to run, ready in 0 s (median), n 7" in seven
    assert "Your launches" not in browser.get("/catalogue/?gpu=L4").content.decode()


def test_the_csv_file_has_every_row_that_fits_at_full_precision(market: Market) -> None:
    refresh.save_offers(market.connections["fireworks"], [offered("=cmd", "A10G", 3, "1.000001")], NOON)

    answer = market.browser.get("/catalogue/export.csv?gpu=a10g")
    head, row = csv.reader(answer.getvalue().decode().splitlines())

    assert answer["Content-Disposition"] == 'attachment; filename="offers.csv"'
    told = dict(zip(head, row, strict=True))
    assert told["hourly_price"] == "1.000001" and told["gpu_hourly_price"].startswith("0.33333366666")
    assert (told["hardware_id"], told["availability"]) == ("'=cmd", "unknown")
    refused = market.browser.get("/catalogue/export.csv?price=x")
    assert refused["Location"] == "/catalogue/?price=x"


def test_another_teams_offer_is_404(market: Market) -> None:
    stranger = Client()
    stranger.force_login(make.owner_of(make.make_team()))
    offer = market.offer("4090")

    assert stranger.get(f"/catalogue/{offer.public_id}/").status_code == 404
    assert b"RTX 4090" not in stranger.get(f"/catalogue/compare/?o={offer.public_id}").content


def test_markup_in_a_providers_words_is_text(market: Market) -> None:
    refresh.save_offers(market.connections["fireworks"], [offered("<b>x</b>", "<i>GPU</i>", 1, "1")], NOON)

    assert "<b>x</b>" not in market.page() and "<i>GPU" not in market.page()
