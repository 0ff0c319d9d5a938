"""Background jobs of instances: an image being saved, a move to another node; shapes as transcribed."""

from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.dialects.novita.checks import number_in_query, page, text
from gpuconsole.simulator.dialects.novita.errors import Problem
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.dialects.novita.life import EXITED
from gpuconsole.simulator.world import World

USER = "sandbox"
LASTS_S = {"saveImage": 120, "instanceMigrate": 90}
PULLING_S = 10


@dataclass
class Job:
    """One job."""

    id: str
    type: str
    instance_id: str
    image: str
    created_at: float
    broken_at: float | None = None


class Jobs:
    """The account's jobs."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _table(self) -> dict[str, Job]:
        return self._world.table("novita.jobs", Job)

    def add(self, kind: str, instance: Instance, image: str = "") -> str:
        """Begin one."""
        job = Job(self._world.make_id(16, "0123456789abcdef"), kind, instance.id, image, self._world.now())
        self._table[job.id] = job
        return job.id

    def running(self, instance: Instance) -> list[dict[str, str]]:
        """Those that an instance has under way."""
        rows = [job for job in self._table.values() if job.instance_id == instance.id]
        return [{"id": job.id, "type": job.type} for job in rows if self._state(job) in ("pulling", "running")]

    def save_image(self, body: dict[str, Any], instance: Instance) -> dict[str, Any]:
        """Save the container disk of an exited instance as an image."""
        image = text(body, "image", least=1, most=4095)
        if (status := instance.state(self._world.now())) != EXITED:
            raise Problem("CONFLICT", f"the instance is {status}, it must be {EXITED}")
        return {"jobId": self.add("saveImage", instance, image)}

    def listed(self, query: Any) -> dict[str, Any]:
        """Those that fit, the newest first."""
        start, end = number_in_query(query, "startTime"), number_in_query(query, "endTime")
        rows = [
            self._as_json(job)
            for job in reversed(self._table.values())
            if query.get("jobId") in (None, "", job.id)
            and query.get("type") in (None, "", job.type)
            and query.get("state") in (None, "", self._state(job))
            and start <= job.created_at <= (end or job.created_at)
        ]
        return {"jobs": page(rows, query), "total": len(rows)}

    def stop(self, body: dict[str, Any]) -> dict[str, Any]:
        """Break one that is under way."""
        job = self._table.get(text(body, "jobId", least=1))
        if job is None:
            raise Problem("JOB_NOT_FOUND", f"job {body['jobId']} not found")
        if job.type != "saveImage":
            raise Problem("MIGRATION_JOB_NOT_BREAKABLE", "a migration cannot be broken off")
        if self._state(job) in ("pulling", "running"):
            job.broken_at = self._world.now()
        return {"jobId": job.id}

    def _state(self, job: Job) -> str:
        if job.broken_at is not None:
            return "break"
        age_s = (self._world.now() - job.created_at) * self._world.speed
        return "pulling" if age_s < PULLING_S else "running" if age_s < LASTS_S[job.type] else "success"

    def _as_json(self, job: Job) -> dict[str, Any]:
        return {
            "Id": job.id,
            "user": USER,
            "type": job.type,
            "envs": [{"key": "IMAGE", "value": job.image}] if job.image else [],
            "state": {"state": self._state(job), "error": "", "message": ""},
            "logAddress": f"https://log.gpu-instance.novita.ai/jobs/{job.id}",
            "createdAt": str(int(job.created_at)),
            "instanceId": job.instance_id,
        }
