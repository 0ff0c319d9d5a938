"""The calls on training jobs themselves."""

from typing import Any

from gpuconsole.simulator.dialects.baseten import checkpoints
from gpuconsole.simulator.dialects.baseten.checks import choice, items, record, text, whole
from gpuconsole.simulator.dialects.baseten.errors import Problem, invalid
from gpuconsole.simulator.dialects.baseten.jobs import PENDING, Job
from gpuconsole.simulator.dialects.baseten.logs import from_query
from gpuconsole.simulator.dialects.baseten.projects import Projects
from gpuconsole.simulator.dialects.baseten.validation import check_create
from gpuconsole.simulator.web import Request, Response, json_response
from gpuconsole.simulator.world import World

PATCH = record({"priority": whole(), "availability_model": choice("dedicated", "spot")})
ORDER = record({"field": choice("created_at"), "order": choice("asc", "desc")}, ("field",))
SEARCH = record({"project_id": text(), "job_id": text(), "statuses": items(text()), "order_by": items(ORDER)})
PAGE = record({"page_size": whole(1, 1000), "page_token": whole(0)})


class JobCalls:
    """Create, read, change, end, search."""

    def __init__(self, world: World, projects: Projects) -> None:
        self._world = world
        self._projects = projects

    def create(self, request: Request, project_id: str) -> Response:
        """Make a job."""
        project = self._projects.find(project_id)
        body = request.json()
        check_create(body)
        return self._add(project.id, body)

    def recreate(self, request: Request, project_id: str, job_id: str) -> Response:
        """Make a new job with the same configuration."""
        job = self._projects.job(job_id, project_id)
        return self._add(project_id, job.create_body)

    def _add(self, project_id: str, body: dict[str, Any]) -> Response:
        job = Job(self._world, self._world.make_id(), project_id, body)
        self._world.add(job)
        return self._told(job)

    def _told(self, job: Job) -> Response:
        return json_response({"training_job": self._projects.job_json(job)})

    def list(self, request: Request, project_id: str) -> Response:
        """All jobs of a project, newest first."""
        project = self._projects.find(project_id)
        jobs = [self._projects.job_json(job) for job in self._projects.jobs(project_id)]
        return json_response({"training_project": self._projects.as_json(project), "training_jobs": jobs})

    def read(self, request: Request, project_id: str, job_id: str) -> Response:
        """One job with its project."""
        job = self._projects.job(job_id, project_id)
        project = self._projects.as_json(self._projects.find(project_id))
        return json_response({"training_project": project, "training_job": self._projects.job_json(job)})

    def patch(self, request: Request, project_id: str, job_id: str) -> Response:
        """Change a pending job's place in the queue."""
        job = self._projects.job(job_id, project_id)
        body = request.json()
        body = {} if body is None else body
        PATCH(body, "")
        if job.word(self._world.now()) != PENDING:
            raise Problem(400, "Only a job in TRAINING_JOB_PENDING can be changed.")
        if body.get("priority") is None and body.get("availability_model") is None:
            raise Problem(400, "priority or availability_model is required.")
        job.priority = job.priority if body.get("priority") is None else body["priority"]
        job.availability = body.get("availability_model") or job.availability
        job.patched_at = self._world.now()
        return self._told(job)

    def delete(self, request: Request, project_id: str, job_id: str) -> Response:
        """Delete a job; one that runs is stopped first."""
        self._projects.delete_job(self._projects.job(job_id, project_id))
        return json_response({"id": job_id, "deleted": True, "training_project_id": project_id})

    def stop(self, request: Request, project_id: str, job_id: str) -> Response:
        """Ask for the end; the answer still shows the status of this moment."""
        job = self._projects.job(job_id, project_id)
        if job.is_final(self._world.now()):
            raise Problem(400, f"Training job {job_id} has already ended.")
        job.ask_to_stop()
        return self._told(job)

    def search(self, request: Request) -> Response:
        """Jobs of all projects, filtered."""
        body = request.json()
        body = {} if body is None else body
        SEARCH(body, "")
        now = self._world.now()
        jobs = self._projects.jobs(body.get("project_id"))
        if body.get("job_id"):
            jobs = [job for job in jobs if job.id == body["job_id"]]
        if body.get("statuses"):
            jobs = [job for job in jobs if job.shown_state(now) in body["statuses"]]
        if body.get("order_by") and body["order_by"][0].get("order") == "asc":
            jobs = jobs[::-1]
        return json_response({"training_jobs": [self._projects.job_json(job) for job in jobs]})

    def checkpoints(self, job: Job) -> dict[str, Any]:
        """The checkpoints saved so far."""
        now = self._world.now()
        found = [checkpoints.as_json(job, checkpoint, now) for checkpoint in checkpoints.made(job, now)]
        return {"training_job": self._projects.job_json(job), "checkpoints": found}

    def checkpoint_files(self, request: Request, job: Job) -> dict[str, Any]:
        """A page of the files of all copied checkpoints, each with a link."""
        asked = from_query(request.query)
        PAGE(asked, "")
        size, start = asked.get("page_size", 1000), asked.get("page_token", 0)
        now = self._world.now()
        files = [f for c in checkpoints.made(job, now) if c.is_synced(now) for f in checkpoints.files(job, c)]
        if start > len(files):
            raise invalid("page_token", "is beyond the end of the list")
        page = files[start : start + size]
        return {
            "presigned_urls": [checkpoints.file_row(job, file, request.base_url) for file in page],
            "next_page_token": start + size if start + size < len(files) else None,
            "total_count": len(files),
        }
