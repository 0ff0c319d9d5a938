"""The specs mirror the field references, field by field; every deliberate difference is listed here with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpuconsole.providers import registry
from tests.contract.mirror import Fact, laid_flat

REFERENCE = Path(__file__).parent / "reference"
FACTS = {slug: laid_flat(registry.get(slug).spec) for slug in registry.SLUGS}
FIELDS = {slug: json.loads((REFERENCE / f"{slug}.json").read_text())["fields"] for slug in registry.SLUGS}
ALL = [(slug, field) for slug, fields in FIELDS.items() for field in fields]
IDS = [f"{slug}:{field['name']}" for slug, field in ALL]

OURS = {
    "baseten": {
        "provider": "says whose spec it is",
        "training_project_name": "a project to be made first, in place of a picked one",
    },
    "cortecs": {"provider": "says whose spec it is"},
    "fireworks": {"provider": "says whose spec it is"},
    "otoy": {"provider": "says whose spec it is"},
    "novita": {"provider": "says whose spec it is"},
}
"""Fields that the references lack. Objects that lead to a referenced field (``….secret_ref``) count as known."""

NOT_REQUIRED = {
    "training_project_id": "the name of a new project may stand in its place",
    "training_job.runtime.load_checkpoint_config.checkpoints[].checkpoint_name": "required by typ",
    "training_job.runtime.load_checkpoint_config.checkpoints[].run_id": "required by typ",
    "max_timeout_run_ms": "required for BATCH; filled in as null for PERSISTENT",
    "parameters.type": "there is one value, which is filled in",
}
NOT_SENT = "null says the same as leaving it out, and is not sent"
NULLABLE = {
    "autoRenewMonth": "there is no number that stands for none; null is not sent",
    "training_project_id": "the name of a new project may stand in its place",
    "training_job.runtime.start_commands": "the reference's text gives null as its default",
    "training_job.runtime.environment_variables": "the reference's text gives null as its default",
    "training_job.runtime.load_checkpoint_config.checkpoints[].checkpoint_name": "null where typ has none",
    "training_job.runtime.load_checkpoint_config.checkpoints[].run_id": "null where typ has none",
    **dict.fromkeys(
        ("displayName", "environmentId", "snapshotId", "imageRef", "role"),
        "null is a left-out field in protobuf's JSON",
    ),
    **dict.fromkeys(
        ("pythonExecutor", "notebookExecutor", "shellExecutor"), "null is a left-out field in protobuf's JSON"
    ),
    **{
        f"training_job.image.docker_auth.{block}": "the vendor's client sends null for the blocks that are not chosen"
        for block in (
            "registry_secret_docker_auth",
            "gcp_service_account_json_docker_auth",
            "aws_iam_docker_auth",
            "aws_oidc_docker_auth",
            "aws_assume_role_docker_auth",
            "gcp_oidc_docker_auth",
        )
    },
    **{
        field["name"]: NOT_SENT
        for field in FIELDS["otoy"]
        if not field["required"] and field["default"] not in ([], {})
    },
}
NOT_EMPTY = "an empty text can never be right here, and is a slip of the hand"
WORDS = {
    "kind": {"gpu", "cpu"},
}
"""Values of fields that have more of them in the current revision than in the one that the reference follows."""
COUNTS = {"baseten": 81, "cortecs": 5, "fireworks": 19, "novita": 34, "otoy": 28}
NO_OPEN_ENUMS = ("cortecs", "novita")
"""Providers whose listed values are all that there are."""
UNITS = {
    "displayName": "characters are what its greatest length counts",
    "training_job.compute.memory": "the unit is part of the value and is picked in the form",
    "training_job.image.docker_auth.aws_oidc_docker_auth.role_arn": NOT_EMPTY,
    "training_job.image.docker_auth.aws_oidc_docker_auth.region": NOT_EMPTY,
    "training_job.image.docker_auth.aws_assume_role_docker_auth.role_arn": NOT_EMPTY,
    "training_job.image.docker_auth.aws_assume_role_docker_auth.region": NOT_EMPTY,
    "training_job.image.docker_auth.gcp_oidc_docker_auth.service_account": NOT_EMPTY,
    "training_job.image.docker_auth.gcp_oidc_docker_auth.workload_identity_provider": NOT_EMPTY,
}
"""Units in other words; "characters" is the unit of a shortest length."""
ABSOLUTE = "a container path: relative ones cannot work"
PATTERNS = {
    "training_job.runtime.cache_config.mount_base_path": ABSOLUTE,
    "training_job.runtime.checkpointing_config.checkpoint_path": ABSOLUTE,
    "training_job.runtime.load_checkpoint_config.download_folder": ABSOLUTE,
}


def fact(slug: str, field: dict[str, Any]) -> Fact:
    return FACTS[slug][field["name"]]


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_every_field_of_the_reference_is_in_the_spec(slug: str) -> None:
    assert {field["name"] for field in FIELDS[slug]} <= set(FACTS[slug])
    assert len(FIELDS[slug]) == COUNTS[slug]


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_the_spec_has_no_field_that_the_reference_lacks(slug: str) -> None:
    known = {field["name"] for field in FIELDS[slug]}
    known |= {f"{field['name']}[].{name}" for field in FIELDS[slug] for name in field.get("item_fields", ())}
    extra = {path for path in FACTS[slug] if not any(name == path or name.startswith(f"{path}.") for name in known)}
    assert extra == set(OURS[slug])


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_type(slug: str, field: dict[str, Any]) -> None:
    wanted = "map" if field["type"].startswith(("map<", "object<")) else field["type"]
    wanted = {"integer": "int", "int32": "int", "boolean": "bool", "object[]": "array<object>"}.get(wanted, wanted)
    if field["enum"] and slug in NO_OPEN_ENUMS:
        wanted = "enum"
    elif field.get("open_enum"):
        wanted = "string"
    elif wanted == "string" and field["enum"]:
        wanted = "enum"
    assert fact(slug, field).type == wanted


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_required(slug: str, field: dict[str, Any]) -> None:
    assert fact(slug, field).is_required == (field["required"] and field["name"] not in NOT_REQUIRED)


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_nullable(slug: str, field: dict[str, Any]) -> None:
    assert fact(slug, field).is_nullable == (field.get("nullable", False) or field["name"] in NULLABLE)


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_limits(slug: str, field: dict[str, Any]) -> None:
    item, least, most = fact(slug, field).one, field.get("min_length"), field.get("max_length")
    if "min_length" in field or "max_length" in field:
        assert (item.get("minLength", 0), item.get("maxLength")) == (least or 0, most)
    elif field["type"] == "string" and None not in (field["min"], field["max"]):  # a number as text
        assert (item.get("x-minimum"), item.get("x-maximum")) == (field["min"], field["max"])
    elif field["type"] == "string":
        assert item.get("minLength") in ({field["min"]} if field["min"] else {None, 1})  # NOT_EMPTY
        assert item.get("maxLength") == field["max"]
    else:
        assert (item.get("minimum"), item.get("maximum")) == (field["min"], field["max"])
    assert fact(slug, field).item.get("maxItems") == field.get("max_items", field.get("maxItems"))


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_enumeration(slug: str, field: dict[str, Any]) -> None:
    assert sorted(fact(slug, field).values) == sorted(WORDS.get(field["name"], field["enum"] or []))


@pytest.mark.parametrize(("slug", "field"), [one for one in ALL if "enum_current_v1" in one[1]])
def test_the_current_revisions_values_are_there_too(slug: str, field: dict[str, Any]) -> None:
    assert sorted(fact(slug, field).item["enum"]) == sorted(field["enum_current_v1"])


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_default(slug: str, field: dict[str, Any]) -> None:
    assert fact(slug, field).schema.get("default") == field["default"]


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_unit(slug: str, field: dict[str, Any]) -> None:
    if field["name"] not in UNITS:
        assert fact(slug, field).schema.get("x-unit") == field["unit"]


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_exclusion(slug: str, field: dict[str, Any]) -> None:
    ours = ["training_project_name"] if field["name"] == "training_project_id" else []
    assert sorted(fact(slug, field).schema.get("x-excludes", [])) == sorted([*field["mutually_exclusive_with"], *ours])


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_pattern(slug: str, field: dict[str, Any]) -> None:
    if field["name"] not in PATTERNS:
        assert fact(slug, field).item.get("pattern") == field.get("pattern")


@pytest.mark.parametrize(("slug", "field"), ALL, ids=IDS)
def test_place_and_help(slug: str, field: dict[str, Any]) -> None:
    schema = fact(slug, field).schema
    assert schema.get("x-location", "body") == field.get("location", "body")
    assert schema["title"]
    assert schema.get("x-source")
