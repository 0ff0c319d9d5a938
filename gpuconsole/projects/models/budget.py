"""Budgets: money for a calendar month of a team or a project, and the alerts that were raised about it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import Team
from gpuconsole.projects.models.project import Project
from gpuconsole.projects.models.quota import Consequence


class Budget(models.Model):
    """Money for a month in the team's time zone, of a whole team (no project) or of one project."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="budgets")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="budgets")
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3)
    when_spent = models.CharField(max_length=10, choices=Consequence.choices, default=Consequence.BLOCK)
    """What becomes of a launch that the rest of the month's money can't bear."""
    stops_at_120 = models.BooleanField(gettext_lazy("stop work at 120 %"), default=False)
    """Whether running work is ended once a fifth more than the budget was spent."""
    grace_s = models.PositiveIntegerField(gettext_lazy("grace in seconds"), default=3600)
    """How long after 120 % were passed the work is left running."""
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the guard looked at it last."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "project"],
                nulls_distinct=False,
                name="budget_once_a_scope",
                violation_error_message=gettext_lazy("There is a budget already. Change that one."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="budget_currency_is_a_code"),
            models.CheckConstraint(condition=Q(when_spent__in=Consequence.values), name="budget_consequence_known"),
        ]

    def __str__(self) -> str:
        return _("{amount} {currency} a month").format(amount=f"{self.amount.normalize():f}", currency=self.currency)


class AlertKind(models.TextChoices):
    """What a budget tells, each once a month."""

    HALF = "50", gettext_lazy("Half is spent")
    MOST = "80", gettext_lazy("80 % are spent")
    SPENT = "100", gettext_lazy("It is spent")
    FORECAST = "forecast", gettext_lazy("At this pace it will be spent before the month is over")
    STOP = "stop", gettext_lazy("120 % are spent, and work is being stopped")


class BudgetAlert(models.Model):
    """One thing that a budget had to tell in one month; recorded once, sent by whoever delivers it."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="alerts")
    month = models.DateField()
    """The first day of the month, as the team counts it."""
    kind = models.CharField(max_length=10, choices=AlertKind.choices)
    at = models.DateTimeField()
    """When it was found to be so."""
    spent = models.DecimalField(max_digits=16, decimal_places=6)
    """What was spent then, in the budget's currency."""
    forecast_on = models.DateField(null=True, blank=True)
    """The day on which the money ends at this pace, for a forecast."""
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "month", "kind"], name="alert_once_a_month"),
            models.CheckConstraint(condition=Q(kind__in=AlertKind.values), name="alert_kind_known"),
        ]
        indexes = [
            # what still has to be sent
            models.Index(fields=["at"], condition=Q(sent_at__isnull=True), name="alert_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.month:%Y-%m}"
