"""The little of Baseten's GraphQL that `truss train` asks: the teams of the key and the organisation."""

import re
from typing import Any

from gpuconsole.simulator.dialects.baseten.account import TEAM
from gpuconsole.simulator.web import Request, Response, json_response

ORGANIZATION = {"id": "og7x2mk"}


def answer(request: Request) -> Response:
    """Answer `POST /graphql/`; an unknown question is an error inside a 200, as GraphQL has it."""
    body = request.json()
    query = body.get("query") if isinstance(body, dict) else None
    if not isinstance(query, str):
        return _refused("Must provide query string.", "BAD_REQUEST")
    fields = set(re.findall(r"\w+", query[query.find("{") :]))
    found: dict[str, Any] = {}
    if "teams" in fields:
        found["teams"] = [{name: TEAM[name] for name in ("id", "name", "default")}]
    if "organization" in fields:
        found["organization"] = ORGANIZATION
    if not found:
        return _refused("Cannot query this field.", "GRAPHQL_VALIDATION_FAILED")
    return json_response({"data": found})


def _refused(message: str, code: str) -> Response:
    return json_response({"errors": [{"message": message, "extensions": {"code": code, "description": message}}]})
