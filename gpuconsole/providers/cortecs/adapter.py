"""Keeps the contract for the dedicated instances of Cortecs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gpuconsole.providers import checking
from gpuconsole.providers.checking import counted
from gpuconsole.providers.contract import Adapter, Known, WireRequest
from gpuconsole.providers.cortecs import offers as priced
from gpuconsole.providers.cortecs.client import START, WORDING, CortecsClient
from gpuconsole.providers.cortecs.remotes import remote, status_of
from gpuconsole.providers.cortecs.schemas import ARGUMENTS, CortecsInstanceSpec
from gpuconsole.providers.errors import NotFound, NotYet, Rejected
from gpuconsole.providers.http import Client, OnCall
from gpuconsole.providers.looks import Held, Look, Sieve
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import Choice, Offer, Remote, Step
from gpuconsole.providers.specs import Spec
from gpuconsole.providers.words import gettext_noop


class CortecsCredentials(BaseModel):
    """What signs in to Cortecs (OAuth2 client credentials)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(
        title=gettext_noop("Client ID"), description=gettext_noop("From your Cortecs profile page."), min_length=1
    )
    client_secret: SecretStr = Field(
        title=gettext_noop("Client secret"), description=gettext_noop("Shown once when it is made."), min_length=1
    )


class CortecsAdapter(Adapter):
    """One Cortecs account. It keeps its login, and nothing else."""

    def __init__(self, client: CortecsClient) -> None:
        self._client = client

    @classmethod
    def open(
        cls,
        credentials: BaseModel,
        *,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> CortecsAdapter:
        own = CortecsCredentials.model_validate(credentials.model_dump())
        secret = own.client_secret.get_secret_value()
        http = Client(WORDING, base_url, secrets=[secret], transport=transport, on_call=on_call)
        return cls(CortecsClient(http, own.client_id, secret))

    def close(self) -> None:
        self._client.http.close()

    def check(self) -> Iterable[Step]:
        def reach() -> str:
            return f"Cortecs answers ({self._client.http.reach('/models/')})."

        def sign_in() -> str:
            self._client.sign_in()
            return "The client id and secret are accepted."

        return checking.run(
            [
                ("Reach the server", reach),
                ("Sign in", sign_in),
                ("List hardware", lambda: f"{counted(len(self.offers()), 'hardware type')} with prices."),
                ("List instances", lambda: f"{counted(len(self.inventory()), 'instance')} in the account."),
            ]
        )

    def offers(self) -> Sequence[Offer]:
        free = self._client.free_hardware()
        return [priced.offer(row, free) for row in self._client.hardware()]

    def choices(self, name: str) -> Sequence[Choice]:
        if name == "hardware":
            free = self._client.free_hardware()
            return [priced.hardware_choice(row, free) for row in self._client.hardware()]
        if name == "models":
            previews = self._client.models()
            return [priced.model_choice(row, self._client.model(str(row.get("model_name")))) for row in previews]
        raise KeyError(name)

    @classmethod
    def request(cls, spec: Spec, token: str) -> WireRequest:
        """All five keys, as the vendor's client sends them. No field takes the token: nothing of ours would survive."""
        return WireRequest("POST", START, _own(spec).arguments())

    def launch(self, spec: Spec, token: str, secrets: Mapping[str, str]) -> Remote:
        return self._told(self._client.start(self.request(spec, token).body))

    def find(self, token: str, spec: Spec, known: Known) -> Sequence[Remote]:
        """Instances that were not there before and whose five arguments equal ours, defaults filled in."""
        ours = self._resolved(_own(spec))
        rows = [row for row in self._client.instances() if str(row.get("instance_id")) not in known.remote_ids]
        return [self._told(row) for row in rows if _alike(row.get("instance_args") or {}, ours)]

    def fetch(self, ids: Sequence[str]) -> Sequence[Remote]:
        return self.look(ids, Held()).remotes

    def look(self, ids: Sequence[str], held: Held) -> Look:
        sieve = Sieve(set(ids), held)
        rows = self._client.instances() if ids else []
        return sieve.look([self._told(row) for row in rows if sieve.is_new(str(row.get("instance_id") or ""), row)])

    def inventory(self) -> Sequence[Remote]:
        return [self._told(row) for row in self._client.instances()]

    def end(self, remote_id: str) -> None:
        """Delete once it is stopped, stop it before: asked again and again, it comes to its end."""
        try:
            if self._is_put_to_rest(remote_id):
                self._client.delete(remote_id)
        except NotFound:
            return

    def stop(self, remote_id: str) -> None:
        self._stop(remote_id)

    def start(self, remote_id: str) -> None:
        try:
            self._client.restart(remote_id)
        except Rejected:  # "already running" is refused: its own word decides
            if status_of(self._client.instance(remote_id)) not in ("pending", "running"):
                raise

    def restart(self, remote_id: str) -> None:
        """Cortecs restarts only what is stopped, so this is a stop first; NotYet until that has come about."""
        if not self._is_put_to_rest(remote_id):
            raise NotYet("Cortecs is stopping the instance; the start follows when it has stopped.")
        self._client.restart(remote_id)

    @classmethod
    def price(cls, spec: Spec, offers: Sequence[Offer]) -> Pricing:
        return priced.price(_own(spec), offers)

    @classmethod
    def asks_for(cls, offer: Offer) -> Mapping[str, Any]:
        return {"hardware_type_id": offer.hardware_id}

    @classmethod
    def notes(cls, wire: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        return priced.notes(wire, choices)

    @classmethod
    def check_choices(cls, spec: Spec, choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        return priced.mistakes(_own(spec), choices)

    def _told(self, instance: Mapping[str, Any]) -> Remote:
        return remote(self._client.http.masked(instance))

    def _is_put_to_rest(self, remote_id: str) -> bool:
        """Whether it is stopped, having asked for it where it was not."""
        if status_of(self._client.instance(remote_id)) == "stopped":
            return True
        return status_of(self._stop(remote_id)) == "stopped"

    def _stop(self, remote_id: str) -> Mapping[str, Any]:
        try:
            return self._client.stop(remote_id)
        except Rejected:
            found = self._client.instance(remote_id)
            if status_of(found) != "stopped":
                raise
            return found

    def _resolved(self, spec: CortecsInstanceSpec) -> dict[str, Any]:
        """Ours with the defaults that the model decides; those stay open where the model is gone."""
        if spec.hardware_type_id is not None and spec.context_length is not None:
            return priced.resolved(spec, None)
        try:
            return priced.resolved(spec, self._client.model(spec.model_id))
        except NotFound:
            return priced.resolved(spec, None)


def _alike(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Equal in all five; null on either side says nothing against it."""
    return all(theirs.get(name) is None or ours[name] is None or theirs[name] == ours[name] for name in ARGUMENTS)


def _own(spec: Spec) -> CortecsInstanceSpec:
    if not isinstance(spec, CortecsInstanceSpec):
        raise TypeError(f"{type(spec).__name__} is no Cortecs spec")
    return spec
