"""OTOY's HTTP calls in its own words, each signed for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count, takewhile
from typing import Any

from gpuconsole.providers.errors import Unconfirmed, Unreachable
from gpuconsole.providers.http import Client, Wording
from gpuconsole.providers.otoy.signing import CLOCK_TOLERANCE_S, Keys, sign
from gpuconsole.providers.wire import items, quoted

JOBS, RUNS, OFFERS = "/v1/jobs", "/v1/job-runs", "/v1/compute/offers"
MOST_A_PAGE = 50
NEWEST_FIRST = "-created_at"
_AT_ONCE = 4
"""Pages of one list that are asked for at the same time."""
_ABOUT_TIME = re.compile(r"x-time|time ?stamp|clock", re.IGNORECASE)
_NAMED = re.compile(r"([a-z][\w.\[\]]*_\w+|parameters[\w.\[\]]*|task|title)\b[ :]")


def _error(body: Any) -> tuple[str, str]:
    """``{"error": {"code", "message", "details": [{"path", "message"}]}}``; only ``code`` is told by the docs."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return "", ""
    message = str(error.get("message") or error.get("code") or "")
    if _ABOUT_TIME.search(message):
        text = "The clock of this machine must be within 5 min of OTOY's: set it right. The key may be fine."
        return f"{message.rstrip('.')}. {text}", ""
    details = [row for row in error.get("details") or () if isinstance(row, Mapping) and row.get("path")]
    if details:
        told = [f"{row['path']} {row.get('message') or ''}".strip() for row in details]
        return "; ".join(told) if len(told) > 1 else message, _dotted(str(details[0]["path"]))
    named = _NAMED.match(message)
    return message, _dotted(named.group(1)) if named else ""


def _dotted(path: str) -> str:
    return re.sub(r"\[(\w+)\]", r".\1", path).strip("/").replace("/", ".")


WORDING = Wording("OTOY", _error, clock_tolerance_s=CLOCK_TOLERANCE_S)


class OtoyClient:
    """Signed calls; answers as decoded JSON. Nothing is kept: there is no login."""

    def __init__(self, http: Client, keys: Keys) -> None:
        self.http = http
        self._keys = keys

    def create(self, body: Any) -> Mapping[str, Any]:
        """A new job; some answers wrap it in ``data`` (client code)."""
        return _job(self._call("POST", JOBS, body), is_write=True)

    def job(self, job_id: str) -> Mapping[str, Any]:
        """One job. Raises NotFound."""
        return _job(self._get(f"{JOBS}/{quoted(job_id)}"))

    def cancel(self, job_id: str, reason: str) -> None:
        """Ask for the end of a job: a PUT, though the docs' list of methods lacks it. Some answers are empty."""
        self._call("PUT", f"{JOBS}/{quoted(job_id)}/cancel", {"reason": reason})

    def jobs(self, *, pages: int | None = None, needed: int = 1, **filters: str) -> Iterator[Mapping[str, Any]]:
        """Jobs, newest first, page by page; no more than ``pages`` of them. Of those that are ``needed`` in any case a
        few are asked for at the same time."""
        return self._rows(JOBS, pages, filters, needed=needed)

    def runs(self, *, pages: int | None = None, needed: int = 1, **filters: str) -> Iterator[Mapping[str, Any]]:
        """Runs without their logs, newest first; pages as of ``jobs``."""
        return self._rows(RUNS, pages, filters, needed=needed)

    def run(self, run_id: str) -> Mapping[str, Any]:
        """One run with its log."""
        found = self._get(f"{RUNS}/{quoted(run_id)}")
        return found if isinstance(found, Mapping) else {}

    def offers(self) -> list[Mapping[str, Any]]:
        """All hardware that can be had just now, prices exact."""
        return list(self._rows(OFFERS, None, {}, exact=True, sort=""))

    def _rows(
        self,
        path: str,
        pages: int | None,
        filters: Mapping[str, str],
        *,
        exact: bool = False,
        sort: str = NEWEST_FIRST,
        needed: int = 1,
    ) -> Iterator[Mapping[str, Any]]:
        query: dict[str, str] = {"limit": str(MOST_A_PAGE), **({"sort": sort} if sort else {})}
        query |= {f"filter[{name}]": value for name, value in filters.items()}

        def page(number: int) -> Any:
            return self._get(path, {**query, "page": str(number)}, exact=exact)

        for number, answer in enumerate(_in_order(page, needed, pages), start=1):
            rows = items(answer, "data")
            yield from rows
            total = answer.get("total")
            if len(rows) < MOST_A_PAGE or (isinstance(total, int) and number * MOST_A_PAGE >= total):
                return

    def _get(self, path: str, query: Mapping[str, str] | None = None, *, exact: bool = False) -> Any:
        headers = sign(self._keys, "GET", path, query=query)
        return self.http.get(path, query, headers=headers, exact=exact)

    def _call(self, method: str, path: str, body: Any) -> Any:
        return self.http.call(method, path, body, headers=sign(self._keys, method, path, body=body))


def _in_order(page: Callable[[int], Any], needed: int, most: int | None) -> Iterator[Any]:
    """Pages from the first on, asked for as they are wanted; but those that are needed and exist, side by side."""
    first = page(1)
    yield first
    total = first.get("total")
    last = min(needed, -(-total // MOST_A_PAGE)) if isinstance(total, int) else 1
    if last > 1:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="page") as pool:
            yield from pool.map(page, range(2, last + 1))
    following = count(max(last, 1) + 1)
    yield from map(page, following if most is None else takewhile(lambda number: number <= most, following))


def _job(answer: Any, *, is_write: bool = False) -> Mapping[str, Any]:
    found = answer if isinstance(answer, Mapping) else {}
    if "uuid" not in found and isinstance(found.get("data"), Mapping):
        found = found["data"]
    if not found.get("uuid"):
        text = "The answer holds no job."
        raise Unconfirmed(text) if is_write else Unreachable(text)
    return found
