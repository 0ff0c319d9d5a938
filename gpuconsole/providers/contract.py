"""The contract that every provider keeps: what a provider declares, and what its adapter can be asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import httpx
from pydantic import BaseModel

from gpuconsole.providers.causes import Cause, Ending, Words
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.features import Feature
from gpuconsole.providers.http import OnCall
from gpuconsole.providers.looks import Held, Look
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import (
    UNHEARD_OF,
    Checkpoint,
    Choice,
    LogPage,
    Offer,
    Reading,
    Remote,
    Sample,
    Step,
)
from gpuconsole.providers.signed import Signing
from gpuconsole.providers.specs import Spec


@dataclass(frozen=True, slots=True)
class WireRequest:
    """An exact HTTP request of a launch or an edit, without credentials; ``path`` is below the base URL, quoted."""

    method: str
    path: str
    body: Any
    why: str = ""
    """What it is for, where it only prepares the launch."""
    gives: tuple[str, ...] = ()
    """(name, keys…): the value under these keys of its answer stands for ``{name}`` in the path of the launch."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was at the provider before a launch whose answer was lost (for providers that keep no token)."""

    remote_ids: frozenset[str] = frozenset()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """All that is declared about one provider; adapters are opened from it."""

    slug: str
    name: str
    tile: str
    """Two letters that stand in for a logo."""
    kind: str
    """job or instance."""
    product: str
    """The provider's own word for what is launched, such as "training job"."""
    products: str
    """More than one of it."""
    summary: str
    """One line for the launch chooser."""
    base_url: str
    docs_url: str
    spec: type[Spec]
    credentials: type[BaseModel]
    sandbox_credentials: Mapping[str, str]
    statuses: Mapping[str, Reading]
    features: frozenset[Feature]
    adapter: type[Adapter]
    billing: str
    """What is charged, from when on and in which steps, in a sentence or two."""
    create_call: str = ""
    """Method and path of the call that launches, as its reference writes it."""
    edits: type[Edits] | None = None
    """What can be changed of a remote that is there, with the feature EDIT."""
    deleting: str = ""
    """What else is lost where the provider deletes what has ended, with the feature DELETE."""
    work: str = ""
    """Which of the chooser's kinds of work it takes: job, machine or endpoint; empty: a job, or a machine."""
    name_path: str = ""
    """Dotted wire path of the spec's own name for the work; empty: the name is the console's alone."""
    size_path: str = ""
    """Dotted wire path of the field that says how much hardware is asked for; empty: no field alone does."""
    hardware_path: str = ""
    """Dotted wire path of the field that says which hardware."""
    matches_path: str = ""
    """Dotted wire path of the field beside which the offers that match are listed; empty: the choices show them."""
    name_max: int = 200
    """Characters that a name may have."""
    keeps_token: bool = True
    """False: no field of ours survives on the remote, so only one launch may be in flight on a connection."""
    tells_nodes: bool = False
    """Whether its jobs tell of nodes and ways in while they run."""
    requests_per_s: float = 5.0
    """So many calls are sent to one account at most, twice as many in a burst. Where thousands of workloads fill many
    pages of a list, this is what bounds how fresh they are."""
    absent: Mapping[Feature, str] = field(default_factory=dict)
    """A sentence for each feature that users look for and the provider does not offer."""
    endings: Mapping[str, Ending] = field(default_factory=dict)
    """The final status words that tell by themselves why work ended."""
    said: Words = ()
    """Its own words for a cause, in messages and in what it says of nodes and workers."""
    refused: Words = ()
    """Its own words in the refusal of a launch: codes and reasons of the body among them."""
    advice: Mapping[Cause, str] = field(default_factory=dict)
    """What to do about a cause, where it is done otherwise than elsewhere."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """A short spec for guides, without its ``provider``; empty where others explain better."""
    guess: Callable[[str], Reading] | None = None
    """What a word that is in no table most likely means, where the provider's words follow a habit."""
    header: tuple[str, str] = ("Authorization", "")
    """The header that signs a call, with shell variables in place of secrets: shown in request previews."""
    signing: Signing | None = None
    """In place of ``header``, where each call is signed anew."""

    def reading(self, status: str) -> Reading:
        """What a raw status word means; the provider's guess, else UNHEARD_OF, for a word in no table."""
        known = self.statuses.get(status)
        return known or (self.guess(status) if self.guess else UNHEARD_OF)


