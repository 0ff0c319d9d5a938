"""Projects in the JSON API: where a token may launch and look, and the general settings for admins."""

from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import AfterValidator, Field

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, ApiInput, ApiSchema, MoneyOut, Text, ToldPattern
from gpuconsole.projects import services
from gpuconsole.projects.access import find_project, role_in, visible_projects
from gpuconsole.projects.forms import LONGEST_KEPT_DAYS, LONGEST_STOP_S, SHORTEST_STOP_S
from gpuconsole.projects.models import Project, ProjectRole


class ProjectOut(ApiSchema):
    slug: str
    name: str
    role: str
    description: str
    default_stop_after_s: int | None
    """What launches get as the latest end that name none."""
    may_never_end: bool
    """Whether instances may run without a latest end."""
    keep_output_days: int | None
    """How long logs and metrics are kept after the end; null: for ever."""
    budget: MoneyOut | None
    """Of the project itself, for a calendar month in the team's time zone; ``/projects/{slug}/budget`` tells how it
    stands, ``/quotas`` what is limited."""


def _with_letters(name: str) -> str:
    if not name.strip():
        raise ValueError(_("Give it a name."))
    return name


class ProjectPatch(ApiInput):
    """What changes of a project; what is left out stays."""

    name: Annotated[Text, AfterValidator(_with_letters), ToldPattern(r"\S"), Field(max_length=80)] | None = None
    description: Annotated[Text, Field(max_length=200)] | None = None
    default_stop_after_s: Annotated[int | None, Field(ge=SHORTEST_STOP_S, le=LONGEST_STOP_S)] = None
    """Null: none."""
    may_never_end: bool | None = None
    keep_output_days: Annotated[int | None, Field(ge=1, le=LONGEST_KEPT_DAYS)] = None
    """Null: for ever."""


_MAY_BE_NONE = ("default_stop_after_s", "keep_output_days")


class Projects(ApiSchema):
    items: list[ProjectOut]


router = Router(tags=["Projects"])


@router.get("/projects", response={200: Projects, **COMMON_PROBLEMS}, operation_id="list_projects")
def list_projects(request: HttpRequest) -> Projects:
    """All projects that the token's person can see."""
    viewer = _viewer(request)
    projects = visible_projects(viewer).prefetch_related("budgets").order_by("slug")
    return Projects(items=[_shape(project, viewer) for project in projects])


@router.get("/projects/{slug}", response={200: ProjectOut, **COMMON_PROBLEMS}, operation_id="get_project")
def get_project(request: HttpRequest, slug: Text) -> ProjectOut:
    """One project."""
    viewer = _viewer(request)
    return _shape(find_project(viewer, slug), viewer)


@router.patch("/projects/{slug}", response={200: ProjectOut, **WRITE_PROBLEMS}, operation_id="change_project")
def change_project(request: HttpRequest, slug: Text, payload: ProjectPatch) -> ProjectOut:
    """Another name or description, and how long work may run; for the project's admins. It holds from the next launch
    on and ends nothing that runs."""
    viewer = _viewer(request)
    project = find_project(viewer, slug, role=ProjectRole.ADMIN)
    require_scope(viewer, "admin")
    names = ("name", "description", "default_stop_after_s", "may_never_end", "keep_output_days", "ask_first_above")
    given = payload.model_dump(include=payload.model_fields_set)
    said = {name: value for name, value in given.items() if value is not None or name in _MAY_BE_NONE}
    said = {name: getattr(project, name) for name in names} | said
    services.update(project=project, by=viewer.user, **said)
    return _shape(project, viewer)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def _shape(project: Project, viewer: Viewer) -> ProjectOut:
    budget = next(iter(project.budgets.all()), None)
    return ProjectOut(
        slug=project.slug,
        name=project.name,
        role=str(role_in(viewer, project) or "viewer"),
        description=project.description,
        default_stop_after_s=project.default_stop_after_s,
        may_never_end=project.may_never_end,
        keep_output_days=project.keep_output_days,
        budget=None if budget is None else MoneyOut(amount=budget.amount, currency=budget.currency),
    )
