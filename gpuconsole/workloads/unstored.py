"""Places of a spec where the name of a stored secret belongs, and what stands there that is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gpuconsole.core.spec_forms.build import build
from gpuconsole.core.spec_forms.said import Said, said
from gpuconsole.providers import registry


def places(spec: Mapping[str, Any], names: Collection[str]) -> list[Said]:
    """Where none of ``names`` stands though one belongs there: it may be a secret itself, so never show its value."""
    root = build(registry.get(str(spec["provider"])).spec)
    return [one for one in said(root, spec) if one.is_secret and not _is_name(one.value, names)]


def _is_name(value: Any, names: Collection[str]) -> bool:
    """Whether nothing is said, or the name of a stored secret."""
    return value is None or (isinstance(value, str) and (value == "" or value in names))
