"""Baseten's HTTP calls in its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gpuconsole.providers.http import Client, Wording
from gpuconsole.providers.wire import item, items, quoted

_PATHED = re.compile(
    r"((?:training_job|training_project|priority|availability_model)\b[\w.\[\]]*)\s*:\s+(.*)", re.DOTALL
)


def _error(body: Any) -> tuple[str, str]:
    """``{"code", "message": "training_job.image.base_image: field required"}``: the path stands in the text."""
    message = str(body.get("message") or "") if isinstance(body, Mapping) else ""
    if pathed := _PATHED.fullmatch(message):
        return pathed.group(2), re.sub(r"\[(\d+)\]", r".\1", pathed.group(1))
    return message, ""


WORDING = Wording("Baseten", _error)
SEARCH = "/v1/training_jobs/search"
PROJECTS = "/v1/training_projects"
SECRETS = "/v1/secrets"


def jobs_path(project_id: str) -> str:
    """Where the jobs of a project are."""
    return f"{PROJECTS}/{quoted(project_id)}/jobs"


class BasetenClient:
    """Signed calls; answers as decoded JSON, unwrapped."""

    def __init__(self, http: Client, api_key: str) -> None:
        self.http = http
        self._signed = {"Authorization": f"Api-Key {api_key}"}

    def projects(self) -> list[Mapping[str, Any]]:
        """All training projects; there is no paging."""
        return items(self._get(PROJECTS), "training_projects")

    def upsert_project(self, name: str) -> Mapping[str, Any]:
        """The project of this name, made if it is not there (docs: safe to repeat)."""
        body = {"training_project": {"name": name}}
        answer = self.http.call("POST", PROJECTS, body, headers=self._signed, is_repeatable=True)
        return item(answer, "training_project")

    def search(self, **filters: Any) -> list[Mapping[str, Any]]:
        """Jobs over all projects, newest first: a read, though it is posted."""
        answer = self.http.call("POST", SEARCH, filters, headers=self._signed, is_repeatable=True)
        return items(answer, "training_jobs")

    def create(self, path: str, body: Any) -> Mapping[str, Any]:
        """A new job, in the project that the path names."""
        return item(self._post(path, body), "training_job", is_write=True)

    def stop(self, project_id: str, job_id: str) -> Mapping[str, Any]:
        """Ask for the end of a job; a finished one is refused (assumed)."""
        return item(self._post(f"{jobs_path(project_id)}/{quoted(job_id)}/stop", {}), "training_job", is_write=True)

    def recreate(self, project_id: str, job_id: str) -> Mapping[str, Any]:
        """A new job of the same configuration."""
        answer = self._post(f"{jobs_path(project_id)}/{quoted(job_id)}/recreate", {})
        return item(answer, "training_job", is_write=True)

    def update(self, path: str, changes: Any) -> Mapping[str, Any]:
        """Change a pending job's place in the queue."""
        answer = self.http.call("PATCH", path, changes, headers=self._signed)
        return item(answer, "training_job", is_write=True)

    def delete(self, project_id: str, job_id: str) -> None:
        """Take a job off the list, with the checkpoints that were not deployed."""
        self.http.call("DELETE", f"{jobs_path(project_id)}/{quoted(job_id)}", headers=self._signed)

    def logs(self, project_id: str, job_id: str, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Log lines between two moments (epoch milliseconds)."""
        return items(self._get(f"{jobs_path(project_id)}/{quoted(job_id)}/logs", query), "logs")

    def metrics(self, project_id: str, job_id: str, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """All series between two moments."""
        answer = self._get(f"{jobs_path(project_id)}/{quoted(job_id)}/metrics", query)
        return answer if isinstance(answer, Mapping) else {}

    def checkpoints(self, project_id: str, job_id: str) -> list[Mapping[str, Any]]:
        """What the job saved so far."""
        return items(self._get(f"{jobs_path(project_id)}/{quoted(job_id)}/checkpoints"), "checkpoints")

    def prices(self) -> list[Mapping[str, Any]]:
        """Instance types with USD per minute, exact."""
        return items(self.http.get("/v1/instance_type_prices", headers=self._signed, exact=True), "instance_types")

    def secrets(self) -> list[Mapping[str, Any]]:
        """Stored secrets, by name: values never come back."""
        return items(self._get(SECRETS), "secrets")

    def upsert_secret(self, name: str, value: str) -> None:
        """Store a secret, or give it a new value."""
        self.http.hide(value)
        self.http.call("POST", SECRETS, {"name": name, "value": value}, headers=self._signed, is_repeatable=True)

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return self.http.get(path, query, headers=self._signed)

    def _post(self, path: str, body: Any) -> Any:
        return self.http.call("POST", path, body, headers=self._signed)
