"""What Novita offers: choices and what they refuse, prices and what they leave out."""

from decimal import Decimal
from typing import Any

import pytest

from gpuconsole.providers.errors import NoCapacity, Rejected
from gpuconsole.providers.novita import PROVIDER
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Tariff
from tests.contract.conftest import TOKEN, Far
from tests.providers.novita.answers import answering


def test_choices_tell_what_forms_check(novita: Far) -> None:
    product = next(one for one in novita.adapter.choices("products") if one.value == "4090.16c62g")
    assert product.label == "RTX 4090 24GB (4090.16c62g)"
    assert product.help == "0.35 USD per GPU-hour"
    assert product.facts["billing"] == ["onDemand", "spot"]
    assert {one.value for one in novita.adapter.choices("clusters")} > {"us-ca-6", "as-sgp-2"}
    storage = novita.adapter.choices("network_storages")[0]
    assert (storage.label, storage.facts["cluster"]) == ("datasets, 500 GB", "us-ca-6")
    assert novita.adapter.choices("networks")[0].value == "18f1ff05-1370-45ce-a4c6-b58d5e8d547e"
    assert novita.adapter.choices("registry_logins") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"productId": "nothing"}, "productId"),
        ({"productId": "H200-141GB.24c240g", "rootfsSize": 3073}, "rootfsSize"),
        ({"productId": "H200-141GB.24c240g", "diskSize": 3073}, "diskSize"),
        ({"billingMode": "monthly", "month": 1}, "billingMode"),
        ({"productId": "26", "billingMode": "spot"}, "billingMode"),
        ({"clusterId": "nowhere"}, "clusterId"),
        ({"clusterId": "eu-se-1", "networkStorages": [], "networkId": ""}, "clusterId"),
        ({"clusterId": "as-sgp-2", "networkId": ""}, "networkStorages.0.Id"),
        ({"networkStorages": [], "clusterId": "as-sgp-2"}, "networkId"),
    ],
)
def test_what_the_choices_refuse_is_told_before_the_launch(novita: Far, changes: dict[str, Any], field: str) -> None:
    """Quirk 6 among them: clusters are asked for by id, products name them by their names."""
    names = ("products", "clusters", "network_storages", "networks")
    choices = {name: novita.adapter.choices(name) for name in names}
    spec = novita.spec(**changes)
    assert list(PROVIDER.adapter.check_choices(spec, choices)) == [field]
    assert PROVIDER.adapter.check_choices(novita.spec(), choices) == {}
    assert PROVIDER.adapter.check_choices(spec, {}) == {}
    with pytest.raises((Rejected, NoCapacity)):
        novita.adapter.launch(spec, TOKEN, {})


def test_storages_of_two_clusters_cannot_be_mounted_together(novita: Far) -> None:
    ids = [one.value for one in novita.adapter.choices("network_storages")]
    mounts = [{"Id": one, "mountPoint": f"/{number}"} for number, one in enumerate(ids)]
    choices = {"network_storages": novita.adapter.choices("network_storages")}
    found = PROVIDER.adapter.check_choices(novita.spec(networkStorages=mounts), choices)
    assert found == {"networkStorages.2.Id": "It stands in us-ca-nas-2, not in us-ca-6."}


def test_notes_tell_what_the_product_means(novita: Far) -> None:
    choices = {"products": novita.adapter.choices("products")}
    notes = PROVIDER.adapter.notes({"productId": "4090.16c62g", "gpuNum": 2}, choices)
    assert notes["gpuNum"] == "32 vCPU and 124 GB together."
    assert PROVIDER.adapter.notes({"productId": "nothing"}, choices) == {}


