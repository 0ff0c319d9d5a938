"""Training projects: folders of jobs, made by an upsert on their name."""

from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.baseten import checkpoints
from gpuconsole.simulator.dialects.baseten.checks import record, text
from gpuconsole.simulator.dialects.baseten.errors import Problem
from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.world import World, chance

UPSERT = record({"training_project": record({"name": text(1)}, ("name",))}, ("training_project",))


@dataclass
class Project:
    """One project."""

    id: str
    name: str
    team_name: str
    created_at: float
    updated_at: float


class Projects:
    """The projects of the account and the jobs in them."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _table(self) -> dict[str, Project]:
        return self._world.table("baseten.projects", Project)

    def all(self) -> list[Project]:
        """All projects in the order they were made."""
        return list(self._table.values())

    def find(self, project_id: str) -> Project:
        """One project, else 404."""
        if project_id not in self._table:
            raise Problem(404, f"Training project {project_id} not found.")
        return self._table[project_id]

    def upsert(self, body: Any, team_name: str) -> Project:
        """The project of that name, made if need be."""
        UPSERT({} if body is None else body, "")
        name = body["training_project"]["name"]
        for project in self._table.values():
            if project.name == name and project.team_name == team_name:
                return project
        now = self._world.now()
        project = Project(self._world.make_id(), name, team_name, now, now)
        self._table[project.id] = project
        return project

    def delete(self, project: Project) -> None:
        """Delete it with all its jobs; a zombie among them keeps its project."""
        jobs = self.jobs(project.id)
        for job in jobs:
            self.delete_job(job)
        if all(job.deleted_at is not None for job in jobs):
            del self._table[project.id]

    def delete_job(self, job: Job) -> None:
        """Delete a job, whatever it is doing; its end is the moment of its deletion if it had not ended."""
        if not job.refuses_to_end():
            job.deleted_at = self._world.now()

    def jobs(self, project_id: str | None = None) -> list[Job]:
        """The jobs of a project, or of all, that the provider lists; newest first."""
        listed = [
            r
            for r in self._world.resources("baseten")
            if isinstance(r, Job)
            and r.deleted_at is None
            and (project_id is None or r.project_id == project_id)
            and not r.is_vanished()
        ]
        return listed[::-1]

    def job(self, job_id: str, project_id: str | None = None) -> Job:
        """One job, else 404."""
        found = self._world.resource("baseten", job_id)
        is_there = isinstance(found, Job) and found.deleted_at is None and not found.is_vanished()
        if not is_there or not isinstance(found, Job) or (project_id and found.project_id != project_id):
            raise Problem(404, f"Training job {job_id} not found.")
        return found

    def job_json(self, job: Job) -> dict[str, Any]:
        """A job as answers show it."""
        return job.as_json(self.find(job.project_id).name, checkpoints.sync_status(job, self._world.now()))

    def as_json(self, project: Project) -> dict[str, Any]:
        """A project as answers show it."""
        latest = next(iter(self.jobs(project.id)), None)
        return {
            "id": project.id,
            "name": project.name,
            "created_at": iso(project.created_at),
            "updated_at": iso(max(project.updated_at, latest.created_at) if latest else project.updated_at),
            "team_name": project.team_name,
            "latest_job": self.job_json(latest) if latest else None,
        }

    def cache_summary(self, project: Project) -> dict[str, Any]:
        """What the latest job that ran with a cache has left in it; 404 where none did."""
        now = self._world.now()
        for job in self.jobs(project.id):
            if (job.runtime.get("cache_config") or {}).get("enabled") and (span := job.running_span(now)):
                return {
                    "timestamp": iso(now),
                    "project_id": project.id,
                    "file_summaries": _cached_files(job, span[0]),
                }
        raise Problem(404, "No cache summary found for this training project.")


def _cached_files(job: Job, since: float) -> list[dict[str, Any]]:
    names = {
        "huggingface/hub/version.txt": 1,
        "huggingface/hub/models--base/config.json": 1_480,
        "huggingface/hub/models--base/model.safetensors": 4_000_000_000 + int(chance(job.id, "cache") * 10**9),
        "huggingface/datasets/train.arrow": 310_000_000,
    }
    return [
        {"path": path, "size_bytes": size, "modified": iso(since), "file_type": "file", "permissions": "-rw-r--r--"}
        for path, size in names.items()
    ]
