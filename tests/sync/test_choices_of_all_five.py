"""What providers offer for a field is read by workers; forms and the API show what was read and ask nobody."""

import html
import json

import pytest
from django.test import Client

from gpuconsole.accounts.models import Scope
from gpuconsole.catalog import queries as catalog
from gpuconsole.catalog.refresh import sources
from gpuconsole.providers import registry
from tests.contract.samples import sample
from tests.factories import make_token
from tests.sync.bench import Engine


def asked(engine: Engine) -> int:
    """How many calls the provider has heard so far."""
    return sum(len(engine.calls("", method)) for method in ("GET", "POST"))


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_every_source_is_read_by_a_worker_and_shown_without_a_call(engine: Engine, slug: str) -> None:
    connection = engine.connect(slug)
    provider = registry.get(slug)
    found = catalog.all_choices(connection)
    assert set(found) == sources(provider.spec)
    before = asked(engine)
    client = Client()
    client.force_login(engine.user)
    page = client.get(f"/launch/{slug}/{provider.kind}/").content.decode()
    shown = [name for name, choices in found.items() if any(html.escape(one.value) in page for one in choices)]
    assert shown
    assert asked(engine) == before > 0


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_neither_a_check_nor_a_preview_nor_a_launch_asks_the_provider(engine: Engine, slug: str) -> None:
    connection, kind = engine.connect(slug), registry.get(slug).kind
    before = asked(engine)
    client = Client()
    client.force_login(engine.user)
    client.post(f"/launch/{slug}/{kind}/check/", {"project": engine.project.slug}, headers={"HX-Request": "true"})
    _, token = make_token(engine.team, engine.user, scopes=list(Scope))
    headers = {"Authorization": f"Bearer {token}"}
    body = json.dumps({"connection": connection.public_id, "spec": sample(slug), "guards": {"stop_after_s": 3600}})
    at = f"/api/v1/projects/{engine.project.slug}/workloads"
    statuses = [
        client.post(path, body, content_type="application/json", headers=headers).status_code
        for path in (f"{at}/preview", at)
    ]
    assert statuses == [200, 201]
    assert asked(engine) == before
