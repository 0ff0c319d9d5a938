"""Keeps the contract for Novita's GPU instances."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gpuconsole.providers import checking
from gpuconsole.providers.checking import counted
from gpuconsole.providers.contract import Adapter, Known, Pricing, WireRequest
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.errors import NotFound, Rejected
from gpuconsole.providers.http import Client, OnCall
from gpuconsole.providers.novita import choices as picked
from gpuconsole.providers.novita import measures, remotes, requests
from gpuconsole.providers.novita import offers as priced
from gpuconsole.providers.novita.client import CLUSTERS, CREATE, EDIT, WORDING, NovitaClient
from gpuconsole.providers.novita.schemas import NovitaInstanceSpec
from gpuconsole.providers.novita.statuses import AWAKE, LEAVING, RESTING
from gpuconsole.providers.remote import Choice, Offer, Remote, Sample, Step
from gpuconsole.providers.specs import Spec

WAYS_KEPT_S, NO_WAYS_KEPT_S = 300, 20
"""Only the call for one instance tells the ways in, which seldom change: so long an answer with SSH, or without it, is
good while the list's row stays the same."""
_MOST_KEPT = 5000


class NovitaCredentials(BaseModel):
    """What signs calls to Novita."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr = Field(title="API key", description="From Settings, key management.", min_length=1)


class NovitaAdapter(Adapter):
    """One Novita account. It remembers for a while how to get into an instance, which no list tells."""

    def __init__(self, client: NovitaClient) -> None:
        self._client = client
        self._ways: dict[str, tuple[float, Any, Remote]] = {}

    @classmethod
    def open(
        cls,
        credentials: BaseModel,
        *,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> NovitaAdapter:
        key = NovitaCredentials.model_validate(credentials.model_dump()).api_key.get_secret_value()
        http = Client(WORDING, base_url, secrets=[key], transport=transport, on_call=on_call)
        return cls(NovitaClient(http, key))

    def close(self) -> None:
        self._client.http.close()

    def check(self) -> Iterable[Step]:
        def reach() -> str:
            return f"Novita answers ({self._client.http.reach(CLUSTERS)} without a key, as it should)."

        return checking.run(
            [
                ("Reach the server", reach),
                ("Sign in", lambda: f"The key sees {counted(len(self._client.clusters()), 'cluster')}."),
                ("List hardware", lambda: f"{counted(len(self._client.products()), 'product')} with prices."),
                ("List instances", lambda: f"{counted(len(self.inventory()), 'instance')} in the account."),
            ]
        )

    def offers(self) -> Sequence[Offer]:
        return priced.offers(self._client.products(), self._client.products("spot"))

    def choices(self, name: str) -> Sequence[Choice]:
        sources: dict[str, tuple[Callable[[], list[Mapping[str, Any]]], Callable[[Mapping[str, Any]], Choice]]] = {
            "products": (self._client.every_product, priced.product_choice),
            "clusters": (self._client.clusters, picked.cluster),
            "network_storages": (self._client.storages, picked.storage),
            "networks": (self._client.networks, picked.network),
            "registry_logins": (self._client.logins, picked.login),
        }
        rows, choice = sources[name]
        try:
            return [choice(row) for row in rows()]
        except NotFound:  # an account, or a sister platform, without such things
            return []

    @classmethod
    def asks_for(cls, offer: Offer) -> Mapping[str, Any]:
        return priced.asked(offer)

    @classmethod
    def request(cls, spec: Spec, token: str) -> WireRequest:
        return WireRequest("POST", CREATE, requests.body(_own(spec), token))

    def launch(self, spec: Spec, token: str, secrets: Mapping[str, str]) -> Remote:
        own = _own(spec)
        for name in own.secret_names() & secrets.keys():
            self._client.http.hide(secrets[name])
        if own.imageAuth in secrets:  # the password alone may come back in an error
            self._client.http.hide(secrets[own.imageAuth].partition(":")[2])
        body = requests.body(own, token, secrets)
        return remotes.accepted(self._client.create(body), body)

    def find(self, token: str, spec: Spec, known: Known) -> Sequence[Remote]:
        """Instances whose name carries the token: names are all that is kept, and they are found by a part."""
        found = (self._seen(row) for row in self._client.instances(name=token))
        return [one for one in found if one.token == token and one.id not in known.remote_ids]

    def fetch(self, ids: Sequence[str]) -> Sequence[Remote]:
        """One by its own call; several by the list, and the ways into those that run by theirs, once in a while."""
        if len(ids) == 1:
            return [one for one in [self._told(ids[0])] if one is not None]
        wanted = set(ids)
        rows = [row for row in self._client.instances() if row.get("id") in wanted] if wanted else []
        found = (self._with_ways(row) if row.get("status") == "running" else self._seen(row) for row in rows)
        return [one for one in found if one is not None]

    def inventory(self) -> Sequence[Remote]:
        return [self._seen(row) for row in self._client.instances()]

    def end(self, remote_id: str) -> None:
        """A subscription that still runs is refused by Novita (docs), and that is told."""
        self._ask("delete", remote_id, already=LEAVING)

    def stop(self, remote_id: str) -> None:
        self._ask("stop", remote_id, already=RESTING | LEAVING)

    def start(self, remote_id: str) -> None:
        self._ask("start", remote_id, already=AWAKE)

    def restart(self, remote_id: str) -> None:
        self._ask("restart", remote_id, already=frozenset({"toRestart", "restarting"}))

    @classmethod
    def edit_request(cls, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> WireRequest:
        return WireRequest("POST", EDIT, requests.edit(remote_id, edits, raw))

    def edit(self, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> None:
        self._ways.pop(remote_id, None)
        self._client.edit(self.edit_request(remote_id, edits, raw).body)

    def metrics(self, remote_id: str, since: datetime | None) -> Sequence[Sample]:
        query = measures.query(remote_id, since, datetime.now(UTC))
        return measures.samples(self._client.metrics(query), since)

    @classmethod
    def price(cls, spec: Spec, offers: Sequence[Offer]) -> Pricing:
        return priced.price(_own(spec), offers)

    @classmethod
    def notes(cls, wire: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        return picked.notes(wire, choices)

    @classmethod
    def check_choices(cls, spec: Spec, choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        return picked.mistakes(_own(spec), choices)

    def _ask(self, verb: str, remote_id: str, *, already: frozenset[str]) -> None:
        """Ask; a refusal is none where its own status says that it was done already."""
        self._ways.pop(remote_id, None)
        try:
            self._client.ask(verb, remote_id)
        except NotFound:
            if verb != "delete":
                raise
        except Rejected:
            now = self._told(remote_id)
            if now is not None and now.status not in already:
                raise

    def _told(self, remote_id: str) -> Remote | None:
        try:
            return self._seen(self._client.instance(remote_id))
        except NotFound:
            return None

    def _with_ways(self, row: Mapping[str, Any]) -> Remote | None:
        """A running one with its ways in: those kept, while nothing in the list's row has changed."""
        instance_id, now = str(row.get("id")), time.monotonic()
        kept = self._ways.get(instance_id)
        if kept is not None and kept[1] == row and now < kept[0]:
            return kept[2]
        try:
            told = self._seen({**row, **self._client.instance(instance_id)})
        except NotFound:
            return None
        if len(self._ways) >= _MOST_KEPT:
            self._ways.clear()
        self._ways[instance_id] = (now + (WAYS_KEPT_S if "SSH" in told.connect else NO_WAYS_KEPT_S), row, told)
        return told

    def _seen(self, row: Mapping[str, Any]) -> Remote:
        return remotes.remote(self._client.http.masked(row))


def _own(spec: Spec) -> NovitaInstanceSpec:
    if not isinstance(spec, NovitaInstanceSpec):
        raise TypeError(f"{type(spec).__name__} is no Novita spec")
    return spec