class Adapter(ABC):
    """Keeps the contract for one provider. It never waits, never retries, keeps nothing between calls but a login.

    Every method raises a ``ProviderError`` and nothing else when the provider or the way to it is in trouble.
    """

    provider: ClassVar[Provider]

    @abstractmethod
    def check(self) -> Iterable[Step]:
        """Yield the steps of a read-only test, stopping after the first that fails."""

    @abstractmethod
    def offers(self) -> Sequence[Offer]:
        """All hardware on offer with its price now."""

    @abstractmethod
    def choices(self, name: str) -> Sequence[Choice]:
        """What the provider offers for the choices source ``name`` (see ``Ui.choices``)."""

    @abstractmethod
    def launch(self, spec: Spec, token: str, secrets: Mapping[str, str]) -> Remote:
        """Ask for a new workload once; ``secrets`` are the values of project secrets that the spec names."""

    @abstractmethod
    def find(self, token: str, spec: Spec, known: Known) -> Sequence[Remote]:
        """Remotes that a lost launch may have made: by token, else by what is new and alike."""

    @abstractmethod
    def fetch(self, ids: Sequence[str]) -> Sequence[Remote]:
        """The named remotes as they stand now; those that the provider no longer lists are left out."""

    def look(self, ids: Sequence[str], held: Held) -> Look:
        """The named remotes as ``fetch`` gives them, but for those that are as ``held``: what a sync round asks.

        With thousands of remotes, telling that one is as it was must cost less than making a ``Remote`` of it, and a
        list that can begin with the newest changes need not be read to its end.
        """
        return Look(self.fetch(ids))

    @abstractmethod
    def inventory(self) -> Sequence[Remote]:
        """Everything in the account, ours or not."""

    @abstractmethod
    def end(self, remote_id: str) -> None:
        """Ask for the end of a remote for good (cancel a job, terminate an instance).

        It may take several askings (stop, then delete): ask until the remote reads final or is listed no more.
        Repeating it does no harm; a remote that has ended or is gone is no error.
        """

    def stop(self, remote_id: str) -> None:
        """Put to rest; asking for what rests already is no error."""
        raise NotImplementedError

    def start(self, remote_id: str) -> None:
        """Wake from rest; asking for what is awake already is no error."""
        raise NotImplementedError

    def restart(self, remote_id: str) -> None:
        """Stop and start again. Raises NotYet while only the stop was taken: ask again until it returns."""
        raise NotImplementedError

    def edit(self, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> None:
        """Change what is there, by ``edit_request``; raises NotFound for what is gone. ``raw``: what it is now."""
        raise NotImplementedError

    def delete(self, remote_id: str) -> None:
        """Have the provider forget what has ended. It takes its time: ask until the remote is listed no more.

        Repeating it does no harm, and what is gone is no error.
        """
        raise NotImplementedError

    def retry(self, remote_id: str, token: str) -> Remote:
        """The provider's own "same again": a new remote with the same spec.

        Where the provider copies the name, the new remote carries the token of the old one. After a lost answer
        ask ``find`` with that token and the ids known before.
        """
        raise NotImplementedError

    def logs(self, remote_id: str, cursor: str) -> LogPage:
        """The lines that follow the cursor ("" for the very first), each exactly once."""
        raise NotImplementedError

    def metrics(self, remote_id: str, since: datetime | None) -> Sequence[Sample]:
        """Samples after the moment (None: all), in order of time."""
        raise NotImplementedError

    def checkpoints(self, remote_id: str) -> Sequence[Checkpoint]:
        """The checkpoints that the provider lists, newest first."""
        raise NotImplementedError

    def close(self) -> None:  # noqa: B027 - what holds no connections has none to give back
        """Give back the HTTP connections."""

    @classmethod
    @abstractmethod
    def open(
        cls,
        credentials: BaseModel,
        *,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> Adapter:
        """An adapter for one account. ``transport`` replaces the network (simulator in-process); ``on_call`` hears of
        every HTTP call for the connection's health."""

    @classmethod
    @abstractmethod
    def request(cls, spec: Spec, token: str) -> WireRequest:
        """The exact request of a launch; the same function makes the preview and the call."""

    @classmethod
    def preparations(cls, spec: Spec, secrets: Sequence[str] = ()) -> Sequence[WireRequest]:
        """The requests that a launch sends before its own, each safe to repeat; ``secrets`` are the names whose values
        it will be given. Values are masked."""
        return ()

    @classmethod
    def edit_request(cls, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> WireRequest:
        """The exact request of an edit; it makes what is kept of it and the call itself."""
        raise NotImplementedError

    @classmethod
    @abstractmethod
    def price(cls, spec: Spec, offers: Sequence[Offer]) -> Pricing:
        """What the spec costs per hour at these offers, by the provider's own billing rule."""

    @classmethod
    def matches(cls, spec: Spec, offers: Sequence[Offer]) -> Sequence[Offer]:
        """The offers that answer what a spec asks for, first the one that it gets; none where a spec names one."""
        return ()

    @classmethod
    def asks_for(cls, offer: Offer) -> Mapping[str, Any]:
        """The part of a spec that asks for an offer's hardware; empty where a spec cannot say it."""
        return {}

    @classmethod
    def notes(cls, wire: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        """Sentences by wire path on what holds for the values chosen so far, which may be wrong or incomplete."""
        return {}

    @classmethod
    def check_choices(cls, spec: Spec, choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        """Errors by wire path that only the provider's current choices reveal (a context too long for its hardware)."""
        return {}
