import re
from typing import Any

import pytest

from tests.simulator.novita.asking import Novita


def _products(novita: Novita, **query: Any) -> dict[str, dict[str, Any]]:
    return {product["id"]: product for product in novita.get("/products", **query)["data"]}


def test_prices_are_in_hundred_thousandths_of_a_dollar(novita: Novita) -> None:
    products = _products(novita)
    assert products["4090.16c62g"]["price"] == "35000"
    assert products["4090.16c62g.os"]["price"] == "67000"
    for product in products.values():
        assert re.search(r" \d+GB$", product["name"]), "the name is the only place that tells the memory"
        assert (product["spotPrice"] == "0") == ("spot" not in product["billingMethods"])
        assert bool(product["monthlyPrice"]) == ("monthly" in product["billingMethods"])


def test_a_product_has_all_documented_fields(novita: Novita) -> None:
    assert set(_products(novita)["26"]) == {
        *("id", "name", "cpuPerGpu", "memoryPerGpu", "diskPerGpu", "availableDeploy", "inventoryState", "minRootFS"),
        *("maxRootFS", "minLocalStorage", "maxLocalStorage", "regions", "price", "spotPrice", "monthlyPrice"),
        "billingMethods",
    }


def test_a_product_without_regions_stands_everywhere(novita: Novita) -> None:
    assert _products(novita)["26"]["regions"] == []
    for cluster in novita.get("/clusters")["data"]:
        assert "26" in _products(novita, clusterId=cluster["id"])
        assert "RTX 4090 24GB" in cluster["availableGpuType"]
        assert set(cluster) == {"id", "name", "availableGpuType", "supportNetworkStorage", "supportInstanceNetwork"}


def test_filters(novita: Novita) -> None:
    assert set(_products(novita, productName="a100")) == {"A100-80GB.14c240g"}
    assert "26" not in _products(novita, billingMethod="spot")
    assert "4090.16c62g" not in _products(novita, billingMethod="monthly")
    assert set(_products(novita, clusterId="eu-se-1")) == {"26", "3090.16c92g", "L40S-48GB.16c124g"}
    assert set(_products(novita, minCpuPerGpu=23)) == {"H200-141GB.24c240g"}
    assert all(p["memoryPerGpu"] >= 200 for p in _products(novita, minMemoryPerGpu=200).values())
    assert "H200-141GB.24c240g" not in _products(novita, minRootFSSize=4000)
    assert _products(novita, clusterId="nowhere") == {}


def test_low_stock_is_too_little_for_many_gpus(novita: Novita) -> None:
    for _ in range(30):
        few, many = _products(novita), _products(novita, gpuNum=8)
        for product_id, product in few.items():
            if product["inventoryState"] == "low":
                assert product["availableDeploy"]
                assert not many[product_id]["availableDeploy"]
                return
        novita.world.clock.advance(600)
    raise AssertionError("never low")


@pytest.mark.parametrize("query", [{"gpuNum": "9"}, {"billingMethod": "yearly"}, {"gpuNum": "x"}])
def test_bad_filters_are_refused(novita: Novita, query: dict[str, Any]) -> None:
    assert novita.refused_get("/products", **query)[0] == "VALIDATOR_PARAM"


def test_cpu_products(novita: Novita) -> None:
    (small,) = novita.get("/cpu/products", productName="4C")["data"]
    assert set(small) >= {
        "id",
        "name",
        "cpuNum",
        "memorySize",
        "rootfsSize",
        "localVolumeSize",
        "availableDeploy",
        "price",
    }
