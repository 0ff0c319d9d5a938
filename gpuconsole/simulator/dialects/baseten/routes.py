"""Baseten's HTTP: which call does what."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.dialects.baseten import account, checkpoints, graphql, logs, metrics, queue
from gpuconsole.simulator.dialects.baseten.blobs import Blobs
from gpuconsole.simulator.dialects.baseten.errors import Problem
from gpuconsole.simulator.dialects.baseten.hardware import INSTANCE_TYPES
from gpuconsole.simulator.dialects.baseten.job_calls import JobCalls
from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.dialects.baseten.projects import Project, Projects
from gpuconsole.simulator.dialects.baseten.sessions import Sessions
from gpuconsole.simulator.web import BadJson, Request, Response, Router, json_response
from gpuconsole.simulator.world import Resource, World

API_KEY = "sandbox-baseten-key"
SCHEMES = ("api-key", "bearer")
TROUBLES = {
    401: "Invalid or missing API key.",
    402: "Add a payment method to go on.",
    429: "Too many requests.",
    500: "Internal server error.",
}
PROJECT = "/v1/training_projects/{project_id}"
JOB = f"{PROJECT}/jobs/{{job_id}}"


class Baseten:
    """The dialect."""

    slug = "baseten"
    sandbox: ClassVar[Mapping[str, str]] = {"API key": API_KEY}
    price_keys = ("price",)
    kind: ClassVar[type[Resource]] = Job
    tables: ClassVar[Mapping[str, type[Any]]] = {
        "baseten.projects": Project,
        "baseten.secrets": account.Secret,
        "baseten.team_limits": int,
        "baseten.sessions": dict,
        "baseten.blob_keys": bool,
        "baseten.blobs": bytes,
        "baseten.uploads": str,
        "baseten.upload_parts": bytes,
    }

    def __init__(self, world: World) -> None:
        self._world = world
        self._projects = Projects(world)
        self._secrets = account.Secrets(world)
        self._capacity = account.Capacity(world)
        self._blobs = Blobs(world)
        self._sessions = Sessions(world)
        self._jobs = JobCalls(world, self._projects)
        self._router = Router()
        self._add_account_routes(self._router.add)
        self._add_project_routes(self._router.add)
        self._add_job_routes(self._router.add)

    def answer(self, request: Request) -> Response:
        """What Baseten would answer; the bucket and signed links need no key."""
        if stored := self._blobs.answer(request):
            return stored
        try:
            if request.path.startswith("/checkpoints/"):
                return self._download(request)
            self._require_key(request)
            return self._dispatch(request)
        except Problem as problem:
            return problem.response()
        except BadJson:
            return Problem(400, "The request body is not valid JSON.").response()

    def trouble(self, status: int) -> Response:
        """A key that is no longer good, too many calls, or an error inside."""
        return Problem(status, TROUBLES[status]).response()

    def charges(self) -> list[Charge]:
        """What its jobs have been charged for."""
        return self._world.charges(self.slug)

    def _require_key(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in SCHEMES or key.strip() != API_KEY:
            raise Problem(401, TROUBLES[401])

    def _dispatch(self, request: Request) -> Response:
        found = self._router.find(request.method, request.path)
        if isinstance(found, set):
            raise Problem(405 if found else 404, "Method not allowed." if found else "Not found.")
        handler, parameters = found
        return handler(request, **parameters)

    def _add_account_routes(self, add: Callable[..., None]) -> None:
        secrets, capacity, jobs = self._secrets, self._capacity, self._projects.jobs
        prices = [{"instance_type": t.as_json(), "price": t.price} for t in INSTANCE_TYPES]
        types = [t.as_json() for t in INSTANCE_TYPES]
        add("POST", "/graphql", graphql.answer)
        add("GET", "/v1/teams", lambda r: json_response(account.teams(r.query.get("name"))))
        add("GET", "/v1/teams/{team_id}", _in_team(lambda r: account.TEAM))
        for prefix in ("/v1", "/v1/teams/{team_id}"):
            add("GET", f"{prefix}/secrets", _in_team(lambda r: secrets.list()))
            add("POST", f"{prefix}/secrets", _in_team(lambda r: secrets.upsert(r.json())))
            add("DELETE", f"{prefix}/secrets/{{name}}", _in_team(lambda r, name: secrets.delete(name)))
            add("POST", f"{prefix}/training_projects", _in_team(self._upsert_project))
        add("GET", "/v1/instance_types", lambda r: json_response({"instance_types": types}))
        add("GET", "/v1/instance_type_prices", lambda r: json_response({"instance_types": prices}))
        add("GET", "/v1/training/capacity", lambda r: json_response(capacity.as_json(jobs())))
        add("PATCH", "/v1/training/capacity", lambda r: json_response(capacity.patch(r.json(), jobs())))
        add("GET", "/v1/blobs/credentials/train", lambda r: json_response(self._blobs.credentials(r.base_url)))
        add("GET", "/v1/billing/usage_summary", self._usage)

    def _add_project_routes(self, add: Callable[..., None]) -> None:
        projects = self._projects
        add("GET", "/v1/training_projects", self._list_projects)
        add("GET", PROJECT, lambda r, project_id: self._told_project(project_id))
        add("DELETE", PROJECT, self._delete_project)
        add(
            "GET",
            f"{PROJECT}/cache/summary",
            lambda r, project_id: json_response(projects.cache_summary(projects.find(project_id))),
        )

    def _add_job_routes(self, add: Callable[..., None]) -> None:
        calls, sessions = self._jobs, self._sessions
        add("POST", f"{PROJECT}/jobs", calls.create)
        add("GET", f"{PROJECT}/jobs", calls.list)
        add("GET", JOB, calls.read)
        add("PATCH", JOB, calls.patch)
        add("DELETE", JOB, calls.delete)
        add("POST", f"{JOB}/stop", calls.stop)
        add("POST", f"{JOB}/recreate", calls.recreate)
        add("POST", "/v1/training_jobs/search", calls.search)
        add("GET", "/v1/training/jobs/{job_id}/queue_context", self._queue_context)
        for method in ("GET", "POST"):
            add(method, f"{JOB}/logs", self._of_job(lambda r, job: logs.answer(job, _asked(r))))
            add(method, f"{JOB}/metrics", self._of_job(self._metrics))
        add("GET", f"{JOB}/checkpoints", self._of_job(lambda r, job: calls.checkpoints(job)))
        add("GET", f"{JOB}/checkpoint_files", self._of_job(calls.checkpoint_files))
        add("GET", f"{JOB}/download", self._of_job(self._code_links))
        add("GET", f"{JOB}/auth_codes", self._of_job(lambda r, job: sessions.auth_codes(job)))
        add("POST", f"{JOB}/ssh/sign", self._of_job(lambda r, job: sessions.sign(job, r.json())))
        add("PATCH", f"{JOB}/interactive_sessions/{{session_id}}", self._patch_session)

    def _of_job(self, call: Callable[[Request, Job], dict[str, Any]]) -> Callable[..., Response]:
        def handler(request: Request, project_id: str, job_id: str) -> Response:
            return json_response(call(request, self._projects.job(job_id, project_id)))

        return handler

    def _upsert_project(self, request: Request) -> dict[str, Any]:
        project = self._projects.upsert(request.json(), str(account.TEAM["name"]))
        return {"training_project": self._projects.as_json(project)}

    def _list_projects(self, request: Request) -> Response:
        return json_response({"training_projects": [self._projects.as_json(p) for p in self._projects.all()]})

    def _told_project(self, project_id: str) -> Response:
        return json_response({"training_project": self._projects.as_json(self._projects.find(project_id))})

    def _delete_project(self, request: Request, project_id: str) -> Response:
        self._projects.delete(self._projects.find(project_id))
        return json_response({"id": project_id, "deleted": True})

    def _metrics(self, request: Request, job: Job) -> dict[str, Any]:
        return metrics.answer(job, _asked(request), self._projects.job_json(job))

    def _code_links(self, request: Request, job: Job) -> dict[str, Any]:
        return {"artifact_presigned_urls": self._blobs.links(job, request.base_url)}

    def _patch_session(self, request: Request, project_id: str, job_id: str, session_id: str) -> Response:
        job = self._projects.job(job_id, project_id)
        return json_response(self._sessions.patch(job, session_id, request.json()))

    def _queue_context(self, request: Request, job_id: str) -> Response:
        job = self._projects.job(job_id)
        return json_response(queue.context(self._world, job, self._projects.jobs()))

    def _usage(self, request: Request) -> Response:
        names = {project.id: project.name for project in self._projects.all()}
        jobs = [r for r in self._world.resources(self.slug) if isinstance(r, Job)]
        return json_response(account.usage_summary(request.query, jobs, self._world.now(), names))

    def _download(self, request: Request) -> Response:
        parts = request.path.split("/")
        if request.method not in ("GET", "HEAD") or len(parts) != 5:
            raise Problem(404, "Not found.")
        return checkpoints.download(request, self._projects.job(parts[2]), parts[3], parts[4])


def _asked(request: Request) -> Any:
    """Parameters of logs and metrics: a query, or a body in the older form."""
    return logs.from_query(request.query) if request.method == "GET" else request.json()


def _in_team(call: Callable[..., dict[str, Any]]) -> Callable[..., Response]:
    def handler(request: Request, team_id: str | None = None, **parameters: str) -> Response:
        if team_id is not None:
            account.require_team(team_id)
        return json_response(call(request, **parameters))

    return handler
