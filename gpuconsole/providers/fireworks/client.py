"""The control-plane calls of Fireworks in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gpuconsole.providers.errors import Rejected, Unconfirmed, Unreachable
from gpuconsole.providers.fireworks.bodies import FIELDS, INSIDE, camel
from gpuconsole.providers.http import Client, Wording
from gpuconsole.providers.wire import items, quoted

ACCOUNTS = "/v1/accounts"
PAGE = 200
"""The most things that one page of a list holds (docs)."""
LOG_PAGE = 1000
"""Log lines to ask for at once; the provider gives up to 10,000 (docs)."""
_MOST_PAGES = 1000
_PATH = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)?")
_PATHS = frozenset(FIELDS) | {"account_id"} | {f"{name}.{inner}" for name, inners in INSIDE.items() for inner in inners}


def error(body: Any) -> tuple[str, str]:
    """A gRPC status as JSON, bare or under ``error``; the field is one that ``details`` names, or the text names first.

    The texts spell fields in snake_case; our paths are the wire's own.
    """
    status = body.get("error") if isinstance(body, Mapping) and "error" in body else body
    if not isinstance(status, Mapping):
        return (status, "") if isinstance(status, str) else ("", "")
    message = str(status.get("message") or "")
    named = [*_violations(status.get("details")), *_PATH.findall(message)]
    return message, next((path for name in named if (path := _field(name))), "")


def _violations(details: Any) -> Iterator[str]:
    """The fields of a ``google.rpc.BadRequest``, where there is one."""
    for detail in details if isinstance(details, list) else ():
        found = detail.get("fieldViolations") if isinstance(detail, Mapping) else None
        for violation in found if isinstance(found, list) else ():
            if isinstance(violation, Mapping):
                yield str(violation.get("field") or "").removeprefix("batch_job.").removeprefix("batchJob.")


def _field(name: str) -> str:
    path = ".".join(camel(part) for part in name.split("."))
    if path in _PATHS:
        return path
    head = path.partition(".")[0]
    return head if head in _PATHS else ""


WORDING = Wording("Fireworks", error)


def jobs_path(account: str) -> str:
    """Where the batch jobs of an account are."""
    return f"{ACCOUNTS}/{quoted(account)}/batchJobs"


def job_path(account: str, job_id: str) -> str:
    """Where one batch job is."""
    return f"{jobs_path(account)}/{quoted(job_id)}"


class FireworksClient:
    """Signed calls; answers as decoded JSON."""

    def __init__(self, http: Client, api_key: str) -> None:
        self.http = http
        self._signed = {"Authorization": f"Bearer {api_key}"}

    def accounts(self) -> list[Mapping[str, Any]]:
        """The accounts that the key sees."""
        return list(self._pages(ACCOUNTS, "accounts"))

    def things(self, account: str, collection: str) -> list[Mapping[str, Any]]:
        """All of an account's nodePools, environments, snapshots or awsIamRoleBindings."""
        return list(self._pages(f"{ACCOUNTS}/{quoted(account)}/{collection}", collection))

    def jobs(self, account: str) -> Iterator[Mapping[str, Any]]:
        """The batch jobs of an account, newest first; a page is asked for when it is reached."""
        return self._pages(jobs_path(account), "batchJobs", {"orderBy": "create_time desc"})

    def changed_jobs(self, account: str) -> Iterator[Mapping[str, Any]]:
        """The batch jobs of an account, the newest change first. ``orderBy`` takes the fields of the resource (docs);
        that this one is among them is not established: whoever reads on looks whether they come in that order."""
        try:
            yield from self._pages(jobs_path(account), "batchJobs", {"orderBy": "update_time desc"})
        except Rejected:
            yield from self.jobs(account)

    def job(self, account: str, job_id: str) -> Mapping[str, Any]:
        """One batch job. Raises NotFound."""
        return _job(self._get(job_path(account, job_id)), Unreachable)

    def create(self, path: str, body: Any) -> Mapping[str, Any]:
        """A new batch job; its id is the server's."""
        return _job(self._write("POST", path, body), Unconfirmed)

    def update(self, path: str, changes: Any) -> Mapping[str, Any]:
        """Change displayName or shared, and nothing else (docs); the path names which."""
        return _job(self._write("PATCH", path, changes), Unconfirmed)

    def cancel(self, account: str, job_id: str) -> None:
        """Ask for the end of a job that is queued, pending or running."""
        self._write("POST", f"{job_path(account, job_id)}:cancel", {})

    def delete(self, account: str, job_id: str) -> None:
        """Take a job off the list, ended or not."""
        self._write("DELETE", job_path(account, job_id))

    def delete_several(self, account: str, job_ids: Sequence[str]) -> None:
        """Take several off the list at once: this call wants full resource names."""
        names = [f"accounts/{account}/batchJobs/{job_id}" for job_id in job_ids]
        self._write("POST", f"{jobs_path(account)}:batchDelete", {"names": names})

    def logs(
        self,
        account: str,
        job_id: str,
        *,
        since: str,
        page_token: str = "",
        ranks: Sequence[int] = (),
        size: int = LOG_PAGE,
    ) -> Mapping[str, Any]:
        """A page of lines from a moment on, oldest first: without ``startFromHead`` pages run backwards in time.

        No ranks: all. They go as one comma-joined value, as the vendor's own client sends them.
        """
        query = {"startTime": since, "startFromHead": "true", "pageSize": size}
        query |= {"ranks": ",".join(map(str, ranks))} if ranks else {}
        query |= {"pageToken": page_token} if page_token else {}
        answer = self._get(f"{job_path(account, job_id)}:getLogs", query)
        if not isinstance(answer, Mapping):
            raise Unreachable("The answer holds no log entries.")
        return answer

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return self.http.get(path, query, headers=self._signed)

    def _write(self, method: str, path: str, body: Any = None) -> Any:
        return self.http.call(method, path, body, headers=self._signed)

    def _pages(self, path: str, name: str, query: Mapping[str, Any] | None = None) -> Iterator[Mapping[str, Any]]:
        """All items, page by page; the other parameters stay as they are (client code)."""
        asked = {"pageSize": PAGE, **(query or {})}
        token = ""
        for _ in range(_MOST_PAGES):
            answer = self._get(path, {**asked, **({"pageToken": token} if token else {})})
            # An empty list is a zero value, which answers leave out.
            yield from items({name: [], **answer} if isinstance(answer, Mapping) else answer, name)
            token = str(answer.get("nextPageToken") or "")
            if not token:
                return


def _job(answer: Any, otherwise: type[Unreachable | Unconfirmed]) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping) or not answer.get("name"):
        raise otherwise("The answer holds no batch job.")
    return answer
