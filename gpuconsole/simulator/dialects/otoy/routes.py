"""OTOY's HTTP: which call does what."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.dialects.otoy import paging, recipes
from gpuconsole.simulator.dialects.otoy.account import Account
from gpuconsole.simulator.dialects.otoy.errors import Problem, invalid
from gpuconsole.simulator.dialects.otoy.hardware import matching
from gpuconsole.simulator.dialects.otoy.ids import make_uuid
from gpuconsole.simulator.dialects.otoy.jobs import Job
from gpuconsole.simulator.dialects.otoy.keys import EXPIRED, SANDBOX
from gpuconsole.simulator.dialects.otoy.logs import logs
from gpuconsole.simulator.dialects.otoy.paging import Lazy
from gpuconsole.simulator.dialects.otoy.runs import FINAL, Run
from gpuconsole.simulator.dialects.otoy.signing import require_signature
from gpuconsole.simulator.web import BadJson, Request, Response, Router, json_response
from gpuconsole.simulator.world import Resource, World

JOB_STATUSES = ("PENDING", "ASSIGNED", "RUNNING", "CANCELLING", *FINAL)
RUN_STATUSES = (*JOB_STATUSES, "PREPARING", "FAILING")
JOB_FILTERS = {
    "status": paging.any_of("status", JOB_STATUSES),
    "task": paging.only("task", ("BATCH", "PERSISTENT")),
    "uuid": paging.uuid_of("uuid"),
    "created_at": paging.between_dates,
    **{name: paging.within(name) for name in ("cpu_count", "min_ram_gb", "min_storage_gb", "min_vram_gb")},
}
RUN_FILTERS = {"job_uuid": paging.uuid_of("job_uuid"), "status": paging.any_of("status", RUN_STATUSES)}
CREDIT = "the credit of this account is used up"
TROUBLES = {401: EXPIRED, 402: CREDIT, 429: "too many requests", 500: "internal error"}


class Otoy:
    """The dialect."""

    slug = "otoy"
    sandbox: ClassVar[Mapping[str, str]] = SANDBOX
    price_keys = ()  # offers and runs have the same key, and a run keeps its price: the factor is put in here
    kind: ClassVar[type[Resource]] = Job
    tables: ClassVar[Mapping[str, type[Any]]] = {"otoy.nonces": float}

    def __init__(self, world: World) -> None:
        self._world = world
        self._account = account = Account(world)
        self._router = router = Router()
        router.add("POST", "/v1/jobs", self._create)
        router.add("GET", "/v1/jobs", self._list)
        router.add("GET", "/v1/jobs/{job_id}", self._read)
        router.add("PUT", "/v1/jobs/{job_id}/cancel", self._cancel)
        router.add("GET", "/v1/job-runs", self._list_runs)
        router.add("GET", "/v1/job-runs/{run_id}", self._read_run)
        router.add("GET", "/v1/job-recipes", recipes.answer_list)
        router.add("GET", "/v1/job-recipes/{recipe_id}", recipes.answer_one)
        router.add("POST", "/v1/job-recipes/{recipe_id}/cook", self._cook)
        router.add("GET", "/v1/compute/offers", account.offers)
        router.add("GET", "/v1/compute/ledger/transactions", account.transactions)
        router.add("GET", "/v1/compute/ledger/credit-purchases", account.purchases)
        router.add("GET", "/v1/gpu-registry", account.registry)
        router.add("GET", "/v1/nodes", self._nodes)

    def answer(self, request: Request) -> Response:
        """What OTOY would answer."""
        try:
            require_signature(self._world, request)
            found = self._router.find(request.method, request.path)
            if isinstance(found, set):
                raise Problem(404, f"there is no {request.method} {request.path}")
            return found[0](replace(request, query=paging.joined(request.query_string)), **found[1])
        except Problem as problem:
            return problem.response()
        except BadJson:
            return Problem(400, "the body is no valid JSON").response()

    def trouble(self, status: int) -> Response:
        """A key that has run out, too many calls, or an error inside."""
        return Problem(status, TROUBLES[status]).response()

    def charges(self) -> list[Charge]:
        """What its jobs have been charged for."""
        return self._world.charges(self.slug)

    def _create(self, request: Request) -> Response:
        return self._bring_up(request.json(), is_cooked=False)

    def _cook(self, request: Request, recipe_id: str) -> Response:
        return self._bring_up(recipes.cooked(recipe_id, request.json()), is_cooked=True)

    def _bring_up(self, body: Any, *, is_cooked: bool) -> Response:
        job = Job(self._world, make_uuid(self._world), {} if body is None else body, is_cooked=is_cooked)
        if self._account.credit() <= 0:
            raise Problem(402, CREDIT)
        free = self._account.free_nodes()
        full = (offer.id for offer in matching(job.asked) if offer.stock(job.created_at) and not free[offer.id])
        job.full = list(full)
        self._world.add(job)
        return json_response(job.as_json(job.created_at), 201)

    def _list(self, request: Request) -> Response:
        now, words = self._world.now(), paging.words(request.query, "status")
        shown = ((job, job.shown_state(now)) for job in self._visible(now, words))
        rows = [Lazy({"status": word}, partial(job.as_json, now)) for job, word in shown if not words or word in words]
        return paging.answer(rows, request.query, JOB_FILTERS)

    def _read(self, request: Request, job_id: str) -> Response:
        return json_response(self._find(job_id).as_json(self._world.now()))

    def _cancel(self, request: Request, job_id: str) -> Response:
        body = request.json()
        if not isinstance(body, dict | None) or not isinstance((body or {}).get("reason"), str | None):
            raise invalid([("reason", "must be a string")])
        job = self._find(job_id)
        if (word := job.state(self._world.now())) in FINAL:
            raise Problem(409, f"the job is {word} already")
        job.cancel()
        return json_response(job.as_json(self._world.now()))

    def _list_runs(self, request: Request) -> Response:
        now, words = self._world.now(), paging.words(request.query, "status")
        wanted = request.query.get("filter[job_uuid]", "").lower()
        jobs = [job for job in self._visible(now, words) if wanted in ("", job.id)]
        found = ((run, job) for job in jobs for run in job.runs(now) if not words or run.word in words)
        runs = sorted(found, key=lambda pair: pair[0].began_at)
        rows = [Lazy({"status": run.word, "job_uuid": job.id}, partial(job.run_json, run, now)) for run, job in runs]
        return paging.answer(rows, request.query, RUN_FILTERS)

    def _read_run(self, request: Request, run_id: str) -> Response:
        now = self._world.now()
        job, run = self._find_run(run_id, now)
        return json_response({**job.run_json(run, now), "logs": logs(job, run, now)})

    def _nodes(self, request: Request) -> Response:
        raise Problem(403, "this key may not read nodes")  # it is one for buyers; nodes are for those who run them

    def _visible(self, now: float, words: frozenset[str] = frozenset()) -> list[Job]:
        """The jobs that are shown, or those among which all are that have one of the words, or a run that has."""
        jobs = self._account.open_jobs(now) if words and words.isdisjoint(FINAL) else self._account.jobs()
        return [job for job in jobs if not job.is_vanished()]

    def _find(self, job_id: str) -> Job:
        found = self._world.resource(self.slug, job_id.lower())
        if not isinstance(found, Job) or found.is_vanished():
            raise Problem(404, f"job {job_id} not found")
        return found

    def _find_run(self, run_id: str, now: float) -> tuple[Job, Run]:
        for job in self._visible(now):
            for run in job.runs(now):
                if job.run_id(run) == run_id.lower():
                    return job, run
        raise Problem(404, f"job run {run_id} not found")
