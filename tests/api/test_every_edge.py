"""Over real HTTP, for every field of every provider: the API takes a value at the edge and refuses the first beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from pytest_django.live_server_helper import LiveServer

from gpuconsole.connections.models import Connection
from gpuconsole.providers import registry
from tests.api.conftest import Caller
from tests.contract.edges import Place, places
from tests.factories import make_connection


@pytest.fixture
def far(live_server: LiveServer, caller: Caller) -> Iterator[httpx.Client]:
    """The API at a port, with the caller's token."""
    base = f"{live_server.url}/api/v1/projects/{caller.lab.project.slug}/workloads"
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {caller.token}"}, trust_env=False) as client:
        yield client


def told(far: httpx.Client, connection: Connection, place: Place, value: Any) -> dict[str, str]:
    """What a preview says beside the field: message by path; nothing where it is content with it."""
    cache.clear()  # its windows of calls
    body = {"name": "edge", "connection": connection.public_id, "spec": place.spec(value)}
    answer = far.post("/preview", json=body)
    assert answer.status_code in (200, 422), answer.text
    errors = answer.json().get("errors", ())
    found = {one["path"].removeprefix("spec."): one["message"] for one in errors}
    return {p: text for p, text in found.items() if p in place.names or p.startswith(f"{place.name}.")}


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_an_edge_is_taken_and_the_first_value_beyond_it_is_refused_at_its_path(
    far: httpx.Client, caller: Caller, slug: str
) -> None:
    connection, wrong = make_connection(caller.lab.team, provider=slug), []
    for place in places(slug):
        for value in place.edges()[:1]:
            if found := told(far, connection, place, value):
                wrong.append(f"{place.path} = {value!r} is refused: {found}")
        first = place.beyond()[0]
        if not told(far, connection, place, first):
            wrong.append(f"{place.path} = {first!r} is taken")
    assert wrong == []
