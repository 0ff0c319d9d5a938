"""The world in a file: what outlives a restart, how it is written, and how it is read back.

Resources, the dialects' tables, the turned clock and the faults in force are kept; the record of calls is not. A life
is a function of its birth, so what runs goes on living while the simulator is down.
"""

import base64
import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gpuconsole.simulator.dialects import DIALECTS
from gpuconsole.simulator.world import World

VERSION = 1


class Unreadable(Exception):
    """The file is there and is no world; the text says why in one line."""


def declared() -> dict[str, type[Any]]:
    """The tables of all dialects with the type of their values."""
    return {name: of for maker in DIALECTS.values() for name, of in maker.tables.items()}


def snapshot(world: World) -> dict[str, Any]:
    """A copy of all that is kept; call it with the world's lock held."""
    return {
        "clock": {"advanced_s": world.clock.advanced_s},
        "faults": world.faults.memory(),
        "tables": {name: {key: _copy(value) for key, value in table.items()} for name, table in world.tables()},
        "resources": [{"provider": resource.provider, **resource.memory()} for resource in world.resources()],
    }


def write(file: Path, kept: dict[str, Any]) -> None:
    """Put a snapshot in place of the file, whole or not at all; only its owner may read it."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.writelines(_lines(kept))
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(file)


def read(file: Path, world: World) -> None:
    """Fill an empty world from the file, if there is one; raises Unreadable."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return
    except OSError as exc:
        raise Unreadable(f"cannot read {file}: {exc.strerror}") from exc
    try:
        _fill(world, json.loads(text))
    except Exception as exc:  # whatever trips over the content: it came from outside
        why = f"{type(exc).__name__}: {exc}".replace("\n", " ")
        raise Unreadable(f"{file} holds no world that can be read ({why}): move it away to begin anew") from exc


def _lines(kept: dict[str, Any]) -> Iterator[str]:
    """JSON with a resource a line: in pieces, so that calls are answered while a big world is being written."""
    head = {"version": VERSION, **{name: part for name, part in kept.items() if name != "resources"}}
    yield json.dumps(head, default=_plain).removesuffix("}") + ',\n"resources": ['
    for index, resource in enumerate(kept["resources"]):
        yield ("\n" if index == 0 else ",\n") + json.dumps(resource)
    yield "\n]}\n"


def _fill(world: World, kept: dict[str, Any]) -> None:
    if kept["version"] != VERSION:
        raise ValueError(f"its version is {kept['version']}, this simulator reads {VERSION}")
    world.clock.advance(float(kept["clock"]["advanced_s"]))
    world.faults.recall(kept["faults"])
    known = declared()
    for name, rows in kept["tables"].items():
        of = known[name]
        world.table(name, of).update({key: _value(of, row) for key, row in rows.items()})
    for memory in kept["resources"]:
        resource = DIALECTS[memory["provider"]].kind.revive(world, memory)
        with world.clock_of(resource.provider):
            resource.as_row(world.now())  # a life that cannot be told is found out here, not at the first call
        world.add(resource)


def _copy(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return dict(value) if isinstance(value, dict) else value


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"not JSON: {value!r}")


def _value(of: type[Any], row: Any) -> Any:
    """A table's value from what JSON made of it."""
    if dataclasses.is_dataclass(of):
        return of(**row)
    if of is bytes:
        return base64.b64decode(row, validate=True)
    if not isinstance(row, of):
        raise TypeError(f"{row!r} is not {of.__name__}")
    return row
