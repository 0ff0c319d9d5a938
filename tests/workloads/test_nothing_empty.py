"""Each provider's detail page: a tab and a card for what it offers, a sentence for what it does not."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab

CARDS = {Feature.LOGS: "log-title", Feature.METRICS: 'id="metrics"', Feature.CHECKPOINTS: 'id="checkpoints"'}
TABS = {Feature.LOGS: "logs", Feature.METRICS: "metrics"}


@pytest.mark.parametrize("state", [State.STARTING, State.RUNNING, State.FAILED])
@pytest.mark.parametrize("slug", registry.SLUGS)
def test_what_is_offered_is_shown_and_what_is_not_is_said(lab: Lab, slug: str, state: State) -> None:
    provider, row, client = registry.get(slug), lab.workload(slug, state), Client()
    client.force_login(lab.owner)
    url = f"/{row.kind}s/{row.public_id}/"
    page = html.unescape(client.get(url).content.decode())
    for feature, card in CARDS.items():
        assert (card in page) == (feature in provider.features), feature
        if feature not in provider.features and feature in provider.absent:
            assert provider.absent[feature] in page
    for feature, tab in TABS.items():
        assert client.get(f"{url}{tab}/").status_code == (200 if feature in provider.features else 404)


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_each_output_that_a_provider_lacks_has_its_sentence(slug: str) -> None:
    provider = registry.get(slug)
    lacking = {Feature.LOGS, Feature.METRICS} - provider.features
    assert all(provider.absent.get(feature, "").endswith(".") for feature in lacking)


@pytest.mark.parametrize("slug", ["cortecs", "novita"])
def test_what_runs_and_has_no_way_in_yet_says_so(lab: Lab, slug: str) -> None:
    row, client = lab.workload(slug), Client()
    client.force_login(lab.owner)
    assert "has told no way in yet" in client.get(f"/{row.kind}s/{row.public_id}/").content.decode()
