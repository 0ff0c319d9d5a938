"""What an OTOY spec takes and refuses, and the body that it says."""

import json
from typing import Any

import pytest

from gpuconsole.core.spec_forms import Layout, SpecForm, Values
from gpuconsole.providers.otoy import PROVIDER
from gpuconsole.providers.otoy.bodies import filled
from gpuconsole.providers.otoy.regions import REGIONS, group
from gpuconsole.providers.otoy.schemas import OtoyJobSpec
from gpuconsole.providers.specs import read_pasted
from tests.contract.samples import DOCUMENTED_OTOY
from tests.contract.test_mirror import FIELDS
from tests.providers.otoy.jobs import BATCH, PERSISTENT, docker, documented, read, told

NO_FIELD = {"cpu_count": None, "gpu_name": None, "max_retry_count": None}


def test_the_documented_example_is_said_byte_for_byte() -> None:
    assert json.dumps(read(DOCUMENTED_OTOY).body()) == json.dumps(DOCUMENTED_OTOY)


def test_a_batch_needs_a_run_limit_and_a_persistent_job_must_have_none() -> None:
    without = {key: value for key, value in BATCH.items() if key != "max_timeout_run_ms"}
    assert [(one.path, one.message) for one in told(without)] == [("max_timeout_run_ms", "Required for BATCH.")]
    assert [one.path for one in told(PERSISTENT, max_timeout_run_ms=60_000)] == ["max_timeout_run_ms"]
    assert [one.message for one in told(BATCH, max_timeout_run_ms=59_999)] == ["Must be at least 60000."]


def test_a_persistent_job_says_null_as_its_run_limit() -> None:
    body = read(PERSISTENT).body()
    assert body["max_timeout_run_ms"] is None
    assert read(PERSISTENT, max_timeout_run_ms=None).body() == body
    assert list(body) == ["task", "title", "max_timeout_run_ms", "parameters"]
    assert (read(PERSISTENT).is_endless, read(BATCH).is_endless) == (True, False)


def test_both_kinds_are_one_form_in_which_the_run_limit_shows_for_a_batch_only() -> None:
    inputs = {"title": ["t"], "parameters.parameters.image": ["x"], "max_timeout_run_ms": ["4"]}
    inputs |= {"max_timeout_run_ms.unit": ["h"]}
    batch, endless = (
        SpecForm(OtoyJobSpec, Values({**inputs, "task": [task]}), fixed={"provider": "otoy"})
        for task in ("BATCH", "PERSISTENT")
    )
    assert batch.wire["max_timeout_run_ms"] == 14_400_000
    assert "max_timeout_run_ms" not in endless.wire
    assert batch.spec is not None
    assert endless.spec is not None
    limits = {
        item.name: item for section in Layout(batch).sections for item in section.every_item if "timeout" in item.name
    }
    assert limits["max_timeout_run_ms"].is_required
    assert limits["max_timeout_run_ms"].note == "Sends 14\u202f400\u202f000 ms. At least 1 min."
    assert limits["max_timeout_assign_ms"].placeholder == "5"
    assert limits["max_timeout_assign_ms"].note.endswith("Default 5 min; sends nothing.")
    tasks = next(item for section in Layout(batch).sections for item in section.items if item.name == "task")
    assert [option.label for option in tasks.radio_options] == ["Batch", "Persistent"]  # type: ignore[attr-defined]
    assert tasks.has_cards  # type: ignore[attr-defined]


def test_a_gpu_is_asked_for_by_name_or_by_registry_uuid() -> None:
    """Not both; neither takes the first that fits (seed)."""
    entry = "01234567-89ab-cdef-0123-456789abcdef"
    assert read(BATCH).body().keys().isdisjoint({"gpu_name", "gpu_registry_uuid"})
    assert read(BATCH, gpu_registry_uuid=entry).body()["gpu_registry_uuid"] == entry
    assert [one.path for one in told(BATCH, gpu_name="NVIDIA RTX 4090", gpu_registry_uuid=entry)] == [
        "gpu_registry_uuid"
    ]
    assert [one.path for one in told(BATCH, gpu_registry_uuid="4090")] == ["gpu_registry_uuid"]