def test_prices_are_hundred_thousandths_of_a_dollar(novita: Far) -> None:
    """As text in live answers, and exact."""
    offers = {one.hardware_id: one for one in novita.adapter.offers()}
    assert offers["4090.16c62g.os"].hourly_price == Decimal("0.67")
    assert offers["4090.16c62g × 8"].hourly_price == Decimal("2.80")
    assert (offers["4090.16c62g × 8"].cpu_count, offers["4090.16c62g × 8"].ram_gb) == (Decimal(128), Decimal(496))
    assert offers["4090.16c62g spot"].hourly_price == Decimal("0.175")
    assert offers["26"].hardware is not None
    assert (offers["26"].hardware.model, offers["26"].hardware.vram_gb) == ("RTX 4090", 24)
    assert "26 spot" not in offers


@pytest.mark.parametrize("price", ["35000", 35000])
def test_a_price_may_be_a_number_or_text(price: Any) -> None:
    """Quirk 4; a price of 0 says that there is none."""
    row = {"id": "26", "name": "RTX 4090 24GB", "price": price, "spotPrice": "0"}
    adapter, _ = answering({"data": [row]})
    assert [(one.hardware_id, one.hourly_price) for one in adapter.offers()][:1] == [("26", Decimal("0.35"))]
    assert not any("spot" in one.hardware_id for one in adapter.offers())


def test_an_offer_asks_for_its_hardware(novita: Far) -> None:
    offers = {one.hardware_id: one for one in novita.adapter.offers()}
    assert PROVIDER.adapter.asks_for(offers["26 × 4"]) == {"productId": "26", "gpuNum": 4}
    spot = {"productId": "4090.16c62g", "gpuNum": 1, "billingMode": "spot"}
    assert PROVIDER.adapter.asks_for(offers["4090.16c62g spot"]) == spot


@pytest.mark.parametrize(
    ("changes", "hourly"),
    [
        ({"gpuNum": 3}, Decimal("1.05")),
        ({"gpuNum": 2, "billingMode": "spot"}, Decimal("0.35")),
        ({"productId": "nothing"}, None),
        ({"productId": "26", "billingMode": "monthly", "month": 1}, None),
        ({"productId": "26", "month": 1}, None),
        ({"kind": "cpu", "productId": "cpu.4c8g"}, None),
    ],
)
def test_the_price_is_per_gpu_and_unknown_where_it_is_not_by_the_hour(
    novita: Far, changes: dict[str, Any], hourly: Decimal | None
) -> None:
    pricing = PROVIDER.adapter.price(novita.spec(**changes), novita.adapter.offers())
    assert (pricing.hourly_price, pricing.currency, pricing.rounding) == (hourly, "USD", Rounding.SECOND)


def test_what_the_price_leaves_out_is_said(novita: Far) -> None:
    def left_out(**changes: Any) -> tuple[str, ...]:
        return PROVIDER.adapter.price(novita.spec(**changes), ()).not_priced

    assert left_out(diskSize=0, rootfsSize=60, networkStorages=[]) == ()
    assert "Network storages" in left_out()[0]
    assert "cannot be ended early" in left_out(month=1, networkStorages=[])[0]


def test_disks_are_a_part_of_the_price_and_all_of_it_while_it_is_stopped(novita: Far) -> None:
    """Of the container disk, 60 GB are free (docs)."""
    plain = PROVIDER.adapter.price(novita.spec(gpuNum=2, diskSize=0, rootfsSize=60), novita.adapter.offers())
    assert (plain.resting_hourly_price, plain.resting_for) == (0, "")
    found = PROVIDER.adapter.price(novita.spec(gpuNum=2, diskSize=100, rootfsSize=70), novita.adapter.offers())
    assert (found.resting_hourly_price, found.resting_for) == (Decimal("0.022917"), "Disks, 110 GB")
    assert found.hourly_price == (plain.hourly_price or 0) + found.resting_hourly_price


def test_gpu_time_is_billed_from_pulling_until_it_is_stopped(novita: Far) -> None:
    made = novita.launch(diskSize=100)
    seen: dict[str, bool] = {}
    for _ in range(300):
        now = novita.now(made)
        seen[now.status] = now.reading.tariff == Tariff.RUN
        if now.status == "running":
            break
        novita.pass_time(1)
    assert seen.pop("pulling")
    assert seen.pop("running")
    assert seen
    assert not any(seen.values())
