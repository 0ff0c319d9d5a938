from typing import Any

import httpx
import pytest

from tests.simulator.asking import job_body, make_project

DOCKER = {"registry": "registry.example.com", "auth_method": "REGISTRY_SECRET"}
REGISTRY = {"registry_secret_docker_auth": {"secret_ref": {"name": "cred"}}}
OIDC = {"aws_oidc_docker_auth": {"role_arn": "arn", "region": "us-east-1"}}
WEIGHT = {"source": "hf://org/model@main", "mount_location": "/models/base"}


def _job(**fields: Any) -> dict[str, Any]:
    return job_body(**fields)


def _image(**auth: Any) -> dict[str, Any]:
    return _job(image={"base_image": "a", "docker_auth": auth})


def _compute(**compute: Any) -> dict[str, Any]:
    return _job(compute=compute)


def _runtime(**runtime: Any) -> dict[str, Any]:
    return _job(runtime=runtime)


def _load(**checkpoint: Any) -> dict[str, Any]:
    return _runtime(load_checkpoint_config={"enabled": True, "checkpoints": [checkpoint]})


def _gpu(accelerator: Any, count: Any) -> dict[str, Any]:
    return _compute(accelerator={"accelerator": accelerator, "count": count})


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "training_job: field required"),
    ({"training_job": []}, "training_job: must be an object"),
    ({"training_job": {}}, "training_job.image: field required"),
    (_job(image={}), "training_job.image.base_image: field required"),
    (_job(image={"base_image": ""}), "training_job.image.base_image: must not be empty"),
    (_job(image={"base_image": 7}), "training_job.image.base_image: must be a string"),
    (_job(name=5), "training_job.name: must be a string"),
    (_job(priority="high"), "training_job.priority: must be an integer"),
    (_job(priority=True), "training_job.priority: must be an integer"),
    (_job(enable_baseten_workdir="yes"), "training_job.enable_baseten_workdir: must be a boolean"),
    (_image(auth_method="AWS_IAM"), "training_job.image.docker_auth.registry: field required"),
    (_image(**{**DOCKER, "auth_method": "X"}), "training_job.image.docker_auth.auth_method: must be one of"),
    (_image(**DOCKER), "training_job.image.docker_auth.registry_secret_docker_auth: field required"),
    (_image(**DOCKER, **REGISTRY, **OIDC), "training_job.image.docker_auth.aws_oidc_docker_auth: must be absent"),
    (
        _image(**DOCKER, registry_secret_docker_auth={"secret_ref": {}}),
        "training_job.image.docker_auth.registry_secret_docker_auth.secret_ref.name: field required",
    ),
    (
        _image(registry="r", auth_method="AWS_OIDC", aws_oidc_docker_auth={"role_arn": "", "region": "x"}),
        "training_job.image.docker_auth.aws_oidc_docker_auth.role_arn: must not be empty",
    ),
    (_compute(node_count=0), "training_job.compute.node_count: must be at least 1"),
    (_compute(node_count=17), "training_job.compute.node_count: must be at most 16"),
    (_compute(cpu_count=-1), "training_job.compute.cpu_count: must be at least 0"),
    (_compute(cpu_count=1.5), "training_job.compute.cpu_count: must be an integer"),
    (_compute(cpu_count=1000), "training_job.compute.cpu_count: no instance type"),
    (_compute(memory="lots"), "training_job.compute.memory: must be a quantity"),
    (_compute(memory="900Ti"), "training_job.compute.memory: no instance type"),
    (_compute(availability_model="cheap"), "training_job.compute.availability_model: must be one of dedicated, spot"),
    (_compute(accelerator={"count": 1}), "training_job.compute.accelerator.accelerator: field required"),
    (_compute(accelerator={"accelerator": "H100"}), "training_job.compute.accelerator.count: field required"),
    (_gpu("H100", 9), "training_job.compute.accelerator.count: must be at most 8"),
    (_gpu("MI300X", 1), "training_job.compute.accelerator.accelerator: MI300X is not available"),
    (_gpu("T4", 2), "training_job.compute.accelerator.count: no instance type has 2 T4"),
    (_runtime(start_commands="bash run.sh"), "training_job.runtime.start_commands: must be an array"),
    (_runtime(start_commands=["a", 1]), "training_job.runtime.start_commands[1]: must be a string"),
    (_runtime(environment_variables={"A": 1}), "training_job.runtime.environment_variables.A: must be a string"),
    (_runtime(environment_variables={"A": {}}), "training_job.runtime.environment_variables.A.name: field required"),
    (_runtime(artifacts=[{"s3_bucket": "b"}]), "training_job.runtime.artifacts[0].s3_key: field required"),
    (_runtime(cache_config={"enabled": 1}), "training_job.runtime.cache_config.enabled: must be a boolean"),
    (
        _runtime(checkpointing_config={"volume_size_gib": 0}),
        "training_job.runtime.checkpointing_config.volume_size_gib: must be at least 1",
    ),
    (_load(typ="other"), "training_job.runtime.load_checkpoint_config.checkpoints[0].typ: must be one of"),
    (
        _load(typ="baseten_latest_checkpoint"),
        "training_job.runtime.load_checkpoint_config.checkpoints[0].job_id: job_id or project_name is required",
    ),
    (
        _load(typ="baseten_named_checkpoint", job_id="x"),
        "training_job.runtime.load_checkpoint_config.checkpoints[0].checkpoint_name: field required",
    ),
    (
        _load(typ="loops_checkpoint", checkpoint_name="c"),
        "training_job.runtime.load_checkpoint_config.checkpoints[0].run_id: field required",
    ),
    (_job(interactive_session={"trigger": "never"}), "training_job.interactive_session.trigger: must be one of"),
    (
        _job(interactive_session={"timeout_minutes": -2}),
        "training_job.interactive_session.timeout_minutes: must be at least -1",
    ),
    (_job(weights=[{"source": "hf://a/b"}]), "training_job.weights[0].mount_location: field required"),
    (_job(weights=[{**WEIGHT, "source": "ftp://a"}]), "training_job.weights[0].source: must start with"),
    (_job(weights=[{**WEIGHT, "source": "s3://a@b"}]), "training_job.weights[0].source: a revision"),
    (_job(weights=[{**WEIGHT, "mount_location": "models"}]), "training_job.weights[0].mount_location: must be an abs"),
    (_job(weights=[WEIGHT, WEIGHT]), "training_job.weights[1].mount_location: must not repeat"),
    (
        _job(weights=[{**WEIGHT, "auth": {"auth_method": "AWS_OIDC", "aws_oidc_role_arn": "a"}}]),
        "training_job.weights[0].auth.aws_oidc_region: field required",
    ),
    (
        _job(weights=[{**WEIGHT, "auth": {"auth_method": "CUSTOM_SECRET", "auth_secret_name": "a"}}
                      | {"auth_secret_name": "b"}]),
        "training_job.weights[0].auth_secret_name: must be absent",
    ),
]  # fmt: skip

