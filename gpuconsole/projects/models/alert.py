"""Rules about alerts: what a team or a project wants to be told about its money, and who is told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import Team
from gpuconsole.projects.models.budget import AlertKind
from gpuconsole.projects.models.project import Project


class AlertAbout(models.TextChoices):
    """What is told: the values of ``AlertKind`` that may be switched, and the cost of one workload."""

    HALF = AlertKind.HALF.value, gettext_lazy("At 50 % of budget")
    MOST = AlertKind.MOST.value, gettext_lazy("At 80 % of budget")
    SPENT = AlertKind.SPENT.value, gettext_lazy("At 100 % of budget")
    FORECAST = AlertKind.FORECAST.value, gettext_lazy("Forecast over budget")
    WORKLOAD = "workload", gettext_lazy("One workload over an amount")


class Audience(models.TextChoices):
    """Who is told."""

    ADMINS = "admins", gettext_lazy("admins")
    EVERYBODY = "everybody", gettext_lazy("everybody in it")
    OWNER = "owner", gettext_lazy("its owner")
    OWNER_AND_ADMINS = "owner_admins", gettext_lazy("its owner and admins")


OF_A_WORKLOAD = frozenset({Audience.OWNER, Audience.OWNER_AND_ADMINS})
"""Audiences that only the cost of one workload has."""


class AlertRule(models.Model):
    """One switch of a team (no project) or a project. What has no row is told to the admins, but for workloads."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="alert_rules")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="alert_rules")
    about = models.CharField(max_length=10, choices=AlertAbout.choices)
    is_on = models.BooleanField(gettext_lazy("on"), default=True)
    audience = models.CharField(max_length=20, choices=Audience.choices, default=Audience.ADMINS)
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    """What one workload may cost before it is told, in the team's currency; None for budgets."""
    since = models.DateTimeField()
    """When it was switched on last; what was so before is not told."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "project", "about", "amount"], nulls_distinct=False, name="alert_rule_once_a_scope"
            ),
            models.CheckConstraint(
                condition=Q(about="workload", amount__gt=0) | (~Q(about="workload") & Q(amount__isnull=True)),
                name="alert_rule_amount_of_a_workload",
            ),
            models.CheckConstraint(condition=Q(about__in=AlertAbout.values), name="alert_rule_known"),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values)
                & (Q(about="workload") | ~Q(audience__in=sorted(one.value for one in OF_A_WORKLOAD))),
                name="alert_rule_has_its_audience",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_about_display()} of {self.project_id or self.team_id}"
