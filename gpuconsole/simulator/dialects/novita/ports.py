"""Ports in the spellings that Novita has for them: text at create, objects at edit; tools take ports too."""

import re
from collections.abc import Mapping
from typing import Any

from gpuconsole.simulator.dialects.novita.checks import items, text, whole
from gpuconsole.simulator.dialects.novita.errors import invalid

RESERVED = (2222, 2223, 2224)
MOST_PORTS = 15
TOOLS = ("Jupyter",)

Port = dict[str, Any]


def from_text(body: Mapping[str, Any]) -> list[Port]:
    """`8080/tcp,8081/http` as `[{"port", "type"}]`."""
    value = text(body, "ports")
    return [_from_part(part) for part in value.split(",")] if value else []


def _from_part(part: str) -> Port:
    if not re.fullmatch(r"[0-9]{1,5}/(tcp|http)", part):
        raise invalid("ports", f"{part!r} is not <port>/tcp or <port>/http")
    number, kind = part.split("/")
    return {"port": _allowed(int(number), "ports"), "type": kind}


def from_objects(body: Mapping[str, Any]) -> list[Port]:
    """`[{"port": 8080, "type": "tcp"}]`, as edit has them."""

    def each(fields: dict[str, Any], at: str) -> Port:
        return {"port": _allowed(whole(fields, "port", at), f"{at}port"), "type": _kind(fields, at)}

    return items(body, "ports", each, most=MOST_PORTS)


def tools(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Built-in tools; their port is text on the wire and a number here."""

    def each(fields: dict[str, Any], at: str) -> dict[str, Any]:
        name, port = text(fields, "name", at, least=1), text(fields, "port", at, least=1)
        if name not in TOOLS:
            raise invalid(f"{at}name", f"must be one of {', '.join(TOOLS)}")
        if not re.fullmatch(r"[0-9]{1,5}", port):
            raise invalid(f"{at}port", "must be a port number as text")
        return {"name": name, "port": _allowed(int(port), f"{at}port"), "type": _kind(fields, at)}

    return items(body, "tools", each)


def require_room(ports: list[Port], of_tools: list[dict[str, Any]]) -> None:
    """Refuse more than 15 ports and tools together, and a port that is taken twice (assumed)."""
    if len(ports) + len(of_tools) > MOST_PORTS:
        raise invalid("ports", f"ports and tools must not exceed {MOST_PORTS} together")
    seen: set[int] = set()
    for entry in (*ports, *of_tools):
        if entry["port"] in seen:
            raise invalid("tools" if entry in of_tools else "ports", f"port {entry['port']} is taken twice")
        seen.add(entry["port"])


def _kind(fields: Mapping[str, Any], at: str) -> str:
    kind = text(fields, "type", at, least=1)
    if kind not in ("tcp", "http"):
        raise invalid(f"{at}type", "must be tcp or http")
    return kind


def _allowed(port: int, path: str) -> int:
    if not 1 <= port <= 65535:
        raise invalid(path, f"{port} is not between 1 and 65535")
    if port in RESERVED:
        raise invalid(path, f"{port} is reserved by the platform")
    return port
