"""Rules beyond the shape of a message: names, annotations, ids, and the fields of a batch job among each other."""

import re
from typing import Any

from gpuconsole.simulator.dialects.fireworks.errors import INVALID_ARGUMENT, Problem, invalid

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
PREFIX = re.compile(rf"{LABEL}(\.{LABEL})*")
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
RESERVED = ("fireworks.ai/", "kubernetes.io/", "k8s.io/")
ANNOTATIONS_LIMIT = 256 * 1024  # characters of all keys and values; Kubernetes' usual cap, assumed here
ID = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)
EXECUTOR_FIELDS = {
    "pythonExecutor": ("target_type", "target"),
    "notebookExecutor": ("notebook_filename",),
    "shellExecutor": ("command",),
}


def check_job(job: dict[str, Any]) -> None:
    """Refuse a batch job whose fields do not go together."""
    if not job.get("nodePoolId"):
        raise invalid("node_pool_id", "is required")
    check_display_name(job)
    _check_image(job)
    _check_executor(job)
    if job.get("numRanks", 1) < 1:
        raise invalid("num_ranks", "must be a positive integer")
    check_role(job.get("role"))
    check_annotations(job)


def check_display_name(thing: dict[str, Any]) -> None:
    """At most 63 characters."""
    if len(thing.get("displayName", "")) >= 64:
        raise invalid("display_name", "must be fewer than 64 characters long")


def check_role(role: str | None) -> None:
    """An AWS role's ARN."""
    if role and not ROLE.fullmatch(role):
        raise invalid("role", "must be the ARN of an AWS IAM role")


def check_id(value: str | None, path: str) -> str:
    """An id that the caller chooses (its form is assumed: the usual one for resource ids)."""
    if not value:
        raise invalid(path, "is required")
    if not ID.fullmatch(value):
        raise invalid(path, "must be 1 to 63 lower-case letters, digits and hyphens, and begin with a letter")
    return value


def check_annotations(thing: dict[str, Any]) -> None:
    """Kubernetes' rules for keys; three prefixes belong to others."""
    annotations: dict[str, str] = thing.get("annotations", {})
    for key in annotations:
        prefix, slash, name = key.rpartition("/")
        if key.startswith(RESERVED):
            raise invalid("annotations", f'key "{key}" has a reserved prefix')
        if slash and (len(prefix) > 253 or not PREFIX.fullmatch(prefix)):
            raise invalid("annotations", f'key "{key}" has a prefix that is no DNS subdomain')
        if len(name) > 63 or not NAME.fullmatch(name):
            raise invalid("annotations", f'key "{key}" is not a valid name')
    if sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items()) > ANNOTATIONS_LIMIT:
        raise invalid("annotations", "must not exceed 256 KiB in total")


def _check_image(job: dict[str, Any]) -> None:
    if job.get("imageRef"):
        for other in ("environmentId", "snapshotId"):
            if job.get(other):
                path = {"environmentId": "environment_id", "snapshotId": "snapshot_id"}[other]
                raise invalid("image_ref", f"must not be set together with {path}")
    elif job.get("snapshotId") and not job.get("environmentId"):
        raise invalid("environment_id", "is required if snapshot_id is set")
    elif not job.get("environmentId"):
        raise invalid("image_ref", "or environment_id is required")


def _check_executor(job: dict[str, Any]) -> None:
    chosen = [name for name in EXECUTOR_FIELDS if name in job]
    if not chosen:
        raise Problem(INVALID_ARGUMENT, "one of python_executor, notebook_executor, shell_executor is required")
    executor = chosen[0]
    path = executor.replace("Executor", "_executor")
    for field in EXECUTOR_FIELDS[executor]:
        wire = re.sub(r"_([a-z])", lambda found: found.group(1).upper(), field)
        if not job[executor].get(wire):
            raise invalid(f"{path}.{field}", "is required")
