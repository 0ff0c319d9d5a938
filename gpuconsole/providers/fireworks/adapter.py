"""Keeps the contract for Fireworks batch jobs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, NoReturn

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gpuconsole.providers import checking
from gpuconsole.providers.checking import counted
from gpuconsole.providers.contract import Adapter, Known, WireRequest
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.errors import NotAuthorized, NotFound, Rejected
from gpuconsole.providers.fireworks import choices as listed
from gpuconsole.providers.fireworks import edits as changing
from gpuconsole.providers.fireworks import offers as priced
from gpuconsole.providers.fireworks import output, requests
from gpuconsole.providers.fireworks.bodies import id_of
from gpuconsole.providers.fireworks.changes import Changes
from gpuconsole.providers.fireworks.client import ACCOUNTS, PAGE, WORDING, FireworksClient, error
from gpuconsole.providers.fireworks.places import Place, Places
from gpuconsole.providers.fireworks.remotes import remote
from gpuconsole.providers.fireworks.schemas import FireworksJobSpec
from gpuconsole.providers.fireworks.statuses import ENDING
from gpuconsole.providers.http import Client, OnCall
from gpuconsole.providers.looks import Held, Look, Sieve
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import Choice, LogPage, Offer, Remote, Step
from gpuconsole.providers.specs import Spec
from gpuconsole.providers.words import gettext_noop

_PAGES_TO_FETCH = 5
"""Pages of the newest jobs to look through, or twice as many as the wanted ones fill, before older ones are asked for
one by one."""
_CLOCKS_APART = timedelta(hours=1)
"""The most by which the provider's clock may differ from ours."""


