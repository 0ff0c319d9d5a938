"""Keeps the contract for OTOY compute jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gpuconsole.providers import checking, tokens
from gpuconsole.providers.checking import counted
from gpuconsole.providers.contract import Adapter, Known, WireRequest
from gpuconsole.providers.errors import NotFound, Rejected
from gpuconsole.providers.http import Client, OnCall
from gpuconsole.providers.looks import Held, Look, Mark
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.otoy import logs, runs
from gpuconsole.providers.otoy import offers as priced
from gpuconsole.providers.otoy.bodies import body
from gpuconsole.providers.otoy.client import JOBS, MOST_A_PAGE, WORDING, OtoyClient
from gpuconsole.providers.otoy.looking import JobMark, marked
from gpuconsole.providers.otoy.remotes import remote
from gpuconsole.providers.otoy.schemas import OtoyJobSpec
from gpuconsole.providers.otoy.signing import Keys
from gpuconsole.providers.otoy.statuses import ACTIVE, COMING_UP, ENDED, FINAL, UP
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import GAP, Choice, LogLine, LogPage, Offer, Remote, Step
from gpuconsole.providers.specs import Spec
from gpuconsole.providers.wire import moment
from gpuconsole.providers.words import gettext_noop

Job = Mapping[str, Any]
_PAGES = 20
"""Of jobs or runs that are read to find some of them; an account's history grows without end."""
_SINGLY = 3
"""So many are asked for one by one before a list is read."""
_SKEW = timedelta(minutes=10)
_REASON = "Ended from gpuconsole"
_TORN = "Lines are missing here: OTOY had let go of them before they were read."


