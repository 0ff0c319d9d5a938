"""HTTP as the dialects see it: a request, a response, routes with parameters."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.world import Resource, World


@dataclass(frozen=True)
class Request:
    """One call; `path` is as the provider spells it, without the mount prefix. Header names are in lower case.

    `query` has the last value of a key that comes more than once; `query_string` has all, as they were sent.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""
    peer: str = "127.0.0.1"
    query_string: str = ""

    def json(self) -> Any:
        """The body as JSON, None for an empty one; raises BadJson."""
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as exc:  # the second: brackets within brackets without end
            raise BadJson(str(exc)) from exc


class BadJson(ValueError):
    """The body is no JSON."""


@dataclass(frozen=True)
class Response:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body; decimals become numbers."""
    body = json.dumps(value, default=_plain, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not JSON: {value!r}")


class Dropped(ConnectionError):
    """The connection is cut without an answer."""


Handler = Callable[..., Response]


class Router:
    """Finds the function for a method and a path such as `/v1/jobs/{job_id}`; the first route that fits wins."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Register a route; parameters in braces are passed by keyword."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
        self._routes.append((method, re.compile(pattern + "/?"), handler))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | set[str]:
        """The handler and its parameters, or the methods that the path would allow (empty: no such path).

        A HEAD is answered as the GET that it stands for; the door leaves out the body.
        """
        allowed = set()
        method = "GET" if method == "HEAD" else method
        for route_method, pattern, handler in self._routes:
            if found := pattern.fullmatch(path):
                if route_method == method:
                    return handler, found.groupdict()
                allowed.add(route_method)
        return allowed


class Dialect(Protocol):
    """One provider's HTTP."""

    slug: str

    @property
    def price_keys(self) -> Collection[str]:
        """The keys of answers under which prices stand: what a price jump changes."""

    def answer(self, request: Request) -> Response:
        """What the provider would answer. Called with the world's lock held."""

    def trouble(self, status: int) -> Response:
        """The provider's own answer for a 401 (its key or token has run out), a 402 (no credit is left), a 429 or a
        500."""

    def charges(self) -> list[Charge]:
        """All that the account has been charged for up to now, by its provider's own rules."""


class Maker(Protocol):
    """What a dialect's folder offers: it makes the dialect for a world, and names all that the dialect stores there."""

    sandbox: Mapping[str, str]
    """The credentials that it takes, by their names in plain words."""
    kind: type[Resource]
    tables: Mapping[str, type[Any]]

    def __call__(self, world: World) -> Dialect:
        """Make the dialect."""
