"""The embedded servers, as the tests themselves run on them."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client


@pytest.mark.django_db
def test_the_database_is_a_current_postgresql_in_utc() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('timezone')")
        version, zone = cursor.fetchone()
    assert version >= 150000
    assert zone == "UTC"


def test_the_cache_keeps_what_it_is_given() -> None:
    cache.set("door", "open", 5)
    assert cache.get("door") == "open"


@pytest.mark.django_db
def test_the_health_page_answers_when_both_servers_do(client: Client) -> None:
    assert client.get("/healthz/").status_code == 200


@pytest.mark.django_db
def test_the_health_page_names_the_server_that_is_out(client: Client, settings: Any) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()["out"], answer["Retry-After"]) == (503, ["redis"], "5")