class FireworksCredentials(BaseModel):
    """What signs calls to Fireworks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr = Field(
        title=gettext_noop("API key"),
        description=gettext_noop(
            "From Settings, API keys. A key for inference only is refused: jobs need control-plane access."
        ),
        min_length=1,
    )


class FireworksAdapter(Adapter):
    """One Fireworks key. It remembers where its jobs are, and how far the changes of the last look went."""

    def __init__(self, client: FireworksClient) -> None:
        self._client = client
        self._places = Places(client)
        self._has_changes_first, self._told_until = True, ""

    @classmethod
    def open(
        cls,
        credentials: BaseModel,
        *,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> FireworksAdapter:
        key = FireworksCredentials.model_validate(credentials.model_dump()).api_key.get_secret_value()
        http = Client(WORDING, base_url, secrets=[key], transport=transport, on_call=on_call)
        return cls(FireworksClient(http, key))

    def close(self) -> None:
        self._client.http.close()

    def check(self) -> Iterable[Step]:
        def reach() -> str:
            return f"Fireworks answers ({self._client.http.reach(ACCOUNTS)} without a key, as it should)."

        def sign_in() -> str:
            names = [id_of(row.get("name")) for row in self._places.listed()]
            return f"The key sees {counted(len(names), 'account')}: {', '.join(names)}."

        return checking.run(
            [
                ("Reach the server", reach),
                ("Sign in", sign_in),
                ("List hardware", lambda: f"{counted(len(self.offers()), 'node pool')}; AWS bills the machines."),
                ("List jobs", lambda: f"{counted(len(self.inventory()), 'batch job')} in the account."),
            ]
        )

    def offers(self) -> Sequence[Offer]:
        return [priced.offer(row) for _, row in self._rows("nodePools")]

    def choices(self, name: str) -> Sequence[Choice]:
        if name == "accounts":
            return [listed.account(row) for row in self._places.listed()]
        return listed.of(name, self._rows(listed.COLLECTIONS[name]))

    @classmethod
    def asks_for(cls, offer: Offer) -> Mapping[str, Any]:
        return priced.asked(offer)

    @classmethod
    def request(cls, spec: Spec, token: str) -> WireRequest:
        """Secrets stand in it by name; the launch puts their values in."""
        return requests.launch(_own(spec), token, {})

    def launch(self, spec: Spec, token: str, secrets: Mapping[str, str]) -> Remote:
        """A refusal that names a field is about the job and not about the key: a role that the caller may not use."""
        for value in secrets.values():
            self._client.http.hide(value)
        request = requests.launch(_own(spec), token, secrets)
        try:
            return self._seen(_own(spec).account_id, self._client.create(request.path, request.body))
        except NotAuthorized as exc:
            _refuse_field(exc)

    def find(self, token: str, spec: Spec, known: Known) -> Sequence[Remote]:
        """Jobs whose annotation is the token, newest first down to the moment of the launch. Names can be edited and
        used twice, so none decides; that a filter can look inside annotations is not established."""
        account, since = _own(spec).account_id, known.since and known.since - _CLOCKS_APART
        found = []
        for job in self._client.jobs(account):
            one = self._seen(account, job)
            if since and one.created_at and one.created_at < since:
                break
            if one.token == token and one.id not in known.remote_ids:
                found.append(one)
        return found

    def fetch(self, ids: Sequence[str]) -> Sequence[Remote]:
        return self.look(ids, Held()).remotes

    def look(self, ids: Sequence[str], held: Held) -> Look:
        """By list calls: from the newest changes back to those of the look before, where that many are asked for that
        it saves pages; else from the newest jobs until all were in them, and what is older one by one."""
        sieve, found = Sieve(set(ids), held), list[Remote]()
        if held.newest and len(ids) > PAGE and self._has_changes_first:
            changes = Changes(held.newest)
            found += self._changed(sieve, changes)
            if changes.is_in_order:
                sieve.as_held |= sieve.wanted
                self._told_until = changes.newest
                return sieve.look(found, newest=changes.newest)
            self._has_changes_first = False
        changes = Changes(told_until=self._told_until)
        found += [*self._newest(sieve, changes), *self._older(sieve)]
        return sieve.look(found, newest=changes.newest if self._has_changes_first else "")

    def inventory(self) -> Sequence[Remote]:
        return [self._seen(account, job) for account in self._places.accounts() for job in self._client.jobs(account)]

    def end(self, remote_id: str) -> None:
        """Cancel. A job that ended by itself, or is being ended, refuses it: its own word decides."""
        for account in self._places.of({remote_id}):
            try:
                self._client.cancel(account, remote_id)
            except NotFound:
                continue
            except Rejected:
                now = self._one(remote_id)
                if now and now[0].reading.state not in ENDING:
                    raise
            return

    @classmethod
    def edit_request(cls, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> WireRequest:
        return changing.request(remote_id, edits, raw)

    def edit(self, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> None:
        request = self.edit_request(remote_id, edits, raw)
        try:
            self._client.update(request.path, request.body)
        except NotAuthorized as exc:
            _refuse_field(exc)

    def delete(self, remote_id: str) -> None:
        """It is listed as DELETING for a while; asking then may be refused, which is no error."""
        for account in self._places.of({remote_id}):
            try:
                self._client.delete(account, remote_id)
            except NotFound:
                continue
            except Rejected:
                now = self._one(remote_id)
                if now and now[0].status != "DELETING":
                    raise
            return

    def logs(self, remote_id: str, cursor: str) -> LogPage:
        """Lines of all ranks from the job's creation on; each names its rank."""
        job = self._place(remote_id)
        at = output.Cursor.read(cursor) if cursor else output.Cursor(job.created_at)
        answer = self._client.logs(job.account, remote_id, since=at.since, page_token=at.page)
        return output.page(self._client.http.masked(answer), at)

    @classmethod
    def price(cls, spec: Spec, offers: Sequence[Offer]) -> Pricing:
        return priced.price(_own(spec), offers)

    @classmethod
    def notes(cls, wire: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        return listed.notes(wire, choices)

    @classmethod
    def check_choices(cls, spec: Spec, choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        return listed.mistakes(_own(spec), choices)

    def _rows(self, collection: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for account in self._places.accounts():
            yield from ((account, row) for row in self._client.things(account, collection))

    def _changed(self, sieve: Sieve, changes: Changes) -> Iterator[Remote]:
        """Those of the wanted that changed since; it stops where they end."""
        for account in self._places.of(sieve.wanted | sieve.as_held):
            for job in changes.until_the_last(self._client.changed_jobs(account)):
                if sieve.is_new(id_of(job.get("name")), job):
                    yield self._seen(account, job)

    def _newest(self, sieve: Sieve, changes: Changes) -> Iterator[Remote]:
        """Those of the wanted that are among an account's newest jobs; it stops when none is left."""
        if len(sieve.wanted) < 2:
            return
        pages = max(_PAGES_TO_FETCH, 2 * -(-len(sieve.wanted) // PAGE))
        for account in self._places.of(sieve.wanted):
            for job in islice(self._client.jobs(account), pages * PAGE):
                if sieve.is_new(job_id := id_of(job.get("name")), job):
                    if job_id in sieve.held.marks and changes.was_kept_back(job):
                        self._has_changes_first = False
                    yield self._seen(account, job)
                changes.take_in(job)
                if not sieve.wanted:
                    return

    def _older(self, sieve: Sieve) -> Iterator[Remote]:
        for job_id in sorted(sieve.wanted):
            for account, job in self._alone(job_id):
                if sieve.is_new(job_id, job):
                    yield self._seen(account, job)

    def _one(self, job_id: str) -> list[Remote]:
        return [self._seen(account, job) for account, job in self._alone(job_id)]

    def _alone(self, job_id: str) -> list[tuple[str, Mapping[str, Any]]]:
        """A job by its own call, with the account that it was found in."""
        for account in self._places.of({job_id}):
            try:
                return [(account, self._client.job(account, job_id))]
            except NotFound:
                continue
        return []

    def _seen(self, account: str, job: Mapping[str, Any]) -> Remote:
        found = remote(self._client.http.masked(job))
        self._places.keep(found.id, account, str(job.get("createTime") or ""))
        return found

    def _place(self, job_id: str) -> Place:
        """Where a job is; asked for where no answer has told it yet. Raises NotFound."""
        place = self._places.job(job_id) or (self._places.job(job_id) if self._one(job_id) else None)
        if place is None:
            raise NotFound(f"Fireworks lists no batch job {job_id}.")
        return place


def _refuse_field(exc: NotAuthorized) -> NoReturn:
    try:
        field = error(json.loads(exc.raw))[1]
    except ValueError:
        field = ""
    if exc.status_code == 403 and field:
        raise Rejected(exc.message, field=field, status_code=403, raw=exc.raw) from exc
    raise exc


def _own(spec: Spec) -> FireworksJobSpec:
    if not isinstance(spec, FireworksJobSpec):
        raise TypeError(f"{type(spec).__name__} is no Fireworks spec")
    return spec
