"""The create body of a training job, field by field as the provider's reference lists them."""

import re
from typing import Any

from gpuconsole.simulator.dialects.baseten.checks import Check, choice, flag, items, mapping, record, text, whole
from gpuconsole.simulator.dialects.baseten.errors import invalid

MEMORY = re.compile(r"[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|K|M|G|T)?")
SCHEMES = ("hf://", "s3://", "gs://", "r2://", "cw://", "azure://", "https://")
SECRET_REF = record({"name": text(1)}, ("name",))


def check_create(body: Any) -> None:
    """Refuse a create body that the provider would refuse."""
    record({"training_job": TRAINING_JOB}, ("training_job",))({} if body is None else body, "")


def _memory(value: Any, path: str) -> None:
    text()(value, path)
    if not MEMORY.fullmatch(value):
        raise invalid(path, "must be a quantity such as 64Gi")


def _environment_value(value: Any, path: str) -> None:
    if isinstance(value, dict):
        SECRET_REF(value, path)
    elif not isinstance(value, str):
        raise invalid(path, "must be a string or the name of a secret")


def _one_block(blocks: dict[str, str]) -> Check:
    """`auth_method` demands its own block and forbids the others."""

    def check(value: dict[str, Any], path: str) -> None:
        wanted = blocks[value["auth_method"]]
        if value.get(wanted) is None:
            raise invalid(f"{path}.{wanted}", f"field required for {value['auth_method']}")
        for other in blocks.values():
            if other != wanted and value.get(other) is not None:
                raise invalid(f"{path}.{other}", f"must be absent for {value['auth_method']}")

    return check


def _refs(*names: str) -> Check:
    return record(dict.fromkeys(names, SECRET_REF), names)


def _texts(*names: str) -> Check:
    return record({name: text(1) for name in names}, names)


DOCKER_BLOCKS = {
    "GCP_SERVICE_ACCOUNT_JSON": "gcp_service_account_json_docker_auth",
    "AWS_IAM": "aws_iam_docker_auth",
    "AWS_OIDC": "aws_oidc_docker_auth",
    "GCP_OIDC": "gcp_oidc_docker_auth",
    "REGISTRY_SECRET": "registry_secret_docker_auth",
    "AWS_ASSUME_ROLE": "aws_assume_role_docker_auth",
}

DOCKER_AUTH = record(
    {
        "registry": text(1),
        "auth_method": choice(*DOCKER_BLOCKS),
        "registry_secret_docker_auth": _refs("secret_ref"),
        "gcp_service_account_json_docker_auth": _refs("service_account_json_secret_ref"),
        "aws_iam_docker_auth": _refs("access_key_secret_ref", "secret_access_key_secret_ref"),
        "aws_oidc_docker_auth": _texts("role_arn", "region"),
        "aws_assume_role_docker_auth": _texts("role_arn", "region"),
        "gcp_oidc_docker_auth": _texts("service_account", "workload_identity_provider"),
    },
    ("registry", "auth_method"),
    _one_block(DOCKER_BLOCKS),
)

# The limits of node_count and count are those of the vendor's workstation command; assumed for the API.
COMPUTE = record(
    {
        "node_count": whole(1, 16),
        "cpu_count": whole(0),
        "memory": _memory,
        "accelerator": record({"accelerator": text(1), "count": whole(1, 8)}, ("accelerator", "count")),
        "availability_model": choice("dedicated", "spot"),
    }
)


def _checkpoint(value: Any, path: str) -> None:
    record({"typ": choice(*CHECKPOINT_KINDS)}, ("typ",))(value, path)
    CHECKPOINT_KINDS[value["typ"]](value, path)


def _needs_source(value: dict[str, Any], path: str) -> None:
    if not value.get("job_id") and not value.get("project_name"):
        raise invalid(f"{path}.job_id", "job_id or project_name is required")


CHECKPOINT_KINDS = {
    "baseten_latest_checkpoint": record({"project_name": text(1), "job_id": text(1)}, (), _needs_source),
    "baseten_named_checkpoint": record(
        {"checkpoint_name": text(1), "project_name": text(1), "job_id": text(1)}, ("checkpoint_name",), _needs_source
    ),
    "loops_checkpoint": record(
        {"run_id": text(1), "checkpoint_name": text(1), "target": choice("trainer", "sampler")},
        ("run_id", "checkpoint_name"),
    ),
}

