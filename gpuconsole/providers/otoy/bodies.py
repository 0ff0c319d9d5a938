"""The body of a create call, as it is shown and as it is sent: with the names of secrets, and with their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuconsole.providers import tokens
from gpuconsole.providers.otoy.schemas import OtoyJobSpec
from gpuconsole.providers.otoy.signing import plain_numbers


def body(job: OtoyJobSpec, token: str, secrets: Mapping[str, str]) -> Any:
    """What is sent for a spec, its title behind the token; ``secrets`` are values by name."""
    return plain_numbers({**filled(job.body(), secrets), "title": tokens.join(token, job.title)})


def filled(body: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """The body with the values of secrets in place of their names; a name without a value stays."""
    docker = dict(body["parameters"]["parameters"])
    if "env" in docker:
        docker["env"] = {key: _filled_variable(value, values) for key, value in docker["env"].items()}
    if docker.get("volumes"):
        docker["volumes"] = [_filled_login(volume, values) for volume in docker["volumes"]]
    parameters = {**body["parameters"], "parameters": _filled_login(docker, values)}
    return {**body, "parameters": parameters}


def _filled_variable(value: Any, values: Mapping[str, str]) -> Any:
    return values.get(value["name"], value["name"]) if isinstance(value, Mapping) else value


def _filled_login(login: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    secret = login.get("secret")
    return {**login, "secret": values.get(secret, secret)} if secret else dict(login)
