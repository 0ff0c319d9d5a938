"""HTTP to a provider: time-outs, the mapping of every trouble to our errors, and masking of secrets."""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, Protocol

import httpx

from gpuconsole.providers.errors import (
    NoCapacity,
    NotAuthorized,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unconfirmed,
    Unreachable,
)
from gpuconsole.providers.masking import mask

TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=15.0, pool=5.0)
LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=15.0)
RAW_LIMIT = 4000
"""Characters of an answer that are kept with an error."""

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class OnCall(Protocol):
    """Hears of every call; ``status`` is None where no answer came."""

    def __call__(self, method: str, path: str, status: int | None, took_ms: int) -> None:
        """Take note of a call; ``path`` is below the base URL."""
        ...


@dataclass(frozen=True, slots=True)
class Wording:
    """What differs between providers in the way they say no."""

    name: str
    error: Callable[[Any], tuple[str, str]]
    """From a decoded error body to (message, dotted wire path); empty texts where it tells none."""
    no_capacity: frozenset[int] = frozenset()
    """HTTP statuses that say that no hardware is free."""
    clock_tolerance_s: float | None = None
    """How far the time that signs a call may be from the provider's clock; None: no time is signed."""
    kind: Callable[[Any], type[ProviderError] | None] = lambda body: None
    """From a decoded error body to the error that it names by itself, where the HTTP status does not tell it."""


