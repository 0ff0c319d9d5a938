"""For every field of every provider: the API takes a value at the edge and refuses the first beyond at its path."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from gpuconsole.connections.models import Connection
from gpuconsole.providers import registry
from tests.api.conftest import Caller
from tests.contract.edges import Place, places
from tests.factories import make_connection


def told(caller: Caller, connection: Connection, place: Place, value: Any) -> dict[str, str]:
    """What a preview says beside the field: message by path; nothing where it is content with it."""
    cache.clear()  # its windows of calls
    answer = caller.preview({"name": "edge", "connection": connection.public_id, "spec": place.spec(value)})
    assert answer.status_code in (200, 422), answer.content
    errors = answer.json().get("errors", ())
    found = {one["path"].removeprefix("spec."): one["message"] for one in errors}
    return {p: text for p, text in found.items() if p in place.names or p.startswith(f"{place.name}.")}


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_an_edge_is_taken_and_the_first_value_beyond_it_is_refused_at_its_path(caller: Caller, slug: str) -> None:
    connection, wrong = make_connection(caller.lab.team, provider=slug), []
    for place in places(slug):
        for value in place.edges()[:1]:
            if found := told(caller, connection, place, value):
                wrong.append(f"{place.path} = {value!r} is refused: {found}")
        first = place.beyond()[0]
        if not told(caller, connection, place, first):
            wrong.append(f"{place.path} = {first!r} is taken")
    assert wrong == []
