"""A team whose connections have seen everything that the simulator offers, and a browser-like client signed in."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.catalog.refresh import save_choices, save_offers, sources
from gpuconsole.connections.models import Connection
from gpuconsole.core.spec_forms import SpecForm
from gpuconsole.projects.models import ExchangeRate, Project
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Choice, Offer
from gpuconsole.workloads.guards import rails
from tests import factories
from tests.contract.conftest import far_side
from tests.contract.samples import sample


@dataclass
class Desk:
    """A person at the launch form."""

    client: Client
    user: User
    project: Project
    connections: dict[str, Connection]
    inputs: dict[str, list[str]] = field(default_factory=dict)

    def url(self, slug: str, verb: str = "") -> str:
        return f"/launch/{slug}/{registry.get(slug).kind}/{verb}"

    def fill(self, slug: str, spec: dict[str, Any] | None = None, **guards: Any) -> dict[str, list[str]]:
        """The inputs of a form that says the spec (the sample if none is given), ready to be posted."""
        wire = {key: value for key, value in (spec or sample(slug)).items() if key != "provider"}
        form = SpecForm.from_wire(registry.get(slug).spec, wire)
        asked = {"project": self.project.slug, "stop_after_s": 3600, **guards}
        ours = SpecForm.from_wire(rails(slug), {"guards": {key: value for key, value in asked.items() if value}})
        return {**form.values, **ours.values, "key": ["k" * 20], "confirmed": ["1"]}

    def page(self, slug: str, query: str = "") -> str:
        """The form as it opens."""
        answer = self.client.get(self.url(slug) + query)
        assert answer.status_code == 200
        return answer.content.decode()

    def post(self, slug: str, verb: str, inputs: dict[str, Any], **headers: str) -> HttpResponse:
        answer: HttpResponse = self.client.post(self.url(slug, verb), inputs, headers=headers)  # type: ignore[arg-type,assignment]
        return answer


def posted_by(page: str, mark: str = 'id="launch-form"') -> dict[str, list[str]]:
    """The inputs that a browser without script would send from the form of a page that has the mark."""
    start = page.index(f'class="{mark}"' if mark == "confirm" else mark)
    form = page[start : page.index("</form>", start)]
    form = re.sub(r"<template>.*?</template>", "", form, flags=re.DOTALL)
    found: dict[str, list[str]] = {}
    for tag, attributes, body in re.findall(r"<(input|select|textarea)\b([^>]*)>(?:(.*?)</\1>)?", form, re.DOTALL):
        name = _attribute(attributes, "name")
        if not name or re.search(r"\bdisabled\b", attributes):
            continue
        if tag == "select":
            options = re.findall(r"<option([^>]*)>(.*?)</option>", body, re.DOTALL)
            picked = next((o for o in options if "selected" in o[0]), options[0] if options else ("", ""))
            text = _attribute(picked[0], "value")
            found.setdefault(name, []).append(html.unescape(picked[1]) if text is None else text)
        elif tag == "textarea":
            found.setdefault(name, []).append(html.unescape(body).removeprefix("\n"))
        elif _attribute(attributes, "type") not in ("checkbox", "radio") or re.search(r"\bchecked\b", attributes):
            found.setdefault(name, []).append(_attribute(attributes, "value") or "")
    return found


def _attribute(attributes: str, name: str) -> str | None:
    match = re.search(rf'\b{name}="([^"]*)"', attributes)
    return html.unescape(match.group(1)) if match else None


@pytest.fixture
def count_queries() -> Callable[[Callable[[], object]], int]:
    """How many times a call asks the database."""

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(database) as queries:
            call()
        return len(queries)

    return count


@functools.cache
def _seen(slug: str) -> tuple[list[Offer], dict[str, list[Choice]]]:
    """What a provider's simulator offers; asked once, as a hundred tests want the same."""
    far = far_side(slug)
    names = sources(registry.get(slug).spec)
    seen = list(far.adapter.offers()), {name: list(far.adapter.choices(name)) for name in names}
    far.adapter.close()
    return seen


@pytest.fixture
def desk(db: None, client: Client) -> Desk:
    return make_desk(client)


def make_desk(client: Client) -> Desk:
    """An owner of a team with all connections, signed in."""
    team = factories.make_team()
    user = factories.owner_of(team)
    project = factories.make_project(team, name="nerf", by=user)
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.10", on=timezone.now().date(), source="test")
    connections = {slug: factories.make_connection(team, provider=slug) for slug in registry.SLUGS}
    for slug, connection in connections.items():
        offers, choices = _seen(slug)
        save_offers(connection, offers, timezone.now())
        for name, values in choices.items():
            save_choices(connection, name, values, timezone.now())
    client.force_login(user)
    return Desk(client, user, project, connections)
