"""The names of a batch job's fields, and reading a job's JSON in whichever spelling the vendor accepts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gpuconsole.providers import tokens
from gpuconsole.providers.fireworks.fields import TOKEN_ANNOTATION

FIELDS = (
    *("nodePoolId", "displayName", "environmentId", "snapshotId", "imageRef", "numRanks", "envVars", "role"),
    *("pythonExecutor", "notebookExecutor", "shellExecutor", "annotations", "shared"),
)
"""The body's fields in the order of the reference."""
READ_ONLY = ("name", "createTime", "startTime", "endTime", "createdBy", "state", "status", "updateTime")
"""What only answers hold; a client must not send it."""
INSIDE = {
    "pythonExecutor": ("targetType", "target", "args"),
    "notebookExecutor": ("notebookFilename",),
    "shellExecutor": ("command",),
}
"""The fields of each executor."""
WRAPPERS = ("batchJob", "batch_job")
"""The create call takes none, but the vendor's other interfaces name the job so."""


def camel(name: str) -> str:
    """``node_pool_id`` as ``nodePoolId``: the vendor's parser accepts both."""
    return re.sub(r"(?<=[a-z])_([a-z])", lambda found: found.group(1).upper(), name)


def spec_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The spec, unchecked, that a job's JSON says."""
    inner = next((body[name] for name in WRAPPERS if isinstance(body.get(name), Mapping)), None)
    job = {**{key: value for key, value in body.items() if key not in WRAPPERS}, **inner} if inner else dict(body)
    named = {key if key == "account_id" else _known(key, FIELDS + READ_ONLY): value for key, value in job.items()}
    account = {} if "account_id" in named else _account(named.get("name"))
    spec = {**account, **{key: value for key, value in named.items() if key not in READ_ONLY}}
    for executor, names in INSIDE.items():
        if isinstance(spec.get(executor), Mapping):
            spec[executor] = {_known(key, names): value for key, value in spec[executor].items()}
    if isinstance(ranks := spec.get("numRanks"), str) and re.fullmatch(r"[0-9]{1,10}", ranks):
        spec["numRanks"] = int(ranks)  # the vendor's parser takes a number as text too
    return _without_token(spec)


def account_of(name: Any) -> str:
    """The account in a resource name; empty where it is none."""
    parts = str(name or "").split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "accounts" else ""


def id_of(name: Any) -> str:
    """The last part of a resource name, with or without a cluster in its middle."""
    return str(name or "").rpartition("/")[2]


def _known(key: str, names: tuple[str, ...]) -> str:
    return camel(key) if camel(key) in names else key


def _account(name: Any) -> dict[str, str]:
    account = account_of(name)
    return {"account_id": account} if account else {}


def _without_token(spec: dict[str, Any]) -> dict[str, Any]:
    """A job of ours, pasted: the token in its annotations, and in a name that is nothing else, belonged to it alone."""
    found = spec.get("annotations")
    if isinstance(found, Mapping) and TOKEN_ANNOTATION in found:
        rest = {key: value for key, value in found.items() if key != TOKEN_ANNOTATION}
        spec = {**{key: value for key, value in spec.items() if key != "annotations"}}
        spec |= {"annotations": rest} if rest else {}
    name = spec.get("displayName")
    if isinstance(name, str) and name and tokens.split(name)[0] == name:
        spec = {key: value for key, value in spec.items() if key != "displayName"}
    return spec
