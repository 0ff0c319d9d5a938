"""Keeps the contract for Novita's GPU instances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gpuconsole.providers import checking
from gpuconsole.providers.checking import counted
from gpuconsole.providers.contract import Adapter, Known, WireRequest
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.errors import NotFound, Rejected
from gpuconsole.providers.http import Client, OnCall
from gpuconsole.providers.looks import Held, Look, Sieve
from gpuconsole.providers.novita import choices as picked
from gpuconsole.providers.novita import measures, remotes, requests
from gpuconsole.providers.novita import offers as priced
from gpuconsole.providers.novita.client import CLUSTERS, CREATE, EDIT, PAGE, WORDING, NovitaClient
from gpuconsole.providers.novita.schemas import NovitaInstanceSpec
from gpuconsole.providers.novita.statuses import AWAKE, LEAVING, RESTING
from gpuconsole.providers.novita.ways import Ways, without_ways
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import Choice, Offer, Remote, Sample, Step
from gpuconsole.providers.specs import Spec
from gpuconsole.providers.words import gettext_noop

_ASKED_A_LOOK = 4
"""So many running instances are asked for their ways in at each look where the list is short."""


class NovitaCredentials(BaseModel):
    """What signs calls to Novita."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr = Field(
        title=gettext_noop("API key"), description=gettext_noop("From Settings, key management."), min_length=1
    )


class NovitaAdapter(Adapter):
    """One Novita account. It remembers for a while how to get into an instance, which no list tells."""

    def __init__(self, client: NovitaClient) -> None:
        self._client = client
        self._ways = Ways()

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

    def look(self, ids: Sequence[str], held: Held) -> Look:
        """One by its own call; several by the list, and the ways into a few that run, the wanted ones first."""
        sieve, found = Sieve(set(ids), held), list[Remote]()
        if len(ids) == 1:
            return sieve.look(
                [self._seen(row) for row in self._alone(ids[0]) if sieve.is_new(ids[0], remotes.steady(row))]
            )
        rows = self._client.instances() if ids else []
        pages = len(rows) // PAGE
        left = _ASKED_A_LOOK if pages < 10 else max(2, pages // 10)  # a look costs little more than its list
        wanting = {*held.wanting, *held.lacking}
        for row in sorted(rows, key=lambda row: row.get("id") not in wanting):
            if (instance_id := str(row.get("id"))) not in sieve.wanted:
                continue
            is_new, told = sieve.is_new(instance_id, row), None
            if row.get("status") != "running":
                told = self._seen(row) if is_new else None
            elif (known := self._ways.known(row, is_watched=instance_id in held.wanting)) is not None:
                told = known if is_new else None
            elif self._ways.is_due(row, wanting, is_new=is_new) and left:
                left -= 1
                sieve.meet(instance_id, row)
                if (told := self._ways.asked(row, self._with_detail)) is None:
                    del sieve.marks[instance_id]
            elif is_new:
                told = without_ways(self._seen(row))
            found += [told] if told is not None else []
        return sieve.look(found)

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
        self._ways.forget(remote_id)
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
        self._ways.forget(remote_id)
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
        return next((self._seen(row) for row in self._alone(remote_id)), None)

    def _alone(self, remote_id: str) -> list[Mapping[str, Any]]:
        """One by its own call, if it is there."""
        try:
            return [self._client.instance(remote_id)]
        except NotFound:
            return []

    def _with_ways(self, row: Mapping[str, Any]) -> Remote | None:
        """A running one with its ways in: those kept, while nothing in the list's row has changed."""
        return self._ways.known(row) or self._ways.asked(row, self._with_detail)

    def _with_detail(self, row: Mapping[str, Any]) -> Remote | None:
        return next((self._seen({**row, **detail}) for detail in self._alone(str(row.get("id")))), None)

    def _seen(self, row: Mapping[str, Any]) -> Remote:
        return remotes.remote(self._client.http.masked(row))


def _own(spec: Spec) -> NovitaInstanceSpec:
    if not isinstance(spec, NovitaInstanceSpec):
        raise TypeError(f"{type(spec).__name__} is no Novita spec")
    return spec
