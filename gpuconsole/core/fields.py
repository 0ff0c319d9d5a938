"""Model fields of ours: sealed values bound to their own row, and JSON that keeps its order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from gpuconsole.core import crypto

if TYPE_CHECKING:
    _Blob = models.BinaryField[bytes, bytes]
    _Json = models.JSONField  # any JSON value goes in and comes out
else:
    _Blob = models.BinaryField
    _Json = models.TextField


class SealedField(_Blob):
    """Holds what ``write`` sealed; ``bound_to`` names the field whose value identifies the row and never changes.

    Empty bytes mean that nothing is kept. The attribute itself is the blob: safe to log, useless elsewhere.
    """

    def __init__(self, *args: Any, bound_to: str = "public_id", **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)
        self.bound_to = bound_to

    def deconstruct(self) -> Any:
        """For migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs["bound_to"] = self.bound_to
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def context_of(self, row: models.Model) -> str:
        """What ties a blob to this row and field."""
        concrete = row._meta.concrete_model or type(row)  # a proxy shows the same row
        return f"{concrete._meta.label_lower}:{getattr(row, self.bound_to)}:{self.name}"


class ExactJSONField(_Json):
    """JSON kept as text, so that what was sent is shown with its keys in the order in which it was sent.

    PostgreSQL's jsonb sorts keys; use it where the database itself has to look inside.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)

    def value_to_string(self, obj: models.Model) -> str:
        """For fixtures and dumps."""
        return str(self.get_prep_value(self.value_from_object(obj)))

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value


def write(row: models.Model, name: str, plain: str) -> None:
    """Seal ``plain`` into the named field of the row (unsaved); an empty text empties the field."""
    setattr(row, name, sealed(row, name, plain))


def sealed(row: models.Model, name: str, plain: str) -> bytes:
    """What the named field of the row would hold for ``plain``; the row itself stays as it is."""
    return crypto.seal(plain, context=_field(row, name).context_of(row)) if plain else b""


def read(row: models.Model, name: str) -> str:
    """The plain text of the named field; empty where nothing is kept. Raises crypto.SealBroken."""
    blob = bytes(getattr(row, name))
    return crypto.open_sealed(blob, context=_field(row, name).context_of(row)).decode() if blob else ""


def _field(row: models.Model, name: str) -> SealedField:
    field = row._meta.get_field(name)
    assert isinstance(field, SealedField), f"{name} is not sealed"
    return field