ACCEPTED: list[dict[str, Any]] = [
    {"training_job": {"image": {"base_image": "a"}}},
    {"training_job": {"image": {"base_image": "a"}, "workspace": None, "compute": None, "weights": None, "x": 1}},
    _image(**DOCKER, **REGISTRY),
    _compute(cpu_count=0, memory="0Mi", accelerator={"accelerator": "H200", "count": 3}),
    _compute(cpu_count=4, memory="8G"),
    _runtime(environment_variables={"A": "1", "B": {"name": "hf"}}, enable_cache=True, cache_config={"enabled": True}),
    _load(typ="baseten_latest_checkpoint", project_name="p"),
    _load(typ="loops_checkpoint", run_id="r", checkpoint_name="c", target="sampler"),
    _job(interactive_session={"trigger": "on_failure", "timeout_minutes": -1, "session_provider": "ssh"}),
    _job(weights=[WEIGHT, {**WEIGHT, "source": "s3://b/k", "mount_location": "/b", "auth_secret_name": "s"}]),
]


@pytest.mark.parametrize(("body", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_bad_field_is_refused_with_its_path(baseten: httpx.Client, body: dict[str, Any], message: str) -> None:
    answer = baseten.post(f"/v1/training_projects/{make_project(baseten)}/jobs", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert answer.json()["message"].startswith(message)


@pytest.mark.parametrize("body", ACCEPTED)
def test_what_the_reference_allows_is_accepted(baseten: httpx.Client, body: dict[str, Any]) -> None:
    answer = baseten.post(f"/v1/training_projects/{make_project(baseten)}/jobs", json=body)
    assert answer.status_code == 200, answer.text


def test_a_body_that_is_no_json_is_refused(baseten: httpx.Client) -> None:
    answer = baseten.post(f"/v1/training_projects/{make_project(baseten)}/jobs", content=b"{")
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("compute", "chosen"),
    [
        ({}, "1x2"),
        ({"cpu_count": 3, "memory": "12Gi"}, "4x16"),
        ({"accelerator": {"accelerator": "H100", "count": 2}}, "H100:2"),
        ({"accelerator": {"accelerator": "H100", "count": 3}}, "H100:4"),
        ({"accelerator": {"accelerator": "T4", "count": 1}, "cpu_count": 6}, "T4x8x32"),
        ({"accelerator": {"accelerator": "H100", "count": 1}, "memory": "300Gi"}, "H100:2"),
    ],
)
def test_the_smallest_instance_type_that_fits_is_chosen(
    baseten: httpx.Client, compute: dict[str, Any], chosen: str
) -> None:
    answer = baseten.post(f"/v1/training_projects/{make_project(baseten)}/jobs", json=_job(compute=compute))
    assert answer.json()["training_job"]["instance_type"]["id"] == chosen
