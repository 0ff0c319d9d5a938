"""Keeps the contract for Baseten training jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gpuconsole.providers import checking, tokens
from gpuconsole.providers.baseten import edits as changing
from gpuconsole.providers.baseten import offers as priced
from gpuconsole.providers.baseten import output
from gpuconsole.providers.baseten.client import PROJECTS, SECRETS, WORDING, BasetenClient, jobs_path
from gpuconsole.providers.baseten.remotes import project_id, remote
from gpuconsole.providers.baseten.schemas import BasetenJobSpec
from gpuconsole.providers.baseten.statuses import ACTIVE, FINAL
from gpuconsole.providers.checking import counted
from gpuconsole.providers.contract import Adapter, Known, WireRequest
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.errors import NotFound, Rejected
from gpuconsole.providers.http import Client, OnCall
from gpuconsole.providers.looks import Held, Look, Sieve
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import Checkpoint, Choice, LogPage, Offer, Remote, Sample, Step
from gpuconsole.providers.specs import Spec
from gpuconsole.providers.words import gettext_noop

_NEW_PROJECT = "{training_project_id}"
"""Stands in a request for the id of a project that is made first."""
_PLACES_KEPT = 20_000
_SINGLY = 3
"""So many that are active no more are asked for one by one before the list of all is read."""
_NEWEST_FIRST = [{"field": "created_at", "order": "desc"}]


class BasetenCredentials(BaseModel):
    """What signs calls to Baseten."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr = Field(
        title=gettext_noop("API key"),
        description=gettext_noop("From Settings, API keys. It needs access to training."),
        min_length=1,
    )


