from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World

GRANT = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-cortecs-secret"}


def test_a_token_lasts_an_hour_on_the_simulators_clock(cortecs: httpx.Client, world: World) -> None:
    assert cortecs.post("/oauth2/token", json=GRANT).json()["expires_in"] == 3600
    world.clock.advance(3599)
    assert cortecs.get("/instances/").status_code == 200
    world.clock.advance(1)
    answer = cortecs.get("/instances/")
    assert (answer.status_code, answer.json()) == (401, {"error": "access token is invalid or has expired"})


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"client_id": "other"}, 401),
        ({"client_secret": "other"}, 401),
        ({"client_secret": None}, 400),
        ({"grant_type": "password"}, 400),
    ],
)
def test_wrong_credentials_get_no_token(cortecs: httpx.Client, change: dict[str, Any], status: int) -> None:
    answer = cortecs.post("/oauth2/token", json={**GRANT, **change})
    assert answer.status_code == status
    assert "error" in answer.json()


def test_the_token_call_takes_json_and_no_form(cortecs: httpx.Client) -> None:
    assert cortecs.post("/oauth2/token", data=GRANT).status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer nonsense", "Api-Key sandbox-baseten-key"])
def test_calls_on_instances_need_a_token(cortecs: httpx.Client, header: str) -> None:
    for path in ("/instances/", "/instances/instance-1", "/user/balance"):
        assert cortecs.get(path, headers={"Authorization": header}).status_code == 401


def test_models_and_hardware_need_none(cortecs: httpx.Client) -> None:
    del cortecs.headers["Authorization"]
    for path in ("/models/", "/models/cortecs--phi-4-FP8-Dynamic", "/hardware-types/", "/hardware-types/available"):
        assert cortecs.get(path).status_code == 200


def test_models_list_what_the_vendors_client_reads(cortecs: httpx.Client) -> None:
    models = cortecs.get("/models/").json()["models"]
    assert {
        "model_name",
        "hf_name",
        "instant_provisioned",
        "creator",
        "description",
        "screen_name",
        "size",
        "hardware_info",
    } <= set(models[0])
    hardware = {h["hardware_type_id"] for h in cortecs.get("/hardware-types/").json()["hardware_types"]}
    for preview in models:
        model = cortecs.get(f"/models/{preview['model_name']}").json()["model"]
        assert list(model["hardware_configs"]) == preview["hardware_info"]["hardware_configs"]
        assert model["recommended_config"] in model["hardware_configs"]
        assert set(model["hardware_configs"]) <= hardware
        assert all(config["params"]["--max-model-len"] > 0 for config in model["hardware_configs"].values())
        assert preview["hf_name"] == preview["model_name"].replace("--", "/")
    assert cortecs.get("/models/nobody--nothing").status_code == 404


def test_hardware_prices_agree_by_minute_and_hour(cortecs: httpx.Client) -> None:
    items = cortecs.get("/hardware-types/").json()["hardware_types"]
    prices = {item["hardware_type_id"]: item["price_info"] for item in items}
    assert prices["NVIDIA_L4_1"] == {"price_per_hour": 1.2, "price_per_minute": 0.02, "currency": "EUR"}
    for item in items:
        assert item["price_info"]["price_per_minute"] * 60 == pytest.approx(item["price_info"]["price_per_hour"])
        assert item["hardware_info"]["gpu_count"] == int(item["hardware_type_id"].rpartition("_")[2])


def test_unknown_paths_are_404_in_the_providers_shape(cortecs: httpx.Client) -> None:
    assert cortecs.get("/nope").json() == {"error": "not found"}
    assert cortecs.put("/instances/").status_code == 405
    assert cortecs.get("http://sim.test/cortecs/instances/").status_code == 404
