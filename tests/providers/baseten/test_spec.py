"""What a Baseten training job may and may not be."""

import copy
import json
from typing import Any

import pytest
from pydantic import ValidationError

from gpuconsole.providers.baseten import PROVIDER
from gpuconsole.providers.baseten.schemas import BasetenJobSpec
from gpuconsole.providers.problems import problems
from tests.contract.samples import DOCUMENTED_BASETEN
from tests.providers.baseten.jobs import JOB, WEIGHTS, paths, read, told

SECRET_REF = {"name": "s"}
LOGINS: dict[str, tuple[str, dict[str, Any]]] = {
    "REGISTRY_SECRET": ("registry_secret_docker_auth", {"secret_ref": SECRET_REF}),
    "GCP_SERVICE_ACCOUNT_JSON": (
        "gcp_service_account_json_docker_auth",
        {"service_account_json_secret_ref": SECRET_REF},
    ),
    "AWS_IAM": (
        "aws_iam_docker_auth",
        {"access_key_secret_ref": SECRET_REF, "secret_access_key_secret_ref": {"name": "t"}},
    ),
    "AWS_OIDC": ("aws_oidc_docker_auth", {"role_arn": "r", "region": "us-east-1"}),
    "AWS_ASSUME_ROLE": ("aws_assume_role_docker_auth", {"role_arn": "r", "region": "us-east-1"}),
    "GCP_OIDC": ("gcp_oidc_docker_auth", {"service_account": "a", "workload_identity_provider": "p"}),
}


def with_login(**login: Any) -> dict[str, Any]:
    return {"image": {"base_image": "x", "docker_auth": {"registry": "r.example", **login}}}


def test_the_documented_body_is_sent_byte_for_byte_but_for_the_name() -> None:
    """Nulls that the user gave are kept, and so is the order of the reference (seed)."""
    spec = BasetenJobSpec.read({"provider": "baseten", "training_project_id": "n4q95w5", **DOCUMENTED_BASETEN})
    request = PROVIDER.adapter.request(spec, "gc-t3st0123456789abcdef")
    wanted = copy.deepcopy(DOCUMENTED_BASETEN)
    wanted["training_job"]["name"] = "gc-t3st0123456789abcdef-gpt-oss-job"
    assert json.dumps(request.body) == json.dumps(wanted)
    assert request.path == "/v1/training_projects/n4q95w5/jobs"


def test_enable_cache_and_cache_config_go_together_as_in_the_documented_example() -> None:
    """The vendor's client refuses the pair, its reference sends it (seed): the reference wins."""
    runtime = {"enable_cache": True, "cache_config": {"enabled": True}}
    assert read({**JOB, "runtime": runtime}).training_job.wire()["runtime"] == runtime


def test_defaults_that_nobody_set_are_not_sent() -> None:
    assert read(JOB).training_job.wire() == JOB


def test_the_smallest_job_is_an_image_alone() -> None:
    assert paths({}) == ["image"]
    assert paths({"image": {}}) == ["image.base_image"]


def test_a_project_is_picked_or_named_anew_and_not_both() -> None:
    spec = {"provider": "baseten", "training_job": JOB}
    assert BasetenJobSpec.read(spec | {"training_project_name": "new"}).training_project_id is None
    for extra, path in (
        ({}, "training_project_id"),
        ({"training_project_id": "a", "training_project_name": "b"}, "training_project_name"),
    ):
        with pytest.raises(ValidationError) as caught:
            BasetenJobSpec.read(spec | extra)
        assert [one.path for one in problems(caught.value)] == [path]


def test_ids_are_quoted_in_the_path() -> None:
    spec = BasetenJobSpec.read({"provider": "baseten", "training_project_id": "a/../b?c", "training_job": JOB})
    assert PROVIDER.adapter.request(spec, "t").path == "/v1/training_projects/a%2F..%2Fb%3Fc/jobs"


@pytest.mark.parametrize("method", LOGINS)
def test_a_registry_login_takes_the_block_of_its_method(method: str) -> None:
    block, content = LOGINS[method]
    nothing = {other: None for other, _ in LOGINS.values() if other != block}
    job = with_login(auth_method=method, **{block: content}, **nothing)
    assert read(job).training_job.wire() == job


@pytest.mark.parametrize("method", LOGINS)
def test_a_registry_login_without_its_block_or_with_another_is_refused(method: str) -> None:
    block, content = LOGINS[method]
    other, others = next(pair for name, pair in LOGINS.items() if name != method)
    assert paths(with_login(auth_method=method)) == [f"image.docker_auth.{block}"]
    both = with_login(auth_method=method, **{block: content, other: others})
    assert paths(both) == [f"image.docker_auth.{other}"]


@pytest.mark.parametrize("method", LOGINS)
def test_every_part_of_a_login_is_required_and_not_empty(method: str) -> None:
    block, content = LOGINS[method]
    for name, value in content.items():
        rest = {key: part for key, part in content.items() if key != name}
        assert paths(with_login(auth_method=method, **{block: rest})) == [f"image.docker_auth.{block}.{name}"]
        empty = {**content, name: {"name": ""} if isinstance(value, dict) else ""}
        assert paths(with_login(auth_method=method, **{block: empty}))[0].startswith(
            f"image.docker_auth.{block}.{name}"
        )


