"""Nodes, prices, stock, the GPU registry, credit and recipes."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.dialects.otoy.hardware import OFFERS, REGISTRY
from gpuconsole.simulator.dialects.otoy.regions import REGIONS
from gpuconsole.simulator.world import World
from tests.simulator.otoy.asking import job, job_body, make_job, runs, words

ANY = {"gpu_name": None, "gpu_count": 0}


def _offers(otoy: httpx.Client, **filters: str) -> list[dict[str, Any]]:
    query = {"limit": "50", **{f"filter[{name}]": value for name, value in filters.items()}}
    answer = otoy.get("/v1/compute/offers", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def _label_of_run(otoy: httpx.Client, world: World, **asked: Any) -> tuple[Any, Any]:
    made = make_job(otoy, **asked)
    world.clock.advance(200)
    run = runs(otoy, made)[0]
    return run["status"], run["hourly_rate_usd"]


def test_an_offer_has_all_that_the_reference_names(otoy: httpx.Client) -> None:
    offer = next(o for o in _offers(otoy) if o["hardware_summary"]["gpu_model_label"] == "2x NVIDIA RTX 4090")
    assert sorted(offer) == ["availability", "hardware_summary", "offer_id", "pricing", "region_code"]
    assert offer["region_code"] in REGIONS
    assert offer["availability"]["available_nodes"] > 0
    assert offer["pricing"] == {"hourly_rate_usd": 0.7, "quoted_at": "2026-11-20T12:00:00.000Z"}
    gpu = "01234567-89ab-cdef-0123-456789abcdef"
    assert offer["hardware_summary"] == {
        "cpu_cores": 32,
        "ram_gib": 128,
        "storage_gib": 1800,
        "gpu_count": 2,
        "gpu_model_label": "2x NVIDIA RTX 4090",
        "gpu_registry_uuid": gpu,
        "min_gpu_vram_gib": 24,
        "gpu_models": [{"name": "NVIDIA RTX 4090", "count": 2, "gpu_registry_uuid": gpu, "min_vram_gib": 24}],
    }


def test_no_two_offers_have_one_id_and_all_stand_in_known_regions() -> None:
    assert len({offer.id for offer in OFFERS}) == len(OFFERS)
    assert {offer.region for offer in OFFERS} <= set(REGIONS)


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"gpu_name": "RTX 4090"}, lambda o: "RTX 4090" in o["gpu_model_label"]),
        ({"gpu_name": "nvidia geforce rtx 5090"}, lambda o: "RTX 5090" in o["gpu_model_label"]),
        ({"gpu_registry_uuid": REGISTRY["NVIDIA L40S"].uuid}, lambda o: "L40S" in o["gpu_model_label"]),
        ({"gpu_count": "4"}, lambda o: o["gpu_count"] >= 4),
        ({"cpu_count": "48"}, lambda o: o["cpu_cores"] >= 48),
        ({"min_vram_gb": "40"}, lambda o: o["min_gpu_vram_gib"] >= 40),
        ({"min_ram_gb": "200"}, lambda o: o["ram_gib"] >= 190),
        ({"min_storage_gb": "2000"}, lambda o: o["storage_gib"] >= 1900),
    ],
)
def test_offers_are_filtered(otoy: httpx.Client, filters: dict[str, str], fits: Any) -> None:
    ids = {offer["offer_id"] for offer in _offers(otoy, **filters)}
    assert ids == {offer["offer_id"] for offer in _offers(otoy) if fits(offer["hardware_summary"])}
    assert ids


def test_offers_are_filtered_by_regions(otoy: httpx.Client) -> None:
    wanted = {"us-west-2", "eu-central-1"}
    found = {offer["region_code"] for offer in _offers(otoy, allowed_region_codes="us-west-2, eu-central-1")}
    assert found == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "red"),
        ("gpu_count", "two"),
        ("cpu_count", "-1"),
        ("allowed_region_codes", "mars"),
        ("gpu_registry_uuid", "RTX 4090"),
    ],
)
def test_odd_offer_filters_are_refused(otoy: httpx.Client, name: str, value: str) -> None:
    answer = otoy.get("/v1/compute/offers", params={f"filter[{name}]": value})
    assert (answer.status_code, answer.json()["error"]["details"][0]["path"]) == (400, f"filter[{name}]")


def test_quirk_3_one_gpu_can_land_on_a_node_with_six_at_its_price(otoy: httpx.Client, world: World) -> None:
    """Quirk: the run's own price is what is paid, whatever was asked for."""
    box = make_job(otoy, task="PERSISTENT", gpu_name="RTX 5090", gpu_count=1, allowed_region_codes=["us-east-2"])
    world.clock.advance(300)
    assert runs(otoy, box)[0]["hourly_rate_usd"] == 4.14
    resource = world.resource("otoy", box)
    assert resource is not None
    assert resource.cost(world.now()) == Decimal("4.14")


