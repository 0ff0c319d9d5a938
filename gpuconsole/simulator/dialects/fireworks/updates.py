"""PATCH with a field mask: what it names is replaced, an empty mask replaces all that can be changed."""

from collections.abc import Mapping
from typing import Any

from gpuconsole.simulator.dialects.fireworks.errors import invalid
from gpuconsole.simulator.dialects.fireworks.listing import asked, require_fields
from gpuconsole.simulator.dialects.fireworks.messages import Message, camel, output, snake


def updated(
    old: dict[str, Any], new: dict[str, Any], query: Mapping[str, str], schema: Message, mutable: tuple[str, ...]
) -> dict[str, Any]:
    """The fields after the change; `mutable` are camelCase names. Immutable fields may be repeated, not changed."""
    mask = asked(query, "updateMask")
    named = {camel(path.strip().split(".")[0]) for path in mask.split(",") if path.strip()}
    if named and named != {"*"}:
        require_fields(named, schema, "update_mask")
        touched = named
    else:
        # Immutable fields that an unmasked body leaves out are kept: clients send the required ones and no more.
        touched = {*mutable, *new}
    for name in sorted(touched - set(mutable)):
        if schema.fields[snake(name)] is not output and new.get(name) != old.get(name):
            raise invalid(snake(name), "is immutable")
    kept = {name: value for name, value in old.items() if name not in touched or name not in mutable}
    return {**kept, **{name: new[name] for name in mutable if name in touched and name in new}}