RUNTIME = record(
    {
        "start_commands": items(text()),
        "environment_variables": mapping(_environment_value),
        "artifacts": items(record({"s3_bucket": text(1), "s3_key": text(1)}, ("s3_bucket", "s3_key"))),
        # The vendor's client refuses this one beside cache_config; the reference's example sends both, so the API may.
        "enable_cache": flag,
        "cache_config": record(
            {
                "enabled": flag,
                "enable_legacy_hf_mount": flag,
                "require_cache_affinity": flag,
                "mount_base_path": text(1),
            }
        ),
        "checkpointing_config": record({"enabled": flag, "checkpoint_path": text(1), "volume_size_gib": whole(1)}),
        "load_checkpoint_config": record(
            {"enabled": flag, "download_folder": text(1), "checkpoints": items(_checkpoint)}
        ),
    }
)

SESSION = record(
    {
        "trigger": choice("on_startup", "on_failure", "on_demand"),
        "timeout_minutes": whole(-1),
        "session_provider": choice("vs_code", "cursor", "ssh"),
        "auth_provider": choice("github", "microsoft"),
    }
)

WEIGHT_AUTH = {
    "CUSTOM_SECRET": ("auth_secret_name",),
    "AWS_OIDC": ("aws_oidc_role_arn", "aws_oidc_region"),
    "GCP_OIDC": ("gcp_oidc_service_account", "gcp_oidc_workload_id_provider"),
    "AWS_ASSUME_ROLE": ("aws_assume_role_arn", "aws_assume_role_region"),
}


def _auth_pair(value: dict[str, Any], path: str) -> None:
    for method, names in WEIGHT_AUTH.items():
        for name in names:
            if method == value["auth_method"] and not value.get(name):
                raise invalid(f"{path}.{name}", f"field required for {method}")
            if method != value["auth_method"] and value.get(name) is not None:
                raise invalid(f"{path}.{name}", f"must be absent for {value['auth_method']}")


def _source(value: Any, path: str) -> None:
    text(1)(value, path)
    if not value.startswith(SCHEMES):
        raise invalid(path, f"must start with one of {', '.join(SCHEMES[:5])}")
    if "@" in value and not value.startswith("hf://"):
        raise invalid(path, "a revision after @ is for hf:// only")


def _mount(value: Any, path: str) -> None:
    text(1)(value, path)
    if not value.startswith("/"):
        raise invalid(path, "must be an absolute path")


def _one_secret(value: dict[str, Any], path: str) -> None:
    if value.get("auth_secret_name") and (value.get("auth") or {}).get("auth_secret_name"):
        raise invalid(f"{path}.auth_secret_name", "must be absent when auth.auth_secret_name is set")


def _weights(value: Any, path: str) -> None:
    items(WEIGHT)(value, path)
    seen: set[str] = set()
    for index, weight in enumerate(value):
        if weight["mount_location"] in seen:
            raise invalid(f"{path}[{index}].mount_location", "must not repeat within the list")
        seen.add(weight["mount_location"])


WEIGHT = record(
    {
        "source": _source,
        "mount_location": _mount,
        "allow_patterns": items(text()),
        "ignore_patterns": items(text()),
        "auth_secret_name": text(1),
        "auth": record(
            {
                "auth_method": choice(*WEIGHT_AUTH),
                **{name: text(1) for names in WEIGHT_AUTH.values() for name in names},
            },
            ("auth_method",),
            _auth_pair,
        ),
    },
    ("source", "mount_location"),
    _one_secret,
)

TRAINING_JOB = record(
    {
        "image": record({"base_image": text(1), "docker_auth": DOCKER_AUTH}, ("base_image",)),
        "compute": COMPUTE,
        "runtime": RUNTIME,
        "name": text(),
        "priority": whole(),
        "truss_user_env": record({}),
        "interactive_session": SESSION,
        "weights": _weights,
        "enable_baseten_workdir": flag,
    },
    ("image",),
)
