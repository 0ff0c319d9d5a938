"""``GET /projects``: where this token may launch and look."""

from decimal import Decimal

from django.http import HttpRequest
from ninja import Router

from gpuconsole.core.api import COMMON_PROBLEMS, Amount, ApiSchema
from gpuconsole.projects.access import role_in, visible_projects
from gpuconsole.projects.models import Project


class QuotaOut(ApiSchema):
    """Limits of a project; null means none. Prices in the team's currency."""

    max_gpus: int | None
    max_workloads: int | None
    max_hourly_price: Amount | None
    max_run_s: int | None


class BudgetOut(ApiSchema):
    """Money for a calendar month in the team's time zone."""

    amount: Amount
    currency: str


class ProjectOut(ApiSchema):
    slug: str
    name: str
    role: str
    quota: QuotaOut
    budget: BudgetOut | None


class Projects(ApiSchema):
    items: list[ProjectOut]


router = Router(tags=["Projects"])


@router.get("/projects", response={200: Projects, **COMMON_PROBLEMS}, operation_id="list_projects")
def list_projects(request: HttpRequest) -> Projects:
    """All projects that the token's person can see."""
    viewer = request.auth  # type: ignore[attr-defined]
    projects = visible_projects(viewer).order_by("slug")
    return Projects(items=[_shape(project, str(role_in(viewer, project) or "viewer")) for project in projects])


def _shape(project: Project, role: str) -> ProjectOut:
    amount: Decimal | None = project.budget_amount
    return ProjectOut(
        slug=project.slug,
        name=project.name,
        role=role,
        quota=QuotaOut.model_validate(project),
        budget=None if amount is None else BudgetOut(amount=amount, currency=project.budget_currency),
    )
