"""``GET /projects``: where this token may launch and look."""

from django.http import HttpRequest
from ninja import Router

from gpuconsole.core.api import COMMON_PROBLEMS, Amount, ApiSchema
from gpuconsole.projects.access import role_in, visible_projects
from gpuconsole.projects.models import Project


class BudgetOut(ApiSchema):
    """Money for a calendar month in the team's time zone."""

    amount: Amount
    currency: str


class ProjectOut(ApiSchema):
    slug: str
    name: str
    role: str
    budget: BudgetOut | None
    """Of the project itself; ``/projects/{slug}/budget`` tells how it stands, ``/quotas`` what is limited."""


class Projects(ApiSchema):
    items: list[ProjectOut]


router = Router(tags=["Projects"])


@router.get("/projects", response={200: Projects, **COMMON_PROBLEMS}, operation_id="list_projects")
def list_projects(request: HttpRequest) -> Projects:
    """All projects that the token's person can see."""
    viewer = request.auth  # type: ignore[attr-defined]
    projects = visible_projects(viewer).prefetch_related("budgets").order_by("slug")
    return Projects(items=[_shape(project, str(role_in(viewer, project) or "viewer")) for project in projects])


def _shape(project: Project, role: str) -> ProjectOut:
    budget = next(iter(project.budgets.all()), None)
    return ProjectOut(
        slug=project.slug,
        name=project.name,
        role=role,
        budget=None if budget is None else BudgetOut(amount=budget.amount, currency=budget.currency),
    )