def test_quirk_4_a_gpu_that_is_not_in_the_registry_is_never_matched(otoy: httpx.Client, world: World) -> None:
    """Quirk: the provider's own pages list an RTX A6000, the registry does not, and matching follows the registry."""
    registry = otoy.get("/v1/gpu-registry", params={"limit": "50"}).json()["data"]
    assert not any("A6000" in gpu["name"] for gpu in registry)
    assert _offers(otoy, gpu_name="NVIDIA RTX A6000") == []
    made = make_job(otoy, gpu_name="NVIDIA RTX A6000")
    world.clock.advance(301)
    assert words(otoy, made) == ("FAILED", ["FAILED"])


def test_a_model_by_its_uuid_is_that_model(otoy: httpx.Client, world: World) -> None:
    registry_uuid = REGISTRY["NVIDIA L40S"].uuid
    assert _label_of_run(otoy, world, gpu_name=None, gpu_registry_uuid=registry_uuid) == ("RUNNING", 0.86)


def test_without_a_model_the_cheapest_that_fits_is_taken(otoy: httpx.Client, world: World) -> None:
    assert _label_of_run(otoy, world, **ANY) == ("RUNNING", 0.06)
    assert _label_of_run(otoy, world, gpu_name=None) == ("RUNNING", 0.22)
    assert _label_of_run(otoy, world, gpu_name=None, min_vram_gb=30) == ("RUNNING", 0.69)


def test_jobs_ask_in_gb_and_nodes_are_measured_in_gib(otoy: httpx.Client, world: World) -> None:
    """Quirk: a card with 24 GiB holds 25.7 GB."""
    card = {"gpu_name": "NVIDIA RTX 4090"}
    assert _label_of_run(otoy, world, min_vram_gb=25.7, **card) == ("RUNNING", 0.35)
    assert _label_of_run(otoy, world, min_vram_gb=25.8, **card) == ("PENDING", None)
    assert _label_of_run(otoy, world, min_ram_gb=68, **card) == ("RUNNING", 0.35)
    assert _label_of_run(otoy, world, min_ram_gb=69, **card) == ("RUNNING", 0.7)


def test_a_job_stays_in_its_regions(otoy: httpx.Client, world: World) -> None:
    for region in ("us-west-2", "ap-southeast-2"):
        made = make_job(otoy, gpu_name="RTX 5090", allowed_region_codes=[region])
        world.clock.advance(200)
        assert f"-{region}." in runs(otoy, made)[0]["node_urls"][0]["hostname"]
    nowhere = make_job(otoy, allowed_region_codes=["cn-north-1"])
    world.clock.advance(301)
    assert job(otoy, nowhere)["status"] == "FAILED"


def test_what_runs_is_no_longer_free_and_the_last_node_gone_is_no_longer_listed(
    otoy: httpx.Client, world: World
) -> None:
    place = {"gpu_name": "RTX 5090", "allowed_region_codes": "us-east-2"}
    free = _offers(otoy, **place)[0]["availability"]["available_nodes"]
    asked = {"gpu_name": "RTX 5090", "allowed_region_codes": ["us-east-2"], "max_node_count": free - 1}
    made = make_job(otoy, **asked)
    assert _offers(otoy, **place)[0]["availability"]["available_nodes"] == 1
    make_job(otoy, **asked | {"max_node_count": 1})
    assert _offers(otoy, **place) == []
    late = make_job(otoy, **asked)
    world.clock.advance(301)
    assert words(otoy, late) == ("FAILED", ["FAILED"])
    otoy.put(f"/v1/jobs/{made}/cancel", json={})
    world.clock.advance(30)
    assert _offers(otoy, **place)[0]["availability"]["available_nodes"] >= free - 1


def test_stock_of_rare_nodes_comes_and_goes_and_a_job_waits_for_it(otoy: httpx.Client, world: World) -> None:
    rare = {"gpu_name": "NVIDIA H100 80GB"}
    while _offers(otoy, **rare):
        world.clock.advance(600)
    made = make_job(otoy, max_timeout_assign_ms=86_400_000, **rare)
    world.clock.advance(200)
    assert words(otoy, made) == ("PENDING", ["PENDING"])
    while not _offers(otoy, **rare):
        world.clock.advance(60)
    world.clock.advance(200)
    assert runs(otoy, made)[0]["hourly_rate_usd"] in (2.19, 8 * 2.19)