def test_an_unknown_login_method_is_refused_at_its_field() -> None:
    assert paths(with_login(auth_method="MAGIC")) == ["image.docker_auth.auth_method"]


@pytest.mark.parametrize("memory", ["2Gi", "0Mi", "1.5Ti", "512M", "1024"])
def test_memory_is_a_kubernetes_quantity(memory: str) -> None:
    assert read({**JOB, "compute": {"memory": memory}}).training_job.compute.memory == memory


@pytest.mark.parametrize(("memory", "fix"), [("128GB", "128Gi"), ("64 GiB", "64Gi"), ("lots", None), ("", None)])
def test_memory_in_another_writing_is_refused_with_the_right_one(memory: str, fix: str | None) -> None:
    problem = told({**JOB, "compute": {"memory": memory}})[0]
    assert (problem.path, problem.fix) == ("compute.memory", fix)


def test_decimal_memory_is_converted_in_words() -> None:
    text = "Baseten takes binary units. 128 GB is 119 Gi; for the full 128 Gi write 128Gi."
    assert told({**JOB, "compute": {"memory": "128GB"}})[0].message == text


@pytest.mark.parametrize(
    ("compute", "path"),
    [
        ({"node_count": 0}, "node_count"),
        ({"node_count": 17}, "node_count"),
        ({"cpu_count": -1}, "cpu_count"),
        ({"accelerator": {"accelerator": "H100", "count": 0}}, "accelerator.count"),
        ({"accelerator": {"accelerator": "H100", "count": 9}}, "accelerator.count"),
        ({"accelerator": {"accelerator": "H100"}}, "accelerator.count"),
        ({"accelerator": {"count": 1}}, "accelerator.accelerator"),
        ({"accelerator": {"accelerator": "", "count": 1}}, "accelerator.accelerator"),
        ({"availability_model": "cheap"}, "availability_model"),
    ],
)
def test_hardware_has_limits(compute: dict[str, Any], path: str) -> None:
    assert paths({**JOB, "compute": compute}) == [f"compute.{path}"]


def test_a_gpu_type_that_nobody_knows_yet_is_accepted() -> None:
    """The API takes any name; the list is the one of the vendor's client (client code)."""
    assert read({**JOB, "compute": {"accelerator": {"accelerator": "R200", "count": 1}}})


def test_no_cores_and_no_memory_are_accepted() -> None:
    """As in a pull request of the vendor (docs)."""
    assert read({**JOB, "compute": {"cpu_count": 0, "memory": "0Mi"}})


def test_a_variable_is_text_or_names_a_secret() -> None:
    variables = {"EPOCHS": "3", "HF_TOKEN": {"name": "hf_token"}}
    spec = read({**JOB, "runtime": {"environment_variables": variables}})
    assert spec.training_job.wire()["runtime"]["environment_variables"] == variables
    assert spec.secret_names() == {"hf_token"}


@pytest.mark.parametrize(("name", "value"), [("A", 3), ("A", None), ("A", ["x"]), ("1A", "x"), ("", "x"), ("A=B", "x")])
def test_a_wrong_variable_is_told_by_its_name(name: str, value: Any) -> None:
    assert paths({**JOB, "runtime": {"environment_variables": {name: value}}}) == [
        f"runtime.environment_variables.{name}"
    ]


def test_a_variable_that_names_no_secret_is_told_there() -> None:
    variables = {"A": {"secret": "x"}}
    assert paths({**JOB, "runtime": {"environment_variables": variables}}) == ["runtime.environment_variables.A.name"]


@pytest.mark.parametrize(
    ("session", "field"),
    [
        ({"trigger": "never"}, "trigger"),
        ({"timeout_minutes": -2}, "timeout_minutes"),
        ({"session_provider": "vim"}, "session_provider"),
        ({"auth_provider": "me"}, "auth_provider"),
    ],
)
def test_an_interactive_session_has_limits(session: dict[str, Any], field: str) -> None:
    assert paths({**JOB, "interactive_session": session}) == [f"interactive_session.{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 3),
        ("priority", "high"),
        ("truss_user_env", []),
        ("enable_baseten_workdir", "yes"),
        ("weights", {}),
        ("compute", None),
        ("runtime", []),
    ],
)
def test_fields_of_another_kind_are_refused(field: str, value: Any) -> None:
    assert paths({**JOB, field: value}) == [field]


def test_every_secret_that_a_job_names_is_known() -> None:
    image = with_login(auth_method="AWS_IAM", aws_iam_docker_auth=LOGINS["AWS_IAM"][1])["image"]
    auth = {"auth_method": "CUSTOM_SECRET", "auth_secret_name": "w2"}
    weights = [{**WEIGHTS, "auth_secret_name": "w1"}, {"source": "s3://b", "mount_location": "/n", "auth": auth}]
    runtime = {"environment_variables": {"A": {"name": "e"}, "B": "plain"}}
    assert read({"image": image, "runtime": runtime, "weights": weights}).secret_names() == {"s", "t", "e", "w1", "w2"}
