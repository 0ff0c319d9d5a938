"""What every part of the JSON API shares: the base schema, problem details (RFC 9457) and cursors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Field, Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from gpuconsole.core.errors import Refused
from gpuconsole.core.paging import Page, page
from gpuconsole.providers import problems

PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ToldPattern:
    """Tells readers of the schema of a rule that a validator refuses in plain words; other patterns hold beside it."""

    pattern: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        shape = handler(core)
        if "pattern" in shape:
            shape.setdefault("allOf", []).append({"pattern": self.pattern})
        else:
            shape["pattern"] = self.pattern
        return shape


def _without_nul(text: str) -> str:
    """PostgreSQL stores no NUL; refused here, it can never become a 500 there."""
    if "\0" in text:
        raise ValueError(_("Must not contain the NUL character."))
    return text


def _written_out(moment: Any) -> Any:
    """A bare number would be read as seconds since 1970, which nobody who writes one here means."""
    if isinstance(moment, str) and "T" not in moment.upper():
        raise ValueError(_("Must be a date and time with a zone, such as 2026-11-21T10:00:00Z."))
    return moment


Text = Annotated[str, AfterValidator(_without_nul), ToldPattern(r"^[^\x00]*$"), Field(max_length=500)]
"""Any text from outside."""
QueryText = Annotated[Text, Field(min_length=1)]
"""A text of a query: an empty one is more likely a slip than a wish."""


def _in_utc(moment: datetime) -> datetime:
    """PostgreSQL takes no offset past 15 hours."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError(_("Must be a moment between the years 1 and 9999.")) from exc


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""A moment from outside, RFC 3339 with a zone."""

Amount = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:f}", return_type=str)]
"""Money as a decimal in a string, never a float."""


class ApiSchema(Schema):
    """An object that leaves the API."""


class MoneyOut(ApiSchema):
    amount: Amount
    currency: str


class ApiInput(Schema):
    """An object that comes in: a key that we do not know is an error, so that a typing mistake is noticed."""

    model_config = ConfigDict(extra="forbid")


class FieldProblem(ApiSchema):
    """What is wrong with one field; ``path`` is the dotted wire path as the request had it."""

    path: str
    message: str


class Problem(ApiSchema):
    """Problem details after RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    """A word for programs."""
    request_id: str = ""
    errors: list[FieldProblem] = []


_TITLES = {
    400: gettext_noop("Bad request"),
    401: gettext_noop("Not signed in"),
    403: gettext_noop("Not allowed"),
    404: gettext_noop("Not found"),
    405: gettext_noop("Method not allowed"),
    409: gettext_noop("Refused"),
    413: gettext_noop("Too large"),
    422: gettext_noop("Fields need a change"),
    429: gettext_noop("Too many requests"),
    500: gettext_noop("Our mistake"),
    503: gettext_noop("Not available"),
}

COMMON_PROBLEMS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 422, 429), Problem)
"""Answers that every operation may give."""

WRITE_PROBLEMS: dict[Any, Any] = {**COMMON_PROBLEMS, 409: Problem}


def problem(
    request: HttpRequest, status: int, detail: str, *, code: str, errors: list[FieldProblem] | None = None
) -> JsonResponse:
    """The one shape of every error that leaves the API."""
    body = Problem(
        title=_(_TITLES.get(status, gettext_noop("Error"))),
        status=status,
        detail=detail,
        code=code,
        request_id=getattr(request, "id", ""),
        errors=errors or [],
    )
    return JsonResponse(body.model_dump(), status=status, content_type=PROBLEM_TYPE)


class PageInfo(ApiSchema):
    """Cursors to the neighbouring pages; null where there is none."""

    newer: str | None
    """Goes into ``before``."""
    older: str | None
    """Goes into ``after``."""


class ApiQuery(ApiInput):
    """What stands behind the question mark. django-ninja hands over known names only, so the others are looked for."""

    @model_validator(mode="after")
    def _no_other(self, info: ValidationInfo) -> Self:
        request = (info.context or {}).get("request")
        given = request.GET if request is not None else ()
        unknown = [name for name in given if name not in type(self).model_fields]
        problems.refuse("query", [problems.problem(_("There is no such parameter."), name) for name in unknown])
        return self


class PageQuery(ApiQuery):
    """Which page of a list; without a cursor the first one."""

    after: QueryText | None = None
    """Cursor ``older`` of the page in front."""
    before: QueryText | None = None
    """Cursor ``newer`` of the page behind."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


Row = TypeVar("Row", bound=Model)


def asked_page(
    rows: QuerySet[Row], asked: PageQuery, order: Sequence[str] = ("-id",), *, keys_first: bool = False
) -> Page[Row]:
    """The page that was asked for. Raises Refused for a cursor that is not one of this list."""
    if asked.after and asked.before:
        raise Refused(_("Send after or before, not both."), code="two_cursors", field="before")
    return page(rows, order=order, after=asked.after, before=asked.before, limit=asked.limit, keys_first=keys_first)
