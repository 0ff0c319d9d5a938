"""Keeps the contract for Pebble's tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gpuconsole.providers import checking, tokens
from gpuconsole.providers.checking import counted
from gpuconsole.providers.contract import Adapter, Known, WireRequest
from gpuconsole.providers.errors import NotFound
from gpuconsole.providers.http import Client, OnCall
from gpuconsole.providers.pebble.client import MACHINES, TASKS, WORDING, PebbleClient
from gpuconsole.providers.pebble.schemas import PebbleSpec
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import Choice, Hardware, Offer, Remote, Step
from gpuconsole.providers.specs import Spec
from gpuconsole.providers.wire import decimal, moment, whole


class PebbleCredentials(BaseModel):
    """What signs calls to Pebble."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr = Field(title="API key", description="From your Pebble profile.", min_length=1)


class PebbleAdapter(Adapter):
    """One Pebble account; nothing is kept between calls."""

    def __init__(self, client: PebbleClient) -> None:
        self._client = client

    @classmethod
    def open(
        cls,
        credentials: BaseModel,
        *,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> PebbleAdapter:
        key = PebbleCredentials.model_validate(credentials.model_dump()).api_key.get_secret_value()
        http = Client(WORDING, base_url, secrets=[key], transport=transport, on_call=on_call)
        return cls(PebbleClient(http, key))

    def close(self) -> None:
        self._client.http.close()

    def check(self) -> Iterable[Step]:
        return checking.run(
            [
                ("Reach the server", lambda: f"Pebble answers ({self._client.http.reach(MACHINES)})."),
                ("Sign in", lambda: f"The key sees {counted(len(self.inventory()), 'task')}."),
                ("List hardware", lambda: f"{counted(len(self.offers()), 'machine type')} with prices."),
            ]
        )

    def offers(self) -> Sequence[Offer]:
        return [_offer(row) for row in self._client.machines()]

    def choices(self, name: str) -> Sequence[Choice]:
        if name != "machines":
            raise KeyError(name)
        return [Choice(offer.hardware_id, offer.detail) for offer in self.offers()]

    @classmethod
    def asks_for(cls, offer: Offer) -> Mapping[str, Any]:
        return {"machine": offer.hardware_id}

    @classmethod
    def request(cls, spec: Spec, token: str) -> WireRequest:
        wire = spec.wire()
        body = {key: value for key, value in wire.items() if key != "provider"}
        return WireRequest("POST", TASKS, body | {"name": tokens.join(token, wire.get("name"))})

    def launch(self, spec: Spec, token: str, secrets: Mapping[str, str]) -> Remote:
        return self._remote(self._client.create(self.request(spec, token).body))

    def find(self, token: str, spec: Spec, known: Known) -> Sequence[Remote]:
        return [found for found in self.inventory() if found.token == token]

    def fetch(self, ids: Sequence[str]) -> Sequence[Remote]:
        return [found for found in self.inventory() if found.id in ids] if ids else []

    def inventory(self) -> Sequence[Remote]:
        return [self._remote(row) for row in self._client.tasks()]

    def end(self, remote_id: str) -> None:
        try:
            self._client.cancel(remote_id)
        except NotFound:
            return

    @classmethod
    def price(cls, spec: Spec, offers: Sequence[Offer]) -> Pricing:
        own = PebbleSpec.model_validate(spec)
        found = next((offer for offer in offers if offer.hardware_id == own.machine), None)
        unit = found.hourly_price if found else None
        return Pricing(
            hourly_price=None if unit is None else unit * own.count,
            currency="USD",
            rounding=Rounding.SECOND,
            gpu_count=(found.gpu_count if found else 0) * own.count,
            hardware_model=found.hardware.model if found and found.hardware else "",
            hardware_id=own.machine,
            unit_price=unit,
            units=own.count,
        )

    def _remote(self, row: Mapping[str, Any]) -> Remote:
        token, name = tokens.split(row.get("name"))
        status = str(row.get("status") or "")
        return Remote(
            id=str(row.get("id") or ""),
            status=status,
            reading=self.provider.reading(status),
            token=token,
            name=name,
            created_at=moment(row.get("created_at")),
            started_at=moment(row.get("started_at")),
            ended_at=moment(row.get("ended_at")),
            hardware_id=str(row.get("machine") or ""),
            raw=self._client.http.masked(dict(row)),
        )


def _offer(row: Mapping[str, Any]) -> Offer:
    name, gpus = str(row.get("machine") or ""), whole(row.get("gpus")) or 0
    model = str(row.get("gpu") or "")
    return Offer(
        hardware_id=name,
        hardware=Hardware(model, vram_gb=whole(row.get("vram_gb"))),
        gpu_count=gpus,
        hourly_price=decimal(row.get("usd_per_hour")),
        currency="USD",
        billing="second",
        is_available=bool(row.get("is_free")),
        detail=f"{gpus} × {model}",
    )
