"""What a provider does for fields that a request leaves out, as far as its spec class knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuconsole.core.spec_forms.nodes import Group, Leaf


def unsaid(group: Group, wire: Mapping[str, Any]) -> dict[str, Any]:
    """The default of each field that is left out, by its path; those in rows and in objects left out are not told."""
    found: dict[str, Any] = {}
    for child in group.fields:
        inner = wire.get(child.key)
        if isinstance(child, Leaf) and child.key not in wire:
            default = child.ui.default_text if child.default is None else child.default
            found |= {} if default in (None, "", [], {}) else {child.path: default}
        elif isinstance(child, Group) and isinstance(inner, Mapping):
            found |= unsaid(child, inner)
    return found
