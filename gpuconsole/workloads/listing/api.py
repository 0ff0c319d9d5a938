"""Saved views in the JSON API: list, make, read, change, remove; each token has those of its person."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Status
from pydantic import field_validator

from gpuconsole.accounts.access import Viewer, require_team
from gpuconsole.accounts.api import require_scope
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, ApiInput, ApiQuery, ApiSchema, Text
from gpuconsole.providers import problems
from gpuconsole.workloads.listing import asked as addresses
from gpuconsole.workloads.models import SavedView
from gpuconsole.workloads.services import views as saved
from gpuconsole.workloads.states import Kind

router = Router(tags=["Saved views"])

_NAMES = (*addresses.FILTERS, "sort")
ViewName = Annotated[Text, Field(min_length=1, max_length=saved.LONGEST)]


def _only_filters(query: dict[str, str]) -> dict[str, str]:
    """Each name and value as the address of a list has it; what a list would not read as it stands is told."""
    known = addresses.clean({name: text for name, text in query.items() if name in _NAMES})
    wrong = [problems.problem(_("A list has no filter of this name."), name) for name in query if name not in _NAMES]
    plain = _("Values stand between commas, at most 50 of 200 characters, each once and without blanks around it.")
    wrong += [
        problems.problem(plain, name) for name, text in query.items() if name in _NAMES and known.get(name) != text
    ]
    problems.refuse("query", wrong)
    return query


class ViewFilters(ApiInput):
    """Filters and the order of a list, by the names that stand in its address."""

    query: Annotated[dict[Text, Text], Field(max_length=len(_NAMES))] = Field(default_factory=dict)
    """``{"state": "open", "owner": "mine", "sort": "-cost"}``; empty shows all."""

    @field_validator("query")
    @classmethod
    def _known(cls, query: dict[str, str]) -> dict[str, str]:
        return _only_filters(query)


class ViewIn(ViewFilters):
    """A tab above one's own list of jobs or of instances."""

    kind: Kind
    name: ViewName


class ViewPatch(ViewFilters):
    """What is to change; what is left out stays. ``query`` replaces all of it."""

    name: ViewName = ""


class ViewQuery(ApiQuery):
    """Which views are listed."""

    kind: Kind | None = None


class ViewOut(ApiSchema):
    """A saved view; another name gives it another slug."""

    kind: str
    slug: str
    name: str
    query: dict[str, str]


class Views(ApiSchema):
    """All of them, oldest first: there are few."""

    items: list[ViewOut]


@router.get("/views", response={200: Views, **COMMON_PROBLEMS}, operation_id="list_views")
def list_views(request: HttpRequest, asked: Query[ViewQuery]) -> Views:
    """Your own saved views in this team; nobody else sees them."""
    found = addresses.views_of(_viewer(request))
    return Views(items=[_shape(view) for view in (found if asked.kind is None else found.filter(kind=asked.kind))])


@router.post("/views", response={201: ViewOut, **WRITE_PROBLEMS}, operation_id="create_view")
def create_view(request: HttpRequest, payload: ViewIn) -> Status[ViewOut]:
    """Keep filters and an order under a name."""
    viewer = _viewer(request)
    require_scope(viewer, "launch")
    made = saved.save_view(
        team=require_team(viewer), user=viewer.user, kind=payload.kind, name=payload.name, query=payload.query
    )
    return Status(201, _shape(made))


@router.get("/views/{kind}/{slug}", response={200: ViewOut, **COMMON_PROBLEMS}, operation_id="get_view")
def get_view(request: HttpRequest, kind: Kind, slug: Text) -> ViewOut:
    """One view."""
    return _shape(addresses.find_view(_viewer(request), kind, slug))


@router.patch("/views/{kind}/{slug}", response={200: ViewOut, **WRITE_PROBLEMS}, operation_id="update_view")
def update_view(request: HttpRequest, kind: Kind, slug: Text, payload: ViewPatch) -> ViewOut:
    """Another name or other filters."""
    viewer = _viewer(request)
    view = addresses.find_view(viewer, kind, slug)
    require_scope(viewer, "launch")
    given: dict[str, Any] = {name: getattr(payload, name) for name in payload.model_fields_set}
    return _shape(saved.change_view(view=view, **given))


@router.delete("/views/{kind}/{slug}", response={204: None, **WRITE_PROBLEMS}, operation_id="remove_view")
def remove_view(request: HttpRequest, kind: Kind, slug: Text) -> Status[None]:
    """Remove one view; what it showed stays."""
    viewer = _viewer(request)
    view = addresses.find_view(viewer, kind, slug)
    require_scope(viewer, "launch")
    saved.remove_view(view=view)
    return Status(204, None)


def _viewer(request: HttpRequest) -> Viewer:
    return request.auth  # type: ignore[attr-defined,no-any-return]


def _shape(view: SavedView) -> ViewOut:
    return ViewOut(kind=view.kind, slug=view.slug, name=view.name, query=view.query)