class Client:
    """One account's HTTP connections. Paths are below the base URL; every method raises ProviderError only."""

    def __init__(
        self,
        wording: Wording,
        base_url: str,
        *,
        secrets: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
        on_call: OnCall | None = None,
    ) -> None:
        self._wording = wording
        self._base_url = base_url.rstrip("/")
        self._secrets = frozenset(secrets)
        self._on_call = on_call
        self._http = httpx.Client(
            timeout=TIMEOUT,
            limits=LIMITS,
            transport=transport,
            trust_env=not _is_loopback(base_url),
            headers={"Accept": "application/json", "User-Agent": "gpuconsole"},
        )

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def hide(self, secret: str, *, instead_of: str = "") -> None:
        """Take this out of everything that is told from now on; ``instead_of`` is one that has become worthless."""
        self._secrets = (self._secrets - {instead_of}) | {secret}

    def masked(self, value: Any) -> Any:
        """The value with all known secrets taken out."""
        return mask(value, self._secrets)

    def reach(self, path: str) -> int:
        """Ask without signing and tell the HTTP status; only a missing answer is an error."""
        return self._send("GET", path, None, None, {}, is_repeatable=True).status_code

    def get(
        self,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        exact: bool = False,
    ) -> Any:
        """Read; ``exact`` gives fractions as Decimal."""
        return self.call("GET", path, query=query, headers=headers, is_repeatable=True, exact=exact)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = False,
        exact: bool = False,
    ) -> Any:
        """Send once and decode the answer. ``is_repeatable``: doing it twice does no harm, so a lost answer is only
        Unreachable and never Unconfirmed."""
        answer = self._send(method, path, body, query, headers or {}, is_repeatable=is_repeatable)
        if not answer.is_success:
            self._refuse(answer, is_repeatable=is_repeatable)
        return self._decode(answer, is_repeatable=is_repeatable, exact=exact)

    def _send(
        self,
        method: str,
        path: str,
        body: Any,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        *,
        is_repeatable: bool,
    ) -> httpx.Response:
        began, status = time.monotonic(), None
        try:
            answer = self._http.request(
                method,
                self._base_url + path,
                params=dict(query) if query else None,
                content=None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode(),
                headers={**headers, **({"Content-Type": "application/json"} if body is not None else {})},
            )
            status = answer.status_code
        except _NEVER_SENT as exc:
            raise Unreachable(f"{self._name} could not be reached: {self._why(exc)}.") from exc
        except (httpx.LocalProtocolError, httpx.InvalidURL) as exc:
            raise Rejected(f"The call could not be written as HTTP: {self._why(exc)}.") from exc
        except httpx.TimeoutException as exc:
            self._unanswered(f"{self._name} did not answer in time.", is_repeatable=is_repeatable, cause=exc)
        except httpx.HTTPError as exc:
            text = f"{self._name} cut the connection before it answered."
            self._unanswered(text, is_repeatable=is_repeatable, cause=exc)
        finally:
            if self._on_call:
                self._on_call(method, path, status, round((time.monotonic() - began) * 1000))
        return answer

    def _decode(self, answer: httpx.Response, *, is_repeatable: bool, exact: bool) -> Any:
        if not answer.content:
            return {}
        try:
            return json.loads(answer.content, parse_float=Decimal if exact else float)
        except ValueError as exc:
            text = f"{self._name} sent an answer that is not readable."
            self._unanswered(text, is_repeatable=is_repeatable, cause=exc, answer=answer)

    def _unanswered(
        self, text: str, *, is_repeatable: bool, cause: Exception | None = None, answer: httpx.Response | None = None
    ) -> NoReturn:
        kind: type[ProviderError] = Unreachable if is_repeatable else Unconfirmed
        status = answer.status_code if answer is not None else None
        raise kind(text, status_code=status, raw=self._raw(answer)) from cause

    def _refuse(self, answer: httpx.Response, *, is_repeatable: bool) -> NoReturn:
        status, raw = answer.status_code, self._raw(answer)
        if status >= 500 or status == 408:
            self._unanswered(f"{self._name} answered {status}.", is_repeatable=is_repeatable, answer=answer)
        message, field, kind = self._told(answer)
        text = f"{self._name} says: {message}" if message else f"{self._name} answered {status}."
        if status == 429:
            raise RateLimited(f"{self._name} asks for fewer calls.", wait_s=retry_after_s(answer), raw=raw)
        if status == 401 and (skew := self._skew(answer)):
            raise NotAuthorized(skew, status_code=status, raw=raw)
        if status in (401, 403):
            raise NotAuthorized(text, status_code=status, raw=raw)
        if kind is not None and kind is not Rejected:
            raise kind(text, status_code=status, raw=raw)
        if status == 404:
            raise NotFound(text, status_code=status, raw=raw)
        if status in self._wording.no_capacity:
            raise NoCapacity(text, status_code=status, raw=raw)
        if status < 400:
            text = f"{self._name} answered with a redirect, which is not followed."
        raise Rejected(text, field=field, status_code=status, raw=raw)

    def _told(self, answer: httpx.Response) -> tuple[str, str, type[ProviderError] | None]:
        try:
            body = answer.json()
        except ValueError:
            is_text = answer.headers.get("Content-Type", "").startswith("text/plain")
            return str(self.masked(answer.text.strip() if is_text else ""))[:RAW_LIMIT], "", None
        message, field = self._wording.error(body)
        return str(self.masked(message))[:RAW_LIMIT], field, self._wording.kind(body)

    def _skew(self, answer: httpx.Response) -> str:
        """What to do where our clock is too far from the provider's for a signature; empty where it is not."""
        theirs, most_s = http_date(answer.headers.get("Date", "")), self._wording.clock_tolerance_s
        if theirs is None or most_s is None:
            return ""
        ahead_s = (datetime.now(UTC) - theirs).total_seconds()
        if abs(ahead_s) <= most_s:
            return ""
        off = f"{abs(ahead_s) / 60:.0f} min {'ahead of' if ahead_s > 0 else 'behind'} theirs"
        return (
            f"{self._name} refused the time of the call: the clock of this machine is {off}, "
            f"and may differ by {most_s / 60:g} min at most. Set the clock right; the key may be fine."
        )

    def _raw(self, answer: httpx.Response | None) -> str:
        return "" if answer is None else str(self.masked(answer.text))[:RAW_LIMIT]

    def _why(self, exc: Exception) -> str:
        return str(self.masked(str(exc))).rstrip(".") or type(exc).__name__

    @property
    def _name(self) -> str:
        return self._wording.name


def retry_after_s(answer: httpx.Response) -> float | None:
    """Seconds to wait by the Retry-After header, in either of its forms; None where it is missing or unreadable.

    A moment is taken from the answer's own Date: the provider's clock need not be ours.
    """
    told = answer.headers.get("Retry-After", "").strip()
    if told.isdecimal():
        return float(told)
    moment, now = http_date(told), http_date(answer.headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds()) if moment else None


def http_date(told: str) -> datetime | None:
    """The moment that a header tells; None where it is unreadable."""
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_loopback(url: str) -> bool:
    """The simulator beside us: no proxy of the environment may come in between."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