def test_the_registry_lists_models_with_their_uuids(otoy: httpx.Client) -> None:
    rows = otoy.get("/v1/gpu-registry", params={"limit": "50"}).json()["data"]
    assert {row["name"] for row in rows} == set(REGISTRY)
    big = otoy.get("/v1/gpu-registry", params={"filter[min_vram_gb]": "33.5"}).json()["data"]
    assert {row["name"] for row in big} == {"NVIDIA L40S", "NVIDIA A100 80GB", "NVIDIA H100 80GB"}
    free = otoy.get("/v1/gpu-registry", params={"filter[only_available]": "true"}).json()["data"]
    assert {row["name"] for row in free} == {row["name"] for row in rows if row["is_available"]}
    assert otoy.get("/v1/gpu-registry", params={"filter[only_available]": "yes"}).status_code == 400


def test_charges_and_top_ups_stand_in_the_ledger(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "3600"}, max_timeout_run_ms=7_200_000)
    make_job(otoy)
    world.clock.advance(4000)
    rows = otoy.get("/v1/compute/ledger/transactions", params={"limit": 50, "sort": "created_at"}).json()["data"]
    assert [row["amount"] for row in rows if row["job_uuid"] == made] == [-0.35]
    assert len(rows) == 2
    credit = otoy.get("/v1/compute/ledger/credit-purchases").json()["data"][0]
    assert (credit["amount"], credit["currency"], credit["completed_at"][:4]) == (10_000, "USD", "2026")


def test_without_credit_nothing_more_is_launched(otoy: httpx.Client, world: World) -> None:
    make_job(otoy, task="PERSISTENT", gpu_name="RTX 5090", allowed_region_codes=["us-east-2"])
    world.clock.advance(101 * 86_400)
    answer = otoy.post("/v1/jobs", json=job_body())
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "INSUFFICIENT_CREDIT")
    assert otoy.post("/v1/jobs", json={}).status_code == 400


def test_nodes_are_not_for_buyers(otoy: httpx.Client) -> None:
    answer = otoy.get("/v1/nodes")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


def test_recipes_are_listed_read_and_cooked_with_overrides(otoy: httpx.Client) -> None:
    official = otoy.get("/v1/job-recipes", params={"filter[is_official]": "true"}).json()["data"]
    assert official
    assert all(recipe["is_official"] for recipe in official)
    assert otoy.get("/v1/job-recipes", params={"filter[is_official]": "maybe"}).status_code == 400
    recipe = otoy.get(f"/v1/job-recipes/{official[0]['uuid']}").json()
    assert recipe == official[0]
    over = {"title": "mine", "min_ram_gb": 24, "parameters": {"parameters": {"tag": "v2"}}}
    answer = otoy.post(f"/v1/job-recipes/{recipe['uuid']}/cook", json=over)
    assert answer.status_code == 201
    cooked = answer.json()
    assert (cooked["object"], cooked["title"], cooked["min_ram_gb"]) == ("job", "mine", 24)
    assert cooked["uuid"] != recipe["uuid"]
    container = recipe["parameters"]["parameters"]
    assert cooked["parameters"] == {"type": "docker", "parameters": {**container, "tag": "v2"}}


def test_a_recipe_is_checked_like_a_job(otoy: httpx.Client) -> None:
    recipe = otoy.get("/v1/job-recipes").json()["data"][0]["uuid"]
    answer = otoy.post(f"/v1/job-recipes/{recipe}/cook", json={"max_node_count": 0})
    assert answer.json()["error"]["details"][0]["path"] == "max_node_count"
    assert otoy.post(f"/v1/job-recipes/{recipe}/cook", json=[]).status_code == 400
    assert otoy.post("/v1/job-recipes/nothing/cook", json={}).status_code == 404
    assert otoy.post(f"/v1/job-recipes/{recipe}/cook").status_code == 201


@pytest.mark.parametrize("field", ["min_vram_gb", "min_ram_gb", "min_storage_gb"])
def test_sizes_may_be_asked_with_a_point(otoy: httpx.Client, field: str) -> None:
    assert _offers(otoy, **{field: "24.0"}) == _offers(otoy, **{field: "24"}) != []
    answer = otoy.get("/v1/compute/offers", params={f"filter[{field}]": "nan"})
    assert answer.status_code == 400
