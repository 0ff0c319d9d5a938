from typing import Any

import httpx
import pytest

from gpuconsole.simulator.dialects.otoy.regions import REGIONS
from tests.simulator.otoy.asking import job_body

BOX = "parameters.parameters"
REGISTRY_UUID = "01234567-89ab-cdef-0123-456789abcdef"
VOLUME = {"image": "data/set", "tag": "v1", "mount": "/data", "registry": "r.example.com", "user": "u", "secret": "s"}


def _without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in job_body().items() if name not in names}


def _box(**container: Any) -> Any:
    return job_body(container=container)


REFUSED: list[tuple[Any, str, str]] = [
    ([], "body", "must be an object"),
    (_without("task"), "task", "is required"),
    (job_body(task="ALWAYS"), "task", "must be one of BATCH, PERSISTENT"),
    (_without("title"), "title", "is required"),
    (job_body(title=""), "title", "must not be empty"),
    (job_body(title=7), "title", "must be a string"),
    (job_body(description=7), "description", "must be a string"),
    (_without("max_timeout_run_ms"), "max_timeout_run_ms", "is required for a BATCH job"),
    (job_body(max_timeout_run_ms=None), "max_timeout_run_ms", "is required for a BATCH job"),
    (job_body(max_timeout_run_ms=59_999), "max_timeout_run_ms", "must be at least 60000"),
    (job_body(max_timeout_run_ms="1h"), "max_timeout_run_ms", "must be an integer"),
    (job_body(max_timeout_run_ms=60_000.5), "max_timeout_run_ms", "must be an integer"),
    (job_body(max_timeout_run_ms=10**30), "max_timeout_run_ms", "must be an integer"),
    (job_body(task="PERSISTENT", max_timeout_run_ms=60_000), "max_timeout_run_ms", "must be null for a PERSISTENT job"),
    (job_body(max_timeout_assign_ms=299_999), "max_timeout_assign_ms", "must be at least 300000"),
    (job_body(max_timeout_start_ms=119_999), "max_timeout_start_ms", "must be at least 120000"),
    (job_body(max_node_count=0), "max_node_count", "must be at least 1"),
    (job_body(max_node_count=1.5), "max_node_count", "must be an integer"),
    (job_body(max_retry_count=-1), "max_retry_count", "must be at least 0"),
    (job_body(cpu_count=-1), "cpu_count", "must be at least 0"),
    (job_body(cpu_count=True), "cpu_count", "must be an integer"),
    (job_body(gpu_count=-1), "gpu_count", "must be at least 0"),
    (job_body(min_vram_gb=-0.5), "min_vram_gb", "must be at least 0"),
    (job_body(min_ram_gb="32"), "min_ram_gb", "must be a number"),
    (job_body(min_storage_gb=-1), "min_storage_gb", "must be at least 0"),
    (job_body(gpu_name=4090), "gpu_name", "must be a string"),
    (job_body(gpu_registry_uuid=REGISTRY_UUID), "gpu_name", "and gpu_registry_uuid exclude each other"),
    (job_body(gpu_name=None, gpu_registry_uuid="4090"), "gpu_registry_uuid", "must be a UUID"),
    (job_body(gpu_name=None, gpu_registry_uuid=REGISTRY_UUID.replace("-", "")), "gpu_registry_uuid", "must be a UUID"),
    (job_body(allowed_region_codes="us-west-2"), "allowed_region_codes", "must be an array"),
    (job_body(allowed_region_codes=["us-west-2", "mars-1"]), "allowed_region_codes[1]", "must be one of ca-central-1,"),
    (job_body(allowed_region_codes=[*REGIONS, "us-west-2"]), "allowed_region_codes", "must have at most 36 items"),
    (_without("parameters"), "parameters", "is required"),
    (job_body(parameters={"parameters": {"image": "a"}}), "parameters.type", "is required"),
    (job_body(parameters={"type": "vm", "parameters": {"image": "a"}}), "parameters.type", "must be one of docker"),
    (job_body(parameters={"type": "docker"}), BOX, "is required"),
    (job_body(parameters={"type": "docker", "parameters": {}}), f"{BOX}.image", "is required"),
    (_box(image=""), f"{BOX}.image", "must not be empty"),
    (_box(tag=12), f"{BOX}.tag", "must be a string"),
    (_box(env=["A=1"]), f"{BOX}.env", "must be an object"),
    (_box(env={"A": 1}), f"{BOX}.env.A", "must be a string"),
    (_box(ports=8080), f"{BOX}.ports", "must be an array"),
    (_box(ports=[22, 0]), f"{BOX}.ports[1]", "must be at least 1"),
    (_box(ports=[65_536]), f"{BOX}.ports[0]", "must be at most 65535"),
    (_box(ports=["22"]), f"{BOX}.ports[0]", "must be an integer"),
    (_box(sshkey=["k"]), f"{BOX}.sshkey", "must be a string"),
    (_box(allowed_ips=["0.0.0.0/33"]), f"{BOX}.allowed_ips[0]", "must be an IP address range"),
    (_box(allowed_ips=["home"]), f"{BOX}.allowed_ips[0]", "must be an IP address range"),
    (_box(secret=1), f"{BOX}.secret", "must be a string"),
    (_box(volumes={}), f"{BOX}.volumes", "must be an array"),
    (_box(volumes=[VOLUME, "data"]), f"{BOX}.volumes[1]", "must be an object"),
    (_box(volumes=[{**VOLUME, "mount": 1}]), f"{BOX}.volumes[0].mount", "must be a string"),
]