class OtoyCredentials(BaseModel):
    """What signs calls to OTOY."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_key: str = Field(
        title=gettext_noop("Public key"),
        description=gettext_noop("Begins with pk_. The preset Compute Consumer will do."),
        min_length=1,
    )
    secret_key: SecretStr = Field(
        title=gettext_noop("Secret key"),
        description=gettext_noop("Begins with sk_; shown once when it is made."),
        min_length=1,
    )


class OtoyAdapter(Adapter):
    """One OTOY account. It keeps nothing: each call is signed for itself."""

    def __init__(self, client: OtoyClient) -> None:
        self._client = client

    @classmethod
    def open(
        cls,
        credentials: BaseModel,
        *,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> OtoyAdapter:
        own = OtoyCredentials.model_validate(credentials.model_dump())
        secret = own.secret_key.get_secret_value()
        http = Client(WORDING, base_url, secrets=[secret], transport=transport, on_call=on_call)
        return cls(OtoyClient(http, Keys(own.public_key, secret)))

    def close(self) -> None:
        self._client.http.close()

    def check(self) -> Iterable[Step]:
        def reach() -> str:
            return f"OTOY answers ({self._client.http.reach(JOBS)} without a signature, as it should)."

        def sign_in() -> str:
            next(iter(self._client.jobs(pages=1)), None)
            return "The signature is accepted."

        return checking.run(
            [
                ("Reach the server", reach),
                ("Sign a call", sign_in),
                ("List hardware", lambda: f"{counted(len(self.offers()), 'offer')} with prices."),
                ("List jobs", lambda: f"{counted(len(self.inventory()), 'job')} in the account."),
            ]
        )

    def offers(self) -> Sequence[Offer]:
        return priced.offers(self._client.offers())

    def choices(self, name: str) -> Sequence[Choice]:
        if name == "gpu_names":
            return priced.gpu_choices(self._client.offers(), "name")
        if name == "gpu_registry":
            return priced.gpu_choices(self._client.offers(), "gpu_registry_uuid")
        if name == "regions":
            return priced.region_choices(self._client.offers())
        raise KeyError(name)

    @classmethod
    def asks_for(cls, offer: Offer) -> Mapping[str, Any]:
        return priced.asked_for(offer)

    @classmethod
    def notes(cls, wire: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]]) -> Mapping[str, str]:
        docker = (wire.get("parameters") or {}).get("parameters") or {}
        ports = docker.get("ports") if isinstance(docker, Mapping) else None
        if isinstance(ports, list) and 22 not in ports:
            text = gettext_noop("Without 22 there is no SSH, and OTOY may tell no address at all. One port a line.")
            return {"parameters.parameters.ports": text}
        return {}

    @classmethod
    def request(cls, spec: Spec, token: str) -> WireRequest:
        """The body, each secret shown by its name: ``launch`` puts the values in."""
        job = _own(spec)
        shown = {name: f"{MASK} {name}" for name in job.secret_names()}
        return WireRequest("POST", JOBS, body(job, token, shown))

    def launch(self, spec: Spec, token: str, secrets: Mapping[str, str]) -> Remote:
        for value in secrets.values():
            self._client.http.hide(value)
        return self._told(self._client.create(body(_own(spec), token, secrets)))

    def find(self, token: str, spec: Spec, known: Known) -> Sequence[Remote]:
        """Jobs whose title carries the token. There is no filter for titles: the list is read, newest first, back to
        the time of the launch."""
        found = []
        for job in self._client.jobs():
            created_at = moment(job.get("created_at"))
            if known.since and created_at and created_at < known.since - _SKEW:
                break
            if tokens.split(str(job.get("title") or ""))[0] == token and job.get("uuid") not in known.remote_ids:
                found.append(self._told(job))
        return found

    def fetch(self, ids: Sequence[str]) -> Sequence[Remote]:
        return self.look(ids, Held()).remotes

    def look(self, ids: Sequence[str], held: Held) -> Look:
        """Jobs by the list of active ones, and the runs of those that are not as held or may have other runs by now."""
        jobs, marks = self._jobs(set(ids)), dict[str, Mark]()
        as_held = {job_id for job_id, job in jobs.items() if _is_as_held(job_id, job, held)}
        fresh = {job_id: job for job_id, job in jobs.items() if job_id not in as_held}
        its_runs = self._runs([job for job in fresh.values() if _has_runs_to_tell(job)], among=jobs.values())
        found = []
        for job_id, job in fresh.items():
            marks[job_id] = mark = marked(job, its_runs.get(job_id, ()), among_many=len(jobs) > MOST_A_PAGE)
            if mark.is_like(held.marks.get(job_id)):
                as_held.add(job_id)
            else:
                found.append(self._told(job, its_runs.get(job_id, ())))
        return Look(found, marks, as_held)

    def inventory(self) -> Sequence[Remote]:
        """The newest thousand jobs, and all active ones: what ended long ago is of no use and ever more."""
        rows = list(self._client.jobs(pages=_PAGES))
        if len(rows) >= _PAGES * 50:
            rows += self._client.jobs(status=",".join(ACTIVE))
        return [self._told(job) for job in {str(job.get("uuid")): job for job in rows}.values()]

    def end(self, remote_id: str) -> None:
        try:
            self._client.cancel(remote_id, _REASON)
        except NotFound:
            return
        except Rejected:  # a finished job is refused (assumed): its own word decides
            try:
                now = remote(self._client.job(remote_id))
            except NotFound:
                return
            if now.reading.state not in FINAL:
                raise

    def logs(self, remote_id: str, cursor: str) -> LogPage:
        """Every run's text anew, oldest first; runs that ended and were read to their end are not asked for again."""
        places, lines = logs.read_cursor(cursor), list[LogLine]()
        its_runs = runs.in_order(list(self._client.runs(job_uuid=remote_id)))
        groups = runs.grouped(its_runs)
        names = {str(run.get("uuid")): name for name, run in _named(groups)}
        places += [logs.Place()] * (len(its_runs) - len(places))
        for number, run in enumerate(its_runs):
            if places[number].is_done or runs.started_at(run) is None:
                continue
            run_id = str(run.get("uuid") or "")
            now = self._client.run(run_id)
            text = str(self._client.http.masked(now.get("logs") or ""))
            read = logs.follow(text, places[number], is_over=runs.is_over(now))
            places[number] = read.place
            if read.is_torn:
                lines.append(LogLine(None, _TORN, source=names[run_id], level=GAP))
            lines += [LogLine(None, line, source=names[run_id]) for line in read.lines]
        return LogPage(tuple(lines), logs.write_cursor(places), has_more=False)

    @classmethod
    def price(cls, spec: Spec, offers: Sequence[Offer]) -> Pricing:
        return priced.price(_own(spec), offers)

    def _told(self, job: Mapping[str, Any], its_runs: Sequence[Mapping[str, Any]] = ()) -> Remote:
        return remote(self._client.http.masked(job), self._client.http.masked(list(its_runs)))

    def _jobs(self, ids: set[str]) -> dict[str, Mapping[str, Any]]:
        """The named jobs: all active ones by a list, those that are not among them one by one, or by the list of what
        ended, where they are many."""
        found: dict[str, Mapping[str, Any]] = {}
        if len(ids) > 1:
            self._take(found, ids, self._client.jobs(status=",".join(ACTIVE), needed=len(ids) // MOST_A_PAGE))
        if len(ids) - len(found) > _SINGLY:
            self._take(found, ids, self._client.jobs(pages=_PAGES, status=",".join(ENDED)))
        for job_id in ids - set(found):
            try:
                found[job_id] = self._client.job(job_id)
            except NotFound:
                continue
        return found

    def _take(self, found: dict[str, Mapping[str, Any]], ids: set[str], rows: Iterable[Mapping[str, Any]]) -> None:
        for job in rows:
            job_id = str(job.get("uuid"))
            if job_id in ids:
                found[job_id] = job
                if len(found) == len(ids):
                    return

    def _runs(self, jobs: Sequence[Job], *, among: Collection[Job]) -> dict[str, list[Mapping[str, Any]]]:
        """The runs of the jobs: by lists where they are many, back to the beginning of the oldest of them."""
        found: dict[str, list[Mapping[str, Any]]] = {str(job["uuid"]): [] for job in jobs}
        if len(jobs) > _SINGLY:
            for run in self._listed(jobs, among) if len(among) > MOST_A_PAGE else self._back_to_the_oldest(jobs):
                if (job_id := str(run.get("job_uuid"))) in found:
                    found[job_id].append(run)
        for job_id in [job_id for job_id, rows in found.items() if not rows]:
            found[job_id] = list(self._client.runs(job_uuid=job_id))
        return found

    def _listed(self, jobs: Sequence[Job], among: Collection[Job]) -> Iterator[Mapping[str, Any]]:
        """What has one run alone stands in the list of its own status, near the top where it has just come to it;
        all other runs may stand anywhere. A run that came to another while the pages were read stands in the next."""
        several = [job for job in jobs if not runs.is_one(job)]
        if len(several) > _SINGLY:
            yield from self._back_to_the_oldest(jobs)
            return
        left = dict[str, Job]()
        for words in (COMING_UP, UP, ENDED):
            those = {str(job["uuid"]): job for job in jobs if job.get("status") in words and runs.is_one(job)}
            left |= those if len(those) > _SINGLY else {}
            before = _newer(those.values(), [job for job in among if job.get("status") in words])
            for run in self._back_to_the_oldest(left.values(), before, status=",".join(words)) if left else ():
                if left.pop(str(run.get("job_uuid")), None) is not None:
                    yield run
                if not left:
                    break

    def _back_to_the_oldest(self, jobs: Collection[Job], least: int = 0, **filters: str) -> Iterator[Mapping[str, Any]]:
        """Runs, newest first, until they are older than any of the jobs; ``least`` of them are wanted in any case."""
        oldest = min((at for job in jobs if (at := moment(job.get("created_at")))), default=None)
        pages = max(_PAGES, 2 * len(jobs) // MOST_A_PAGE)
        listed = self._client.runs(pages=pages, needed=max(least, len(jobs)) // MOST_A_PAGE, **filters)
        return takewhile(lambda run: not _is_before(run, oldest), listed)


def _newer(jobs: Collection[Job], among: Collection[Job]) -> int:
    """How many of these stand before the oldest of the jobs in a list that begins with the newest."""
    oldest = min((str(job.get("created_at") or "") for job in jobs), default="")
    return sum(str(job.get("created_at") or "") > oldest for job in among) if oldest else 0


def _is_as_held(job_id: str, job: Mapping[str, Any], held: Held) -> bool:
    mark = held.marks.get(job_id)
    return isinstance(mark, JobMark) and job_id not in held.wanting and mark.is_of(job)


def _has_runs_to_tell(job: Mapping[str, Any]) -> bool:
    """A job that still waits for its first node has none worth a call."""
    return job.get("status") != "PENDING" or job.get("updated_at") != job.get("created_at")


def _is_before(run: Mapping[str, Any], oldest: datetime | None) -> bool:
    began = runs.began_at(run)
    return began is not None and oldest is not None and began < oldest - _SKEW


def _named(groups: Sequence[Sequence[runs.Run]]) -> Iterable[tuple[str, runs.Run]]:
    """What tells a run from its like in a log: the attempt, and the node where there are several."""
    for attempt, group in enumerate(groups, start=1):
        for node, run in enumerate(group, start=1):
            is_one = len(groups) == 1 and not runs.may_retry(run)
            names = ([] if is_one else [f"attempt {attempt}"]) + ([f"node {node}"] if len(group) > 1 else [])
            yield ", ".join(names), run


def _own(spec: Spec) -> OtoyJobSpec:
    if not isinstance(spec, OtoyJobSpec):
        raise TypeError(f"{type(spec).__name__} is no OTOY spec")
    return spec
