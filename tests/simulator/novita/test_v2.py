from typing import Any

import pytest

from tests.simulator.novita.asking import Novita

V2 = "/gpus/v2"
LEAST: dict[str, Any] = {"product_id": "4090.16c62g", "image": "ubuntu:22.04"}


def _create(novita: Novita, **changes: Any) -> str:
    return str(novita.post(f"{V2}/instances", {**LEAST, **changes})["id"])


def _read(novita: Novita, instance_id: str) -> dict[str, Any]:
    found: dict[str, Any] = novita.get(f"{V2}/instances/{instance_id}")
    return found


def test_a_full_create_is_told_in_the_nesting_of_v2(novita: Novita) -> None:
    made = _create(
        novita,
        name="walk",
        resource={"rootfs_size_gb": 80, "gpu_num": 2, "min_cuda_version": "12.4"},
        envs=[{"key": "A", "value": "b"}],
        ports=[{"port": 80, "protocol": "http"}],
        volumes=[{"type": "network", "id": "6a1c0c1e-1111-4222-8333-0123456789ab", "mount_point": "/n"}],
        candidate_regions=["us-ca-6"],
        tools={"jupyter": {"enabled": True, "port": 8888, "protocol": "http"}},
    )
    waiting = _read(novita, made)
    assert (waiting["status"], waiting["last_started_at"]) == ({"status": "pending", "error": "", "message": ""}, "0")
    novita.until(made, "running")
    row = _read(novita, made)
    assert (row["region"], row["billing"], row["type"]) == ("us-ca-6", {"mode": "postpaid"}, "gpu")
    expected = {"rootfs_size_gb": 80, "gpu_num": 2, "cpu_num": 32, "memory_gb": "124", "gpu_ids": []}
    assert row["resource_specs"] == expected
    assert row["ports"][0]["endpoint"] == f"https://{made}-80.us-ca-6.gpu-instance.novita.ai"
    assert row["volumes"][0]["mount_point"] == "/n"
    assert row["tools"]["ssh"]["command"] == novita.read(made)["connectComponentSSH"]["sshCommand"]
    assert row["created_at"] == "1795176000"


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_stop_start_and_delete(novita: Novita, method: str) -> None:
    made = _create(novita)
    novita.until(made, "running")
    for verb, status in (("stop", "exited"), ("start", "running")):
        assert novita.client.request(method, f"{V2}/instances/{made}/{verb}").json() == {}
        novita.world.clock.advance(60)
        assert _read(novita, made)["status"]["status"] == status
    assert novita.client.delete(f"{V2}/instances/{made}").json() == {}
    novita.world.clock.advance(60)
    assert novita.refused_get(f"{V2}/instances/{made}", 404)[0] == "RESOURCE_NOT_FOUND"


def test_pages_follow_an_opaque_cursor_that_newcomers_do_not_move(novita: Novita) -> None:
    made = [_create(novita) for _ in range(5)][::-1]
    first = novita.get(f"{V2}/instances", limit=2)
    assert ([row["id"] for row in first["data"]], first["has_more"], first["total"]) == (made[:2], True, 5)
    _create(novita)
    second = novita.get(f"{V2}/instances", limit=3, cursor=first["next_cursor"])
    assert [row["id"] for row in second["data"]] == made[2:]
    assert (second["has_more"], second["next_cursor"]) == (False, "")
    assert novita.get(f"{V2}/instances", status="running")["data"] == []
    assert novita.refused_get(f"{V2}/instances", cursor="???")[0] == "VALIDATOR_PARAM"


def test_a_subscription_is_prepaid(novita: Novita) -> None:
    prepaid = {"months": 3, "auto_renew": {"enabled": True, "months": 1}}
    made = _create(novita, product_id="26", billing={"mode": "prepaid", "prepaid": prepaid})
    assert _read(novita, made)["billing"] == {"mode": "prepaid", "prepaid": prepaid}
    assert novita.read(made)["billingMode"] == "monthly"


def test_the_first_region_that_has_room_is_taken(novita: Novita) -> None:
    made = _create(novita, candidate_regions=["eu-se-1", "as-sgp-2"])
    assert _read(novita, made)["region"] == "as-sgp-2"


@pytest.mark.parametrize(
    ("change", "reason", "text"),
    [
        ({"product_id": None}, "VALIDATOR_PARAM", "product_id: field required"),
        ({"image": ""}, "VALIDATOR_PARAM", "image: must have"),
        ({"resource": {"gpu_num": 9}}, "VALIDATOR_PARAM", "resource.gpu_num: must be at most 8"),
        ({"resource": {"rootfs_size_gb": 9999}}, "VALIDATOR_PARAM", "resource.rootfs_size_gb: must be at most"),
        ({"resource": 1}, "VALIDATOR_PARAM", "resource: must be an object"),
        ({"billing": {"mode": "onDemand"}}, "VALIDATOR_PARAM", "billing.mode: must be postpaid or prepaid"),
        ({"billing": {"mode": "prepaid"}}, "UNSUPPORTED_BILLING_MODE", "billing.mode: "),
        ({"ports": [{"port": 80, "protocol": "udp"}]}, "VALIDATOR_PARAM", "ports: "),
        ({"volumes": [{"id": "x", "mount_point": "/n"}]}, "NETWORK_STORAGE_NOT_FOUND", "network storage x"),
        ({"candidate_regions": ["eu-se-1"]}, "INSUFFICIENT_RESOURCE", "does not stand in that cluster"),
    ],
)
def test_a_bad_create_is_refused_in_the_names_of_v2(
    novita: Novita, change: dict[str, Any], reason: str, text: str
) -> None:
    told, message = novita.refused(f"{V2}/instances", {**LEAST, **change})
    assert told == reason
    assert text in message
    assert novita.world.resources() == []


def test_products_need_type_and_category_and_regions_tell_their_features(novita: Novita) -> None:
    assert novita.refused_get(f"{V2}/products")[0] == "VALIDATOR_PARAM"
    products = novita.get(f"{V2}/products", type="gpu", category="instance")
    assert "4090.16c62g" in {product["id"] for product in products["data"]}
    regions = {region["id"]: region for region in novita.get(f"{V2}/regions")["data"]}
    assert regions["as-sgp-2"]["feature"] == {"network_volume": True, "instance_vpc_network": False}
    assert "RTX 4090 24GB" in regions["us-ca-6"]["gpus"]


def test_a_bare_port_is_an_http_one(novita: Novita) -> None:
    made = _create(novita, ports=[8080, {"port": 22, "protocol": "tcp"}])
    assert [(p["port"], p["protocol"]) for p in _read(novita, made)["ports"]] == [(8080, "http"), (22, "tcp")]
    assert "ports" in novita.refused(f"{V2}/instances", {**LEAST, "ports": ["8080"]})[1]


def test_templates_are_listed_by_cursor_too(novita: Novita) -> None:
    found = novita.get(f"{V2}/templates", limit=1)
    assert (found["total"], found["has_more"], found["data"][0]["id"]) == (2, True, "pytorch-2-7")
    assert found["data"][0]["ports"] == [{"port": 8888, "protocol": "http"}]
