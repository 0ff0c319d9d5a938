"""What a Baseten job may say of caches, checkpoints, artifacts and weights."""

from typing import Any

import pytest

from gpuconsole.providers.problems import Problem
from tests.providers.baseten.jobs import JOB, WEIGHTS, paths, read, told

WEIGHT_LOGINS = {
    "CUSTOM_SECRET": {"auth_secret_name": "s"},
    "AWS_OIDC": {"aws_oidc_role_arn": "r", "aws_oidc_region": "e"},
    "GCP_OIDC": {"gcp_oidc_service_account": "a", "gcp_oidc_workload_id_provider": "p"},
    "AWS_ASSUME_ROLE": {"aws_assume_role_arn": "r", "aws_assume_role_region": "e"},
}


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ("cache_config", "mount_base_path"),
        ("checkpointing_config", "checkpoint_path"),
        ("load_checkpoint_config", "download_folder"),
    ],
)
def test_container_paths_are_absolute(config: str, field: str) -> None:
    problem = told({**JOB, "runtime": {config: {"enabled": True, field: "some/where"}}})[0]
    assert problem == Problem(
        f"runtime.{config}.{field}", 'Must start with "/". Did you mean /some/where?', "/some/where"
    )


def test_a_volume_has_at_least_one_gib() -> None:
    runtime = {"checkpointing_config": {"enabled": True, "volume_size_gib": 0}}
    assert paths({**JOB, "runtime": runtime}) == ["runtime.checkpointing_config.volume_size_gib"]


@pytest.mark.parametrize(
    "reference",
    [
        {"typ": "baseten_latest_checkpoint", "project_name": "p"},
        {"typ": "baseten_latest_checkpoint", "job_id": "j"},
        {"typ": "baseten_named_checkpoint", "checkpoint_name": "c", "job_id": "j"},
        {"typ": "loops_checkpoint", "run_id": "r", "checkpoint_name": "c"},
        {"typ": "loops_checkpoint", "run_id": "r", "checkpoint_name": "c", "target": "sampler"},
    ],
)
def test_checkpoints_to_load(reference: dict[str, Any]) -> None:
    job = {**JOB, "runtime": {"load_checkpoint_config": {"enabled": True, "checkpoints": [reference]}}}
    assert read(job).training_job.wire() == job


@pytest.mark.parametrize(
    ("reference", "fields"),
    [
        ({}, ["typ"]),
        ({"typ": "magic"}, ["typ"]),
        ({"typ": "baseten_latest_checkpoint"}, ["project_name"]),
        ({"typ": "baseten_latest_checkpoint", "job_id": "j", "run_id": "r"}, ["run_id"]),
        ({"typ": "baseten_latest_checkpoint", "job_id": "j", "target": "trainer"}, ["target"]),
        ({"typ": "baseten_named_checkpoint", "job_id": "j"}, ["checkpoint_name"]),
        ({"typ": "loops_checkpoint"}, ["run_id", "checkpoint_name"]),
        ({"typ": "loops_checkpoint", "run_id": "r", "checkpoint_name": "c", "job_id": "j"}, ["job_id"]),
        ({"typ": "loops_checkpoint", "run_id": "r", "checkpoint_name": "c", "target": "x"}, ["target"]),
    ],
)
def test_a_checkpoint_takes_the_fields_of_its_typ(reference: dict[str, Any], fields: list[str]) -> None:
    job = {**JOB, "runtime": {"load_checkpoint_config": {"checkpoints": [reference]}}}
    assert paths(job) == [f"runtime.load_checkpoint_config.checkpoints.0.{field}" for field in fields]


@pytest.mark.parametrize("name", ["s3_bucket", "s3_key"])
def test_an_artifact_needs_bucket_and_key(name: str) -> None:
    artifact = {"s3_bucket": "b", "s3_key": "k"}
    del artifact[name]
    assert paths({**JOB, "runtime": {"artifacts": [artifact]}}) == [f"runtime.artifacts.0.{name}"]


@pytest.mark.parametrize("source", ["hf://o/m", "hf://o/m@v1", "s3://b", "gs://b", "r2://b", "cw://b", "https://h/f"])
def test_weights_come_from_known_places(source: str) -> None:
    assert read({**JOB, "weights": [{**WEIGHTS, "source": source}]})


@pytest.mark.parametrize(
    ("source", "fix"), [("org/model", "hf://org/model"), ("ftp://x", None), ("s3://b@v1", None), ("hf://", None)]
)
def test_other_sources_are_refused(source: str, fix: str | None) -> None:
    problem = told({**JOB, "weights": [{**WEIGHTS, "source": source}]})[0]
    assert (problem.path, problem.fix) == ("weights.0.source", fix)


def test_mount_locations_are_absolute_and_different() -> None:
    text = 'Must start with "/". Did you mean /models/reward?'
    relative = {**WEIGHTS, "mount_location": "models/reward"}
    assert told({**JOB, "weights": [WEIGHTS, relative]}) == [
        Problem("weights.1.mount_location", text, "/models/reward")
    ]
    again = {**WEIGHTS, "mount_location": "/m/"}
    assert paths({**JOB, "weights": [WEIGHTS, again]}) == ["weights.1.mount_location"]


@pytest.mark.parametrize("method", WEIGHT_LOGINS)
def test_a_login_for_weights_takes_the_fields_of_its_method(method: str) -> None:
    job = {**JOB, "weights": [{**WEIGHTS, "auth": {"auth_method": method, **WEIGHT_LOGINS[method]}}]}
    assert read(job).training_job.wire()["weights"][0]["auth"] == job["weights"][0]["auth"]
    for name in WEIGHT_LOGINS[method]:
        rest = {key: value for key, value in WEIGHT_LOGINS[method].items() if key != name}
        without = {**JOB, "weights": [{**WEIGHTS, "auth": {"auth_method": method, **rest}}]}
        assert paths(without) == [f"weights.0.auth.{name}"]


@pytest.mark.parametrize("method", WEIGHT_LOGINS)
def test_a_login_for_weights_forbids_the_fields_of_other_methods(method: str) -> None:
    others = next(fields for name, fields in WEIGHT_LOGINS.items() if name != method)
    auth = {"auth_method": method, **WEIGHT_LOGINS[method], **others}
    assert paths({**JOB, "weights": [{**WEIGHTS, "auth": auth}]}) == [f"weights.0.auth.{name}" for name in others]


def test_one_secret_is_enough_for_weights() -> None:
    auth = {"auth_method": "CUSTOM_SECRET", "auth_secret_name": "a"}
    row = {**WEIGHTS, "auth_secret_name": "b", "auth": auth}
    assert paths({**JOB, "weights": [row]}) == ["weights.0.auth_secret_name"]
