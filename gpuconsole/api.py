"""The JSON API, ``/api/v1``: routers of the apps under one roof, with one shape for every error."""

import json
import logging
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

import pydantic_core
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, re_path
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from gpuconsole.accounts.api import ApiTokenAuth
from gpuconsole.accounts.api import router as accounts
from gpuconsole.catalog.api import router as catalog
from gpuconsole.connections.api import router as connections
from gpuconsole.core.api import PROBLEM_TYPE, FieldProblem, problem
from gpuconsole.core.errors import Refused
from gpuconsole.core.rates import TooMany
from gpuconsole.core.translated import translated
from gpuconsole.inventory.api import router as inventory
from gpuconsole.notify.api import router as webhooks
from gpuconsole.projects.api import router as projects
from gpuconsole.providers.problems import explain
from gpuconsole.spend.api import router as costs
from gpuconsole.spend.invoices.api import router as invoices
from gpuconsole.workloads.act_api import router as acts
from gpuconsole.workloads.api import router as workloads
from gpuconsole.workloads.decisions.api import router as decisions
from gpuconsole.workloads.halts.api import router as halts
from gpuconsole.workloads.input_schemas import field_path
from gpuconsole.workloads.launch_api import router as launches
from gpuconsole.workloads.limits.api import router as limits
from gpuconsole.workloads.listing.api import router as views
from gpuconsole.workloads.log_api import router as logs
from gpuconsole.workloads.presets.api import router as presets
from gpuconsole.workloads.requests.api import router as requests

logger = logging.getLogger(__name__)

DESCRIPTION = """
Launch and follow GPU work at every provider that the team has connected.

Send `Authorization: Bearer gpc_…`; tokens are made under *API tokens*. A `POST` that launches takes an
`Idempotency-Key`: sent again with the same key it answers with the first workload. A launch over a limit that asks an
admin is answered with 202 and a launch request that waits for one. Errors are problem details
(RFC 9457) with a dotted path for each field at fault. Amounts are decimals in strings, times RFC 3339 in UTC.
"""


class ConsoleApi(NinjaAPI):
    """django-ninja with errors declared under the media type in which they are sent."""

    def get_openapi_schema(self, **_: Any) -> Any:
        """The document, made once a process: it takes seconds, is the same for everybody and is not to be changed."""
        return self._document

    @cached_property
    def _document(self) -> Any:
        document = super().get_openapi_schema()
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "content" in answer:
                        answer["content"] = {PROBLEM_TYPE: next(iter(answer["content"].values()))}
        return document


REPEATED = "It is given more than once; give it once."


class StrictParser(Parser):
    """JSON as its standard has it: NaN and Infinity are none. A query says each single value once."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_constant=_no_constant)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        if repeated := [key for key in data if key not in list_fields and len(data.getlist(key)) > 1]:
            raise ValidationError([{"type": "repeated", "loc": ("query", key), "msg": REPEATED} for key in repeated])
        return super().parse_querydict(data, list_fields, request)


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


class FastRenderer(BaseRenderer):
    """Moments to the microsecond, written by pydantic's own writer: a list costs a fraction of Python's JSON."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return pydantic_core.to_json(data)


api = ConsoleApi(
    title="gpuconsole",
    version="1",
    description=DESCRIPTION,
    auth=ApiTokenAuth(),
    parser=StrictParser(),
    renderer=FastRenderer(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
_WORK = (launches, workloads, acts, logs, decisions, limits, presets, views, requests, halts, inventory)
for router in (accounts, projects, connections, catalog, *_WORK, costs, invoices, webhooks):
    api.add_router("", router)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
    text = "Send a valid API token: “Authorization: Bearer gpc_…”."
    answer = problem(request, 401, text, code="not_signed_in")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(TooMany)
def _too_many(request: HttpRequest, exc: TooMany) -> HttpResponse:
    answer = problem(request, 429, str(exc), code="too_many_requests")
    answer["Retry-After"] = str(exc.wait_s)
    return answer


@api.exception_handler(PermissionDenied)
def _not_allowed(request: HttpRequest, exc: PermissionDenied) -> HttpResponse:
    return problem(request, 403, str(exc) or "Your role does not allow this.", code="not_allowed")


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, exc: Http404) -> HttpResponse:
    return problem(request, 404, "There is no such thing, or it is not yours.", code="not_found")


@api.exception_handler(Refused)
def _refused(request: HttpRequest, exc: Refused) -> HttpResponse:
    errors = [FieldProblem(path=path, message=message) for path, message in exc.errors.items()]
    detail = " ".join((exc.message, *exc.details))
    status = 422 if errors and exc.code not in _AS_THINGS_STAND else 409
    return problem(request, status, detail, code=exc.code or "refused", errors=errors)


_AS_THINGS_STAND = frozenset({"over_quota", "over_budget", "needs_approval"})
"""Refusals of what was asked rightly: the same may be granted later, or with another value of the field they name."""


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, exc: HttpError) -> HttpResponse:
    return problem(request, exc.status_code, str(exc), code="bad_request")


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, exc: RequestDataTooBig) -> HttpResponse:
    return problem(request, 413, "The body is too large.", code="too_large")


@api.exception_handler(Exception)
def _broken(request: HttpRequest, exc: Exception) -> HttpResponse:
    logger.exception("the API failed", exc_info=exc)
    text = "That is a mistake of ours; it has been noted. Ask again, and tell an administrator the request id."
    return problem(request, 500, text, code="internal")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    found: dict[str, str] = {}
    for error in exc.errors:
        found.setdefault(field_path(error["loc"]), translated(explain(error)))
    errors = [FieldProblem(path=path, message=message) for path, message in found.items()]
    count = len(errors)
    detail = f"{count} field{'s' if count > 1 else ''} need{'' if count > 1 else 's'} a change."
    return problem(request, 422, detail, code="invalid", errors=errors)


def docs(request: HttpRequest) -> HttpResponse:
    """The reference, drawn in the browser from our own server's files."""
    return Swagger(settings={"persistAuthorization": True}).render_page(request, api)


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer in the API's own shape below /api/ too."""
    return problem(request, 404, f"There is nothing at /api/{rest}.", code="not_found")


def _with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """django-ninja answers a wrong method in plain text; here it is told as everything else is."""

    @wraps(view)
    def told(request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        try:
            answer = view(request, *words, **named)
        except Http404:  # the address of the API itself
            return unknown(request, request.path.removeprefix("/api/"))
        if not isinstance(answer, HttpResponseNotAllowed):
            return answer
        allowed = answer["Allow"]
        refusal = problem(request, 405, f"This address takes {allowed} only.", code="method_not_allowed")
        refusal["Allow"] = allowed
        return refusal

    return told


_operations, _app_name, _namespace = api.urls
for _pattern in _operations:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = _with_problems(_pattern.callback)

urlpatterns = [
    path("v1/", (_operations, _app_name, _namespace)),
    path("docs/", docs, name="api-docs"),
    path("docs", RedirectView.as_view(pattern_name="api-docs")),
    re_path(r"^(?P<rest>.*)$", unknown),
]