ACCEPTED: list[Any] = [
    job_body(max_timeout_run_ms=60_000),
    job_body(task="PERSISTENT"),
    {name: value for name, value in job_body(task="PERSISTENT").items() if name != "max_timeout_run_ms"},
    job_body(max_timeout_assign_ms=300_000, max_timeout_start_ms=120_000, max_node_count=1, max_retry_count=0),
    job_body(max_timeout_assign_ms=2**53 - 1, max_timeout_run_ms=2**53 - 1, max_retry_count=2**53 - 1),
    job_body(max_node_count=2**53 - 1, max_timeout_run_ms=120_000.0),
    job_body(cpu_count=0, gpu_count=0, gpu_name=None, min_ram_gb=0, min_vram_gb=0.0, min_storage_gb=1.5),
    job_body(gpu_name="", gpu_registry_uuid=REGISTRY_UUID),
    job_body(gpu_name=None, gpu_registry_uuid=REGISTRY_UUID.upper()),
    job_body(gpu_name="a GPU that nobody has"),
    job_body(description=None, allowed_region_codes=None, max_retry_count=None),
    job_body(allowed_region_codes=list(REGIONS)),
    job_body(allowed_region_codes=[]),
    job_body(something_new={"a": 1}),
    _box(ports=[], env={}, volumes=[], allowed_ips=[], tag=None),
    _box(ports=[1, 65_535, 22, 22], allowed_ips=["203.0.113.7/32", "203.0.113.7", "2001:db8::/32"]),
    _box(host="images.example.com", user="robot", secret="hush", imagesrc="?", sshkey="ssh-ed25519 AAAA me"),
    _box(volumes=[VOLUME, {}]),
]


def test_there_are_36_regions_and_no_two_alike() -> None:
    assert len(REGIONS) == len(set(REGIONS)) == 36


@pytest.mark.parametrize(("body", "path", "text"), REFUSED, ids=[f"{path} {text}" for _, path, text in REFUSED])
def test_a_bad_field_is_refused_with_its_path(otoy: httpx.Client, body: Any, path: str, text: str) -> None:
    answer = otoy.post("/v1/jobs", json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert error["message"].startswith(f"{path} {text}")
    assert [detail["path"] for detail in error["details"]] == [path]


@pytest.mark.parametrize("body", ACCEPTED)
def test_what_the_reference_allows_is_accepted(otoy: httpx.Client, body: Any) -> None:
    answer = otoy.post("/v1/jobs", json=body)
    assert answer.status_code == 201, answer.text
    assert otoy.get(f"/v1/jobs/{answer.json()['uuid']}").json() == answer.json()


def test_everything_that_is_wrong_is_told_at_once(otoy: httpx.Client) -> None:
    body = job_body(title="", cpu_count=-1, container={"ports": [0, 70_000]})
    error = otoy.post("/v1/jobs", json=body).json()["error"]
    assert error["message"] == "title must not be empty"
    assert [detail["path"] for detail in error["details"]] == [
        "title",
        "cpu_count",
        "parameters.parameters.ports[0]",
        "parameters.parameters.ports[1]",
    ]


def test_what_is_left_out_comes_back_with_its_default(otoy: httpx.Client) -> None:
    container = {"type": "docker", "parameters": {"image": "a/b"}}
    body = {"task": "PERSISTENT", "title": "box", "parameters": container}
    answer = otoy.post("/v1/jobs", json=body).json()
    assert {name: answer[name] for name in answer if name not in ("uuid", "created_at", "updated_at")} == {
        "object": "job",
        "status": "PENDING",
        **body,
        "description": None,
        "cpu_count": 0,
        "gpu_count": 1,
        "gpu_name": None,
        "gpu_registry_uuid": None,
        "min_ram_gb": 0,
        "min_vram_gb": 0,
        "min_storage_gb": 0,
        "max_timeout_run_ms": None,
        "max_timeout_assign_ms": 300_000,
        "max_timeout_start_ms": 300_000,
        "max_node_count": 1,
        "max_retry_count": 0,
        "allowed_region_codes": [],
    }


def test_a_body_that_is_no_json_is_refused(otoy: httpx.Client) -> None:
    answer = otoy.post("/v1/jobs", content=b'{"task": ')
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/nothing"), ("DELETE", "/v1/jobs/x"), ("PATCH", "/v1/jobs/x"), ("POST", "/v1/jobs/x/restart")],
)
def test_there_is_no_way_to_delete_update_or_restart(otoy: httpx.Client, method: str, path: str) -> None:
    answer = otoy.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
