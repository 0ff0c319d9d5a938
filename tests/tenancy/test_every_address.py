"""Every address as everybody: nothing of another team is there, and nobody does more than their role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.plugin import DjangoDbBlocker

from tests.tenancy.expected import EXPECTED
from tests.tenancy.world import ROLES, World, make_world, word

_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:\[[^\]]*\]\+|[^)]*)\)")
_WRITE = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
_HARMLESS = re.compile(r'"last_used_at"|"watched_until"|^[A-Z ]+ "(?:django_session|usersessions_|axes_)')


def addresses(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every pattern but those of Django's admin, which is asked as a whole."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield address
        elif isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from addresses(pattern.url_patterns, address)


@pytest.mark.django_db
def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    assert set(addresses()) == set(EXPECTED)


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all addresses: nothing that is asked for stays in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        world.let_in()
        yield world
        transaction.set_rollback(True)


@pytest.mark.parametrize("address", sorted(EXPECTED))
def test_an_address_answers_each_role_by_its_rule(lasting: World, address: str) -> None:
    world, rule = lasting, EXPECTED[address]

    found = {method: " ".join(asked(world, role, method, address) for role in ROLES) for method in ("GET", "POST")}

    assert found == {"GET": rule.get, "POST": rule.post}, f"for {', '.join(ROLES)}"


def asked(world: World, role: str, method: str, address: str) -> str:
    """How this person is answered; nothing of it stays, and a look has written nothing in the first place."""
    cache.clear()
    reset_queries()  # else their record is full before the last address
    is_api = address.startswith("api/v1/")
    with transaction.atomic():
        client, headers = (Client(), world.bearer(role)) if is_api else (world.browser(role), {})
        with CaptureQueriesContext(connection) as queries:
            body, kind = EXPECTED[address].body(world), {"content_type": "application/json"} if is_api else {}
            path = path_of(world, address)
            ask = client.get(path, dict(EXPECTED[address].query), headers=headers) if method == "GET" else None
            answer = ask or client.post(path, body, headers=headers, **kind)
        transaction.set_rollback(True)
    written = [query["sql"] for query in queries if _WRITE.match(query["sql"]) and not _HARMLESS.search(query["sql"])]
    assert method == "POST" or not written, (address, role, written)
    return word(answer)


def path_of(world: World, address: str) -> str:
    """The address with the team's own things in its places."""
    values = next((v for start, v in sorted(world.names.items(), reverse=True) if address.startswith(start)), {})
    return "/" + _PART.sub(lambda part: str(values[part[1] or part[2]]), address)
