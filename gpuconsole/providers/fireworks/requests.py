"""The exact request of a launch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuconsole.providers.contract import WireRequest
from gpuconsole.providers.fireworks.client import jobs_path
from gpuconsole.providers.fireworks.fields import TOKEN_ANNOTATION
from gpuconsole.providers.fireworks.schemas import FireworksJobSpec
from gpuconsole.providers.masking import MASK

_NOT_SENT = ("provider", "account_id")


def launch(spec: FireworksJobSpec, token: str, secrets: Mapping[str, str]) -> WireRequest:
    """The job itself is the body. The token goes into the annotations, and is the label where nobody chose one."""
    body = {name: value for name, value in spec.wire().items() if name not in _NOT_SENT}
    if spec.secret_names():
        body["envVars"] = {name: _value(item, secrets) for name, item in body["envVars"].items()}
    body["annotations"] = {**(body.get("annotations") or {}), TOKEN_ANNOTATION: token}
    if not body.get("displayName"):
        body["displayName"] = token
    return WireRequest("POST", jobs_path(spec.account_id), body)


def _value(item: Any, secrets: Mapping[str, str]) -> Any:
    if not isinstance(item, dict):
        return item
    return secrets.get(item["name"], f"{MASK} {item['name']}")
