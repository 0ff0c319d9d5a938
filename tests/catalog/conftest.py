"""A team connected to all providers, with offers in two currencies, one of them unpriced and one odd."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import Team, User
from gpuconsole.catalog import refresh
from gpuconsole.catalog.models import Offer
from gpuconsole.connections.models import Connection
from gpuconsole.projects.models import ExchangeRate
from gpuconsole.providers import registry, remote
from gpuconsole.providers.remote import Hardware
from tests import factories as make

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
YESTERDAY = NOON - timedelta(days=1)


def offered(hardware_id: str, gpu: str, count: int, price: str | None, **facts: Any) -> remote.Offer:
    """One offer as an adapter tells it."""
    currency, billing = facts.pop("currency", "USD"), facts.pop("billing", "minute")
    hardware = Hardware(gpu, "NVIDIA", facts.pop("vram_gb", None)) if gpu else None
    amount = None if price is None else Decimal(price)
    return remote.Offer(hardware_id, hardware, count, amount, currency, billing, **facts)


@dataclass
class Market:
    """The team with its connections, and a browser of its owner."""

    team: Team
    owner: User
    connections: dict[str, Connection]
    browser: Client

    @property
    def viewer(self) -> Viewer:
        return make.viewer_of(self.owner, self.team)

    def offer(self, hardware_id: str) -> Offer:
        """A row of the team."""
        return Offer.objects.get(hardware_id=hardware_id, connection__team=self.team)

    def page(self, query: str = "", status: int = 200) -> str:
        """The catalogue's page in one line."""
        answer = self.browser.get(f"/catalogue/{query}")
        assert answer.status_code == status, answer.content
        return " ".join(answer.content.decode().split())


@pytest.fixture
def market(db: None) -> Market:
    """In USD: 4090 0.40, L4 0.66 (0.60 EUR), H100 3.00 and 3.20 a GPU, an A10G without a price, a B200 for a cent."""
    team = make.make_team()
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.10", on=NOON.date(), source="ECB")
    connections = {slug: make.make_connection(team, provider=slug) for slug in registry.SLUGS}
    told = {
        "baseten": [
            offered("4090", "RTX 4090 24GB", 1, "0.40", region="us-west", cpu_count=Decimal(16), ram_gb=Decimal(62)),
            offered("H100x2", "H100 80GB HBM3", 2, "6.40", is_available=True),
            offered("B200x8", "B200", 8, "0.08", vram_gb=180),
        ],
        "cortecs": [
            offered("NVIDIA_L4_1", "L4", 1, "0.60", currency="EUR", region="EU", vram_gb=24, is_available=False),
            offered("NVIDIA_H100_80G", "NVIDIA_H100_80G", 1, "3.00", billing="hour", is_available=True),
        ],
        "fireworks": [offered("pool/a10g", "A10G", 4, None, billing="second")],
    }
    for slug, connection in connections.items():
        refresh.save_offers(connection, told.get(slug, []), NOON)
    browser = Client()
    browser.force_login(make.owner_of(team), backend="allauth.account.auth_backends.AuthenticationBackend")
    return Market(team, make.owner_of(team), connections, browser)
