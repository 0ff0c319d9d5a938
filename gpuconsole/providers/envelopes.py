"""Envelopes of request bodies: taken off or put on, so that pasted JSON lies the way a spec does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_MOST = 3
"""Envelopes around envelopes that are taken off."""
_OURS = frozenset({"provider"})


def laid_right(spec: type[BaseModel], pasted: Mapping[str, Any]) -> dict[str, Any]:
    """The pasted object with its keys where the spec has them; a key that is known nowhere stays beside its siblings.

    ``{"job": {…}}`` and an API launch's ``{"spec": {…}, …}`` lose what is wrapped around the spec's keys; the inside
    of the one object that the spec requires (``{"image": …}`` of ``{"training_job": {"image": …}}``) gets it back.
    """
    known = _keys(spec)
    body = dict(pasted)
    for _ in range(_MOST):
        inner = _wrapped(body, known)
        if inner is None or not (inner.keys() & (known | _inner_keys(spec))):
            break
        body = dict(inner)
    return _wrap(spec, body, known)


def _wrapped(body: Mapping[str, Any], known: frozenset[str]) -> Mapping[str, Any] | None:
    """What an unknown envelope holds; None where none is wrapped around the body."""
    if body.keys() & known:
        return None
    names = ["spec"] if "spec" in body else [name for name in body if name not in _OURS]
    inner = body[names[0]] if len(names) == 1 else None
    return inner if isinstance(inner, Mapping) else None


def _wrap(spec: type[BaseModel], body: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    envelope = _envelope(spec)
    if envelope is None or envelope[0] in body:
        return body
    name, model = envelope
    strays = {key: value for key, value in body.items() if key not in known | _OURS}
    if not strays.keys() & _keys(model):
        return body
    return {key: value for key, value in body.items() if key not in strays} | {name: strays}


def _envelope(spec: type[BaseModel]) -> tuple[str, type[BaseModel]] | None:
    """The one object that the spec requires, by its key; None where there is none or there are several."""
    found = [
        (field.alias or name, model)
        for name, field in spec.model_fields.items()
        if field.is_required() and (model := _model(field)) is not None
    ]
    return found[0] if len(found) == 1 else None


def _inner_keys(spec: type[BaseModel]) -> frozenset[str]:
    envelope = _envelope(spec)
    return frozenset() if envelope is None else _keys(envelope[1])


def _keys(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items()) - _OURS


def _model(field: FieldInfo) -> type[BaseModel] | None:
    found = field.annotation
    if get_origin(found) is Union:
        return None
    while get_args(found) and not isinstance(found, type):
        found = get_args(found)[0]
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None
