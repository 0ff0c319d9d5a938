"""The create body of a job, field by field as the provider's reference lists them."""

from collections.abc import Iterator
from typing import Any

from gpuconsole.simulator.dialects.otoy.checks import (
    choice,
    cidr,
    is_number,
    items,
    mapping,
    number,
    record,
    text,
    uuid_text,
)
from gpuconsole.simulator.dialects.otoy.errors import invalid
from gpuconsole.simulator.dialects.otoy.regions import REGIONS

SHORTEST_RUN_MS = 60_000
# In the order of the reference; what is left out is answered with these. The zeros and the one GPU are assumed.
DEFAULTS: dict[str, Any] = {
    "title": None,
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
    "parameters": None,
}

VOLUME = record({name: text() for name in ("image", "mount", "registry", "secret", "tag", "user")})
CONTAINER = record(
    {
        "image": text(1),
        "tag": text(),
        "env": mapping(text()),
        "ports": items(number(1, 65_535, whole=True)),
        "sshkey": text(),
        "allowed_ips": items(cidr),
        "host": text(),
        "user": text(),
        "secret": text(),
        "imagesrc": text(),
        "volumes": items(VOLUME),
    },
    ("image",),
)
JOB = record(
    {
        "task": choice("BATCH", "PERSISTENT"),
        "title": text(1),
        "description": text(),
        "max_timeout_assign_ms": number(300_000, whole=True),
        "max_timeout_start_ms": number(120_000, whole=True),
        "max_node_count": number(1, whole=True),
        "max_retry_count": number(0, whole=True),
        "cpu_count": number(0, whole=True),
        "gpu_count": number(0, whole=True),
        "gpu_name": text(),
        "gpu_registry_uuid": uuid_text,
        "min_vram_gb": number(0),
        "min_ram_gb": number(0),
        "min_storage_gb": number(0),
        "allowed_region_codes": items(choice(*REGIONS), most=len(REGIONS)),
        "parameters": record({"type": choice("docker"), "parameters": CONTAINER}, ("type", "parameters")),
    },
    ("task", "title", "parameters"),
)


def read_job(body: Any) -> dict[str, Any]:
    """The job that a create body asks for, defaults filled in; refuses what the provider would refuse."""
    body = {} if body is None else body
    if wrong := [*JOB(body, ""), *_together(body)]:
        raise invalid(wrong)
    asked = {name: default if body.get(name) is None else body[name] for name, default in DEFAULTS.items()}
    return {"task": body["task"], **asked, "gpu_name": asked["gpu_name"] or None}


def _together(body: Any) -> Iterator[tuple[str, str]]:
    """What depends on more than one field."""
    if not isinstance(body, dict):
        return
    limit = body.get("max_timeout_run_ms")
    if body.get("task") == "PERSISTENT" and limit is not None:
        yield "max_timeout_run_ms", "must be null for a PERSISTENT job"
    if body.get("task") == "BATCH":
        if limit is None:
            yield "max_timeout_run_ms", "is required for a BATCH job"
        elif not is_number(limit) or limit != int(limit):
            yield "max_timeout_run_ms", "must be an integer"
        elif limit < SHORTEST_RUN_MS:
            yield "max_timeout_run_ms", f"must be at least {SHORTEST_RUN_MS}"
    if body.get("gpu_name") and body.get("gpu_registry_uuid"):
        yield "gpu_name", "and gpu_registry_uuid exclude each other"
