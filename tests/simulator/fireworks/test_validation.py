"""What a create body may hold, field by field: the last good value and the first bad one."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.asking import REFERENCE, job_body

PYTHON = {"targetType": "FILENAME", "target": "train.py"}
WITHOUT_IMAGE: dict[str, Any] = {"imageRef": None}
WITHOUT_EXECUTOR: dict[str, Any] = {"shellExecutor": None}

GOOD: dict[str, dict[str, Any]] = {
    "a label of 63 characters": {"displayName": "ä" * 63},
    "an environment alone": {**WITHOUT_IMAGE, "environmentId": "my-env"},
    "an environment with a snapshot": {**WITHOUT_IMAGE, "environmentId": "my-env", "snapshotId": "7"},
    "one rank": {"numRanks": 1},
    "ranks as a text": {"numRanks": "8"},
    "ranks as a text with a point": {"numRanks": "8.0"},
    "ranks as a text with a power": {"numRanks": "1e1"},
    "ranks beyond the pool": {"numRanks": 2**31 - 1},
    "a python process": {**WITHOUT_EXECUTOR, "pythonExecutor": PYTHON},
    "an enum by its number": {**WITHOUT_EXECUTOR, "pythonExecutor": {"targetType": 1, "target": "m"}},
    "a notebook": {**WITHOUT_EXECUTOR, "notebookExecutor": {"notebookFilename": "a.ipynb"}},
    "a second executor that is null": {"pythonExecutor": None},
    "a role that the user is bound to": {"role": "arn:aws:iam::123456789012:role/train"},
    "a name of 63 characters": {"annotations": {f"team.example/{'n' * 63}": ""}},
    "a prefix of 253 characters": {"annotations": {f"{'a' * 62}.{'b' * 63}.{'c' * 63}.{'d' * 62}/x": "1"}},
    "annotations of 256 KiB": {"annotations": {"k": "v" * (256 * 1024 - 1)}},
    "an empty value of a variable": {"envVars": {"EMPTY": ""}},
    "output-only fields, which are ignored": {"name": "x", "state": "RUNNING", "createdBy": "me", "status": "odd"},
    "null for anything": {"displayName": None, "numRanks": None, "annotations": None},
}


@pytest.mark.parametrize("more", GOOD.values(), ids=GOOD)
def test_a_good_body_is_taken(fireworks: httpx.Client, more: dict[str, Any]) -> None:
    answer = fireworks.post("/batchJobs", json=job_body(**more))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["createdBy"]) == ("CREATING", "sandbox@example.com")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"nodePoolId": None}, "node_pool_id is required"),
    ({"nodePoolId": "nowhere"}, 'node_pool_id names no node pool: "nowhere"'),
    ({"nodePoolId": "accounts/sandbox/nodePools/h100-pool"}, "node_pool_id must be a short id"),
    ({"displayName": "a" * 64}, "display_name must be fewer than 64 characters long"),
    ({"environmentId": "my-env"}, "image_ref must not be set together with environment_id"),
    ({"snapshotId": "7"}, "image_ref must not be set together with snapshot_id"),
    ({**WITHOUT_IMAGE, "snapshotId": "7"}, "environment_id is required if snapshot_id is set"),
    (WITHOUT_IMAGE, "image_ref or environment_id is required"),
    ({**WITHOUT_IMAGE, "environmentId": "none"}, "environment_id names no environment that is ready"),
    ({**WITHOUT_IMAGE, "environmentId": "my-env", "snapshotId": "9"}, "snapshot_id names no snapshot that is ready"),
    ({"numRanks": -1}, "num_ranks must be a positive integer"),
    ({"numRanks": 2**31}, "invalid value for int32 field numRanks: 2147483648"),
    ({"numRanks": "1.5"}, "invalid value for int32 field numRanks"),
    ({"numRanks": "many"}, "invalid value for int32 field numRanks"),
    ({"numRanks": True}, "invalid value for int32 field numRanks"),
    ({"envVars": {"SEED": 17}}, "invalid value for string field envVars: 17"),
    ({"envVars": ["SEED"]}, "invalid value for map field envVars"),
    ({"role": "train"}, "role must be the ARN of an AWS IAM role"),
    (WITHOUT_EXECUTOR, "one of python_executor, notebook_executor, shell_executor is required"),
    ({"pythonExecutor": PYTHON}, 'error parsing "pythonExecutor", oneof executor is already set'),
    ({"shellExecutor": {}}, "shell_executor.command is required"),
    ({**WITHOUT_EXECUTOR, "notebookExecutor": {}}, "notebook_executor.notebook_filename is required"),
    ({**WITHOUT_EXECUTOR, "pythonExecutor": {"target": "m"}}, "python_executor.target_type is required"),
    ({**WITHOUT_EXECUTOR, "pythonExecutor": {"targetType": "MODULE"}}, "python_executor.target is required"),
    (
        {**WITHOUT_EXECUTOR, "pythonExecutor": {"targetType": "TARGET_TYPE_UNSPECIFIED", "target": "m"}},
        "python_executor.target_type is required",
    ),
    ({**WITHOUT_EXECUTOR, "pythonExecutor": {**PYTHON, "targetType": "SCRIPT"}}, "invalid value for enum field"),
    ({**WITHOUT_EXECUTOR, "pythonExecutor": {**PYTHON, "args": "--x"}}, "invalid value for repeated field args"),
    ({**WITHOUT_EXECUTOR, "pythonExecutor": {**PYTHON, "cwd": "/"}}, 'unknown field "cwd"'),
    ({"annotations": {"fireworks.ai/owner": "me"}}, 'key "fireworks.ai/owner" has a reserved prefix'),
    ({"annotations": {"kubernetes.io/x": "1"}}, "has a reserved prefix"),
    ({"annotations": {"k8s.io/x": "1"}}, "has a reserved prefix"),
    ({"annotations": {"n" * 64: "1"}}, "is not a valid name"),
    ({"annotations": {"-x": "1"}}, 'key "-x" is not a valid name'),
    ({"annotations": {"": "1"}}, 'key "" is not a valid name'),
    ({"annotations": {"Team/x": "1"}}, "has a prefix that is no DNS subdomain"),
    ({"annotations": {f"{'a' * 64}/x": "1"}}, "has a prefix that is no DNS subdomain"),
    ({"annotations": {f"{'a.' * 127}/x": "1"}}, "has a prefix that is no DNS subdomain"),
    ({"annotations": {f"{'a' * 62}.{'b' * 63}.{'c' * 63}.{'d' * 63}/x": "1"}}, "has a prefix that is no DNS subdomain"),
    ({"annotations": {"k": "v" * 256 * 1024}}, "annotations must not exceed 256 KiB in total"),
    ({"annotations": {"a": {"b": "c"}}}, "invalid value for string field annotations"),
    ({"shared": "true"}, "invalid value for bool field shared"),
    ({"gpus": 8}, 'unknown field "gpus"'),
    ({"Display_Name": "x"}, 'unknown field "Display_Name"'),
    ({"displayName": "x", "display_name": "y"}, 'duplicate field "display_name"'),
]


@pytest.mark.parametrize(("more", "text"), BAD, ids=[text for _, text in BAD])
def test_a_bad_body_is_refused_with_the_fields_name(
    fireworks: httpx.Client, world: World, more: dict[str, Any], text: str
) -> None:
    answer = fireworks.post("/batchJobs", json=job_body(**more))
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (400, 3, [])
    assert text in answer.json()["message"]
    assert world.resources() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'"job"', b"7"])
def test_a_body_that_is_no_object_is_refused(fireworks: httpx.Client, body: bytes) -> None:
    answer = fireworks.post("/batchJobs", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert fireworks.post("/batchJobs").json()["message"] == "node_pool_id is required"


def test_the_body_is_the_job_itself_and_not_wrapped(fireworks: httpx.Client) -> None:
    assert "unknown field" in fireworks.post("/batchJobs", json={"batchJob": REFERENCE}).json()["message"]


def test_snake_case_is_read_as_camel_case_is(fireworks: httpx.Client) -> None:
    body = {
        "node_pool_id": "h100-pool",
        "image_ref": "a:1",
        "python_executor": {"target_type": "MODULE", "target": "m"},
        "env_vars": {"snake_key": "kept"},
    }
    job = fireworks.post("/batchJobs", json=body).json()
    assert job["nodePoolId"] == "h100-pool"
    assert job["pythonExecutor"] == {"targetType": "MODULE", "target": "m"}
    assert job["envVars"] == {"snake_key": "kept"}


def test_zero_values_are_the_same_as_nothing(fireworks: httpx.Client) -> None:
    zeros: dict[str, Any] = {
        "numRanks": 0,
        "shared": False,
        "displayName": "",
        "envVars": {},
        "annotations": {},
        "role": "",
    }
    job = fireworks.post("/batchJobs", json=job_body(**zeros)).json()
    assert set(zeros) & set(job) == set()
    assert fireworks.get("/nodePools/h100-pool:getStats").json()["batchJobRanks"] == {"CREATING": 1}


def test_a_role_needs_a_binding(fireworks: httpx.Client) -> None:
    role = "arn:aws:iam::123456789012:role/other"
    answer = fireworks.post("/batchJobs", json=job_body(role=role))
    assert (answer.status_code, answer.json()["code"]) == (403, 7)
    binding = {"principal": "sandbox@example.com", "role": role}
    assert fireworks.post("/awsIamRoleBindings", json=binding).status_code == 200
    assert fireworks.post("/batchJobs", json=job_body(role=role)).status_code == 200


def test_a_pool_or_environment_that_is_not_ready_takes_no_job(fireworks: httpx.Client, world: World) -> None:
    pool = {"nodePoolId": "new", "nodePool": {"eksNodePool": {"instanceType": "g5.xlarge"}}}
    assert fireworks.post("/nodePools", json=pool).status_code == 200
    env = {"environmentId": "new", "environment": {"baseImageRef": "base:1"}}
    assert fireworks.post("/environments", json=env).status_code == 200
    answer = fireworks.post("/batchJobs", json=job_body(nodePoolId="new"))
    assert (answer.status_code, answer.json()["code"]) == (400, 9)
    assert answer.json()["message"] == 'node_pool_id names a node pool that is CREATING: "new"'
    body = job_body(imageRef=None, environmentId="new")
    assert "environment_id" in fireworks.post("/batchJobs", json=body).json()["message"]
    world.clock.advance(90)
    assert fireworks.post("/batchJobs", json={**body, "nodePoolId": "new"}).status_code == 200
