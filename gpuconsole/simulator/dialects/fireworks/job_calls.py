"""The calls on batch jobs themselves."""

import functools
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.fireworks import listing, logs
from gpuconsole.simulator.dialects.fireworks.auth import USER_EMAIL
from gpuconsole.simulator.dialects.fireworks.bindings import RoleBindings
from gpuconsole.simulator.dialects.fireworks.checks import check_display_name, check_job
from gpuconsole.simulator.dialects.fireworks.environments import Environments, Snapshots
from gpuconsole.simulator.dialects.fireworks.errors import (
    FAILED_PRECONDITION,
    PERMISSION_DENIED,
    Problem,
    invalid,
    missing,
)
from gpuconsole.simulator.dialects.fireworks.jobs import CANCELLABLE, Job
from gpuconsole.simulator.dialects.fireworks.pools import Pools, hardware
from gpuconsole.simulator.dialects.fireworks.schemas import BATCH_JOB, NAMES, NOTHING
from gpuconsole.simulator.dialects.fireworks.things import CREATING, DELETING, READY, id_of
from gpuconsole.simulator.dialects.fireworks.updates import updated
from gpuconsole.simulator.web import Request
from gpuconsole.simulator.world import World

MUTABLE = ("displayName", "shared")


class JobCalls:
    """Create, read, list, change, cancel, delete."""

    def __init__(
        self, world: World, pools: Pools, environments: Environments, snapshots: Snapshots, roles: RoleBindings
    ) -> None:
        self._world = world
        self._pools = pools
        self._environments = environments
        self._snapshots = snapshots
        self._roles = roles

    def all(self) -> list[Job]:
        """The jobs that are there, in the order of their birth."""
        now = self._world.now()
        return [
            r
            for r in self._world.resources("fireworks")
            if isinstance(r, Job) and not r.is_gone(now) and not r.is_vanished()
        ]

    def find(self, job_id: str) -> Job:
        """One job, else 404."""
        found = self._world.resource("fireworks", job_id)
        if not isinstance(found, Job) or found.is_gone(self._world.now()) or found.is_vanished():
            raise missing("batch job", job_id)
        return found

    def create(self, request: Request) -> dict[str, Any]:
        """Make a job; the body is the job itself, and its id is the server's."""
        body = request.json()
        body = {} if body is None else body
        asked = BATCH_JOB(body, "")
        check_job(asked)
        pool = self._pools.usable(asked["nodePoolId"], "node_pool_id")
        image = asked.get("imageRef") or self._saved_image(asked)
        role = asked.get("role")
        if role and not self._roles.allow(USER_EMAIL, role):
            raise Problem(PERMISSION_DENIED, f'{USER_EMAIL} has no binding to role "{role}"')
        job = Job(self._world, self._make_id(), body, hardware(pool), image)
        self._world.add(job)
        return job.as_json(self._world.now())

    def _make_id(self) -> str:
        while self._world.resource("fireworks", made := self._world.make_id(8, "123456789")):
            pass
        return made

    def _saved_image(self, asked: dict[str, Any]) -> str:
        environment = self._environments.get(asked["environmentId"])
        if environment is None or environment.state(self._world.now()) in (CREATING, DELETING):
            raise invalid("environment_id", f'names no environment that is ready: "{asked["environmentId"]}"')
        if "snapshotId" in asked:
            snapshot = self._snapshots.get(asked["snapshotId"])
            if snapshot is None or snapshot.state(self._world.now()) != READY:
                raise invalid("snapshot_id", f'names no snapshot that is ready: "{asked["snapshotId"]}"')
        return str(environment.body["baseImageRef"])

    def read(self, request: Request, job_id: str) -> dict[str, Any]:
        """One job."""
        return listing.masked(self.find(job_id).as_json(self._world.now()), request.query, BATCH_JOB)

    def list(self, request: Request) -> dict[str, Any]:
        """A page of jobs, newest first unless asked otherwise."""
        now = self._world.now()
        rows = [
            listing.Row(job.serial, functools.partial(job.as_json, now), {"createTime": iso(job.created_at)})
            for job in self.all()
        ]
        return listing.page(request.query, rows, "batchJobs", BATCH_JOB, "create_time desc")

    def logs(self, request: Request, job_id: str) -> dict[str, Any]:
        """A page of the log."""
        return logs.answer(self.find(job_id), request)

    def patch(self, request: Request, job_id: str) -> dict[str, Any]:
        """Change the label or the sharing."""
        job = self.find(job_id)
        body = request.json()
        new = BATCH_JOB({} if body is None else body, "")
        current = {"displayName": job.name, "shared": job.shared}
        fields = updated({**job.request, **current}, new, request.query, BATCH_JOB, MUTABLE)
        check_display_name(fields)
        job.name, job.shared = fields.get("displayName", ""), fields.get("shared", False)
        job.patched_at = self._world.now()
        return job.as_json(self._world.now())

    def cancel(self, request: Request, job_id: str) -> dict[str, Any]:
        """Ask for the end."""
        job = self.find(job_id)
        NOTHING(request.json() or {}, "")
        state = job.state(self._world.now())
        if state not in CANCELLABLE:
            raise Problem(FAILED_PRECONDITION, f"batch job {job_id} cannot be cancelled: it is {state}")
        job.ask_to_cancel()
        return {}

    def delete(self, request: Request, job_id: str) -> dict[str, Any]:
        """Delete a job, whatever it is doing."""
        self.find(job_id).ask_to_delete()
        return {}

    def delete_several(self, request: Request) -> dict[str, Any]:
        """Delete jobs by their full resource names: all, or none where one is not there."""
        names = NAMES(request.json() or {}, "").get("names", [])
        for job in [self.find(id_of(name, "batchJobs")) for name in names]:
            job.ask_to_delete()
        return {}