def test_the_regions_stand_in_four_groups() -> None:
    assert len(REGIONS) == len(set(REGIONS)) == 36
    counts = [
        sum(group(region) == name for region in REGIONS) for name in ("Americas", "Europe", "Asia Pacific", "Other")
    ]
    assert counts == [8, 8, 14, 6]
    form = SpecForm(OtoyJobSpec, Values({}), fixed={"provider": "otoy"})
    field = next(i for s in Layout(form).sections for i in s.items if i.name == "allowed_region_codes")
    assert [(one.label, len(one.options)) for one in field.option_groups] == [  # type: ignore[attr-defined]
        ("Americas", 8),
        ("Europe", 8),
        ("Asia Pacific", 14),
        ("Other", 6),
    ]
    assert [one.path for one in told(BATCH, allowed_region_codes=["eu-west-9"])] == ["allowed_region_codes.0"]


LIMITS = [field for field in FIELDS["otoy"] if field["min"] is not None and "." not in field["name"]]


@pytest.mark.parametrize("field", LIMITS, ids=[field["name"] for field in LIMITS])
def test_the_smallest_value_is_taken_and_the_next_one_is_refused(field: dict[str, Any]) -> None:
    name, least = field["name"], field["min"]
    assert read(BATCH, **{name: least}).body()[name] == least
    assert [one.path for one in told(BATCH, **{name: least - 1})] == [name]


@pytest.mark.parametrize(("port", "is_taken"), [(1, True), (65535, True), (0, False), (65536, False)])
def test_ports_have_limits(port: int, is_taken: bool) -> None:
    job = {**BATCH, **docker(ports=[22, port])}
    if is_taken:
        assert read(job).body()["parameters"]["parameters"]["ports"] == [22, port]
    else:
        assert [one.path for one in told(job)] == ["parameters.parameters.ports.1"]


def test_allowed_addresses_are_ranges() -> None:
    assert read({**BATCH, **docker(allowed_ips=["203.0.113.7/32", "2001:db8::/32"])})
    assert [one.path for one in told({**BATCH, **docker(allowed_ips=["10.0.0.0/8", "home"])})] == [
        "parameters.parameters.allowed_ips.1"
    ]


def test_null_says_nothing_and_unknown_keys_are_sent_as_they_are() -> None:
    body = read(BATCH, **NO_FIELD, future={"a": None}).body()
    assert not body.keys() & NO_FIELD.keys()
    assert body["future"] == {"a": None}


def test_the_one_kind_of_runtime_is_filled_in() -> None:
    assert read(BATCH).body()["parameters"] == {"type": "docker", "parameters": {"image": "x"}}


def test_whole_gigabytes_are_sent_as_whole_numbers() -> None:
    body = read(BATCH, min_vram_gb=24.0, min_ram_gb=0.5).body()
    assert json.dumps([body["min_vram_gb"], body["min_ram_gb"]]) == "[24, 0.5]"


def test_secrets_are_named_and_filled_in_only_when_the_job_is_sent() -> None:
    volumes = [{"image": "data", "mount": "/data", "secret": "data_token"}, {"image": "open", "mount": "/open"}]
    spec = read({**BATCH, **docker(env={"A": "1", "B": {"name": "hf"}}, secret="login", user="robot", volumes=volumes)})
    assert spec.secret_names() == {"hf", "login", "data_token"}
    sent = filled(spec.body(), {"hf": "v1", "login": "v2", "data_token": "v3"})["parameters"]["parameters"]
    assert (sent["env"], sent["secret"]) == ({"A": "1", "B": "v1"}, "v2")
    assert [volume.get("secret") for volume in sent["volumes"]] == ["v3", None]


def test_a_pasted_job_loses_its_token_and_what_only_answers_have() -> None:
    answer = {
        **documented(title="gc-t3st0123456789abcdef-mine"),
        "object": "job",
        "uuid": "0198c0de-1111-7222-8333-444455556666",
        "status": "PENDING",
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
        "gpu_registry_uuid": None,
    }
    expected = {"provider": "otoy", **documented(title="mine")}
    assert read_pasted(PROVIDER, answer) == expected
    assert read_pasted(PROVIDER, {"data": answer}) == expected


def test_the_vendors_own_job_files_are_taken_with_their_empty_texts() -> None:
    settings = {"image": "a/b", "tag": "", "host": "", "user": "", "secret": "", "sshkey": "", "env": {}, "volumes": []}
    spec = read({**BATCH, "parameters": {"type": "docker", "parameters": settings}})
    assert spec.body()["parameters"]["parameters"] == settings
    assert not spec.secret_names()


def test_a_pasted_persistent_job_needs_no_extra_field_for_its_null() -> None:
    spec = read_pasted(PROVIDER, {**PERSISTENT, "max_timeout_run_ms": None})
    assert "max_timeout_run_ms" not in spec