class BasetenAdapter(Adapter):
    """One Baseten account. It remembers which project a job is in and when it was made: that never changes, every call
    needs the one, and a log is read from the other on."""

    def __init__(self, client: BasetenClient) -> None:
        self._client = client
        self._places: dict[str, tuple[str, datetime | None]] = {}

    @classmethod
    def open(
        cls,
        credentials: BaseModel,
        *,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> BasetenAdapter:
        key = BasetenCredentials.model_validate(credentials.model_dump()).api_key.get_secret_value()
        http = Client(WORDING, base_url, secrets=[key], transport=transport, on_call=on_call)
        return cls(BasetenClient(http, key))

    def close(self) -> None:
        self._client.http.close()

    def check(self) -> Iterable[Step]:
        def reach() -> str:
            return f"Baseten answers ({self._client.http.reach(PROJECTS)} without a key, as it should)."

        return checking.run(
            [
                ("Reach the server", reach),
                ("Sign in", lambda: f"The key sees {counted(len(self._client.projects()), 'training project')}."),
                ("List hardware", lambda: f"{counted(len(self.offers()), 'instance type')} with prices."),
                ("List jobs", lambda: f"{counted(len(self.inventory()), 'job')} in the account."),
            ]
        )

    def offers(self) -> Sequence[Offer]:
        return [priced.offer(row) for row in self._client.prices()]

    def choices(self, name: str) -> Sequence[Choice]:
        if name == "projects":
            return [Choice(str(row["id"]), str(row.get("name") or row["id"])) for row in self._client.projects()]
        if name == "instance_types":
            return priced.instance_choices(self.offers())
        if name == "accelerators":
            return priced.accelerator_choices(self._client.prices())
        if name == "secrets":
            return [Choice(str(row.get("name")), str(row.get("name"))) for row in self._client.secrets()]
        raise KeyError(name)

    @classmethod
    def asks_for(cls, offer: Offer) -> Mapping[str, Any]:
        return priced.asked(offer)

    @classmethod
    def request(cls, spec: Spec, token: str) -> WireRequest:
        job = _own(spec)
        body = job.training_job.wire()
        body["name"] = tokens.join(token, job.training_job.name)
        return WireRequest(
            "POST",
            jobs_path(job.training_project_id or "") if job.training_project_id else _new(),
            {"training_job": body},
        )

    @classmethod
    def preparations(cls, spec: Spec, secrets: Sequence[str] = ()) -> Sequence[WireRequest]:
        job = _own(spec)
        stored = [
            WireRequest("POST", SECRETS, {"name": name, "value": f"{MASK} {name}"}, why=f"Stores the secret {name}.")
            for name in sorted(job.secret_names().intersection(secrets))
        ]
        if job.training_project_name:
            body = {"training_project": {"name": job.training_project_name}}
            why = "Makes the training project, or finds it; its id goes into the next address."
            gives = ("training_project_id", "training_project", "id")
            stored.append(WireRequest("POST", PROJECTS, body, why=why, gives=gives))
        return stored

    def launch(self, spec: Spec, token: str, secrets: Mapping[str, str]) -> Remote:
        job = _own(spec)
        for name in sorted(job.secret_names().intersection(secrets)):
            self._client.upsert_secret(name, secrets[name])
        request = self.request(job, token)
        path = request.path
        if job.training_project_name:
            path = jobs_path(str(self._client.upsert_project(job.training_project_name)["id"]))
        return self._seen(self._client.create(path, request.body))

    def find(self, token: str, spec: Spec, known: Known) -> Sequence[Remote]:
        """Jobs whose name carries the token, newest first. A recreated job keeps the name and so the token of the old
        one: the ids known before tell them apart."""
        place = _own(spec).training_project_id
        jobs = self._search(project_id=place) if place else self._search()
        return [found for found in jobs if found.token == token and found.id not in known.remote_ids]

    def fetch(self, ids: Sequence[str]) -> Sequence[Remote]:
        return self.look(ids, Held()).remotes

    def look(self, ids: Sequence[str], held: Held) -> Look:
        """Active jobs by one list call. Only where some of the named ones are not among them (they ended, or have a
        status that we do not know) other calls ask for those: the list of all jobs ever grows without end."""
        sieve, found = Sieve(set(ids), held), list[Remote]()
        if len(sieve.wanted) > 1:
            found += self._sifted(sieve, statuses=ACTIVE)
        if len(sieve.wanted) > _SINGLY:
            found += self._sifted(sieve)
        else:
            for job_id in sorted(sieve.wanted):
                found += self._sifted(sieve, job_id=job_id)
        return sieve.look(found)

    def inventory(self) -> Sequence[Remote]:
        return self._search()

    def end(self, remote_id: str) -> None:
        try:
            self._client.stop(self._place(remote_id), remote_id)
        except NotFound:
            return
        except Rejected:  # it may just have ended by itself: its own word decides
            now = self.fetch([remote_id])
            if now and now[0].reading.state not in FINAL:
                raise

    @classmethod
    def edit_request(cls, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> WireRequest:
        return changing.request(remote_id, edits, raw)

    def edit(self, remote_id: str, edits: Edits, raw: Mapping[str, Any]) -> None:
        request = self.edit_request(remote_id, edits, raw)
        self._client.update(request.path, request.body)

    def delete(self, remote_id: str) -> None:
        try:
            self._client.delete(self._place(remote_id), remote_id)
        except NotFound:
            return

    def retry(self, remote_id: str, token: str) -> Remote:
        """Baseten's recreate: the same configuration again, name and so token included."""
        return self._seen(self._client.recreate(self._place(remote_id), remote_id))

    def logs(self, remote_id: str, cursor: str) -> LogPage:
        place = output.Cursor.read(cursor) if cursor else self._from_creation(remote_id)
        query = place.query(datetime.now(UTC))
        entries = self._client.logs(self._place(remote_id), remote_id, query)
        return output.page(entries, place, query.get("end_epoch_millis"))

    def metrics(self, remote_id: str, since: datetime | None) -> Sequence[Sample]:
        start_ns = output.Cursor.at(since).last_ns if since else self._from_creation(remote_id).last_ns
        query = {"start_epoch_millis": start_ns // 1_000_000}
        return output.samples(self._client.metrics(self._place(remote_id), remote_id, query), since)

    def checkpoints(self, remote_id: str) -> Sequence[Checkpoint]:
        found = [output.checkpoint(row) for row in self._client.checkpoints(self._place(remote_id), remote_id)]
        return sorted(found, key=lambda one: one.created_at or datetime.min.replace(tzinfo=UTC), reverse=True)

    @classmethod
    def matches(cls, spec: Spec, offers: Sequence[Offer]) -> Sequence[Offer]:
        return priced.matching(_own(spec), offers)

    @classmethod
    def price(cls, spec: Spec, offers: Sequence[Offer]) -> Pricing:
        return priced.price(_own(spec), offers)

    def _search(self, **filters: Any) -> list[Remote]:
        return [self._seen(job) for job in self._client.search(**filters, order_by=_NEWEST_FIRST)]

    def _sifted(self, sieve: Sieve, **filters: Any) -> list[Remote]:
        jobs = self._client.search(**filters, order_by=_NEWEST_FIRST)
        return [self._seen(job) for job in jobs if sieve.is_new(str(job.get("id") or ""), job)]

    def _seen(self, job: Mapping[str, Any]) -> Remote:
        found = remote(self._client.http.masked(job))
        if len(self._places) >= _PLACES_KEPT:
            self._places.clear()
        self._places[found.id] = project_id(job), found.created_at
        return found

    def _place(self, remote_id: str) -> str:
        """The project of a job; asked for where no list has told it yet. Raises NotFound."""
        if remote_id not in self._places and not self.fetch([remote_id]):
            raise NotFound(f"Baseten lists no job {remote_id}.")
        return self._places[remote_id][0]

    def _from_creation(self, remote_id: str) -> output.Cursor:
        """Without a start Baseten looks back 30 minutes only: begin where the job began."""
        self._place(remote_id)
        return output.Cursor.at(self._places[remote_id][1] or datetime.now(UTC) - output.WINDOW)


def _own(spec: Spec) -> BasetenJobSpec:
    if not isinstance(spec, BasetenJobSpec):
        raise TypeError(f"{type(spec).__name__} is no Baseten spec")
    return spec


def _new() -> str:
    return f"{PROJECTS}/{_NEW_PROJECT}/jobs"
