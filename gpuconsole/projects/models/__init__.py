"""Projects: where work is charged, with members, secrets, quotas, budgets and exchange rates."""

from gpuconsole.projects.models.alert import OF_A_WORKLOAD, AlertAbout, AlertRule, Audience
from gpuconsole.projects.models.budget import AlertKind, Budget, BudgetAlert
from gpuconsole.projects.models.project import ExchangeRate, Project, ProjectMember, ProjectRole, Secret
from gpuconsole.projects.models.quota import (
    LISTS,
    OF_A_MODEL,
    Consequence,
    Held,
    Limit,
    Measure,
    Quota,
    QuotaProfile,
    QuotaProfileLine,
)

__all__ = [
    "LISTS",
    "OF_A_MODEL",
    "OF_A_WORKLOAD",
    "AlertAbout",
    "AlertKind",
    "AlertRule",
    "Audience",
    "Budget",
    "BudgetAlert",
    "Consequence",
    "ExchangeRate",
    "Held",
    "Limit",
    "Measure",
    "Project",
    "ProjectMember",
    "ProjectRole",
    "Quota",
    "QuotaProfile",
    "QuotaProfileLine",
    "Secret",
]
