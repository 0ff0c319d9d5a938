"""Credentials of a connection: a provider's pydantic model outside, one sealed text inside."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, SecretStr

from gpuconsole.connections.models import Connection
from gpuconsole.core import fields
from gpuconsole.providers import registry

_HINT_FROM = 8  # characters that a key must have before its last four are shown


def seal_into(connection: Connection, credentials: BaseModel, *, field: str = "credentials") -> None:
    """Keep the credentials in the named field of the row (unsaved)."""
    fields.write(connection, field, json.dumps(plain(credentials)))


def open_from(connection: Connection, *, field: str = "credentials") -> BaseModel:
    """The credentials in plain, for workers only. Raises crypto.SealBroken, or ValueError where nothing is kept."""
    text = fields.read(connection, field)
    if not text:
        raise ValueError(f"connection {connection.pk} keeps no {field}")
    return registry.get(connection.provider).credentials.model_validate_json(text)


def move(connection: Connection, source: str, target: str) -> None:
    """Move credentials between fields; a blob is bound to its field, so it is opened and sealed anew."""
    fields.write(connection, target, fields.read(connection, source))
    setattr(connection, source, b"")


def plain(credentials: BaseModel) -> dict[str, Any]:
    """All values by field name, secrets in plain."""
    values = ((name, getattr(credentials, name)) for name in type(credentials).model_fields)
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values}


def hint(credentials: BaseModel) -> str:
    """The last four characters of the last secret; nothing of a short one."""
    secrets = [
        value for name in type(credentials).model_fields if isinstance(value := getattr(credentials, name), SecretStr)
    ]
    text = secrets[-1].get_secret_value() if secrets else ""
    return text[-4:] if len(text) >= _HINT_FROM else ""
