"""The exact bodies of a Novita create call (secrets by name for a preview, by value for the call) and of an edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuconsole.providers import tokens
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.errors import Rejected
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.novita.edits import NovitaEdits
from gpuconsole.providers.novita.fields import LONGEST_LOGIN, LONGEST_VALUE
from gpuconsole.providers.novita.schemas import NAME_LIMIT, NovitaInstanceSpec

_FLAT = ("networkStorageId", "networkStorageMountPoint")


def body(spec: NovitaInstanceSpec, token: str, secrets: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What is sent; without ``secrets`` their values are masked. Raises Rejected for a value that cannot be one."""
    sent = {key: value for key, value in spec.wire().items() if key != "provider" and value is not None}
    sent["name"] = tokens.join(token, spec.name)[:NAME_LIMIT]
    if spec.imageAuth:
        sent["imageAuth"] = _login(spec.imageAuth, secrets)
    for row, variable in enumerate(sent.get("envs", ())):
        if isinstance(variable["value"], dict):
            variable["value"] = _value(variable["value"]["name"], secrets, LONGEST_VALUE, f"envs.{row}.value")
    if spec.networkStorageId:
        mount = spec.networkStorageMountPoint or "/network"
        sent["networkStorages"] = [{"Id": spec.networkStorageId, "mountPoint": mount}]
    return {key: value for key, value in sent.items() if key not in _FLAT}


def edit(instance_id: str, edits: Edits, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Both fields are sent: what leaving one out would mean is not established."""
    return {"instanceId": instance_id, **NovitaEdits.current(raw), **edits.wire()}


def _login(name: str, secrets: Mapping[str, str] | None) -> str:
    value = _value(name, secrets, LONGEST_LOGIN, "imageAuth")
    if secrets is not None and ":" not in value:
        raise Rejected(f"The secret {name} must hold username:password.", field="imageAuth")
    return value


def _value(name: str, secrets: Mapping[str, str] | None, longest: int, field: str) -> str:
    if secrets is None:
        return f"{MASK} {name}"
    if name not in secrets:
        raise Rejected(f"There is no secret named {name}.", field=field)
    if len(secrets[name]) > longest:
        raise Rejected(f"The secret {name} is longer than the {longest} characters that go here.", field=field)
    return secrets[name]
