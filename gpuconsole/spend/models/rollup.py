"""Rollups: ended usage intervals added up by day in the team's zone. They can always be made anew from the intervals.

An open interval is in none of them; readers add it. Nor do they trust the rows of a workload that is marked as stale.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gpuconsole.accounts.models import Team, User
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Workload


def _amount() -> models.DecimalField:  # type: ignore[type-arg]  # not subscriptable at run time
    return models.DecimalField(max_digits=20, decimal_places=6, default=0)


class Sums(models.Model):
    """What both rollups have: a day, whom it counts for, and sums."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    """In the team's zone."""
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    provider = models.CharField(max_length=30)
    gpu_model = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    """How the workload ended; empty: it has not."""
    is_sandbox = models.BooleanField()
    currency = models.CharField(max_length=3, blank=True)
    cost = _amount()
    """Of what has a known price."""
    gpu_s = _amount()
    """Billed GPU-seconds, unpriced ones too."""
    unpriced_s = _amount()
    """Billed seconds whose price nobody knows."""
    unpriced_gpu_s = _amount()

    class Meta:
        abstract = True


class WorkloadDay(Sums):
    """One workload on one day; a day with two projects or currencies has two rows."""

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="+", db_index=False)
    billed_s = _amount()
    """Before any rounding up."""
    charged_s = _amount()
    """After it: the time that the cost is the price of."""

    class Meta:
        constraints = [
            # also finds the rows of a workload that is stale
            models.UniqueConstraint(fields=["workload", "day", "project", "currency"], name="workload_once_a_day"),
        ]
        indexes = [
            # exports, and the dearest workloads of a month
            models.Index(fields=["team", "day", "workload"], name="workload_days_of_team"),
            # how many runs failed, and how many have no known price
            models.Index(
                fields=["team", "day"],
                condition=Q(outcome="failed") | Q(unpriced_s__gt=0),
                name="odd_workload_days_of_team",
            ),
        ]

    def __str__(self) -> str:
        return f"workload {self.workload_id} on {self.day}"


class CostDay(Sums):
    """Workload days of one day and project, added up by one thing that they are told apart by.

    Each day is there once for everything in ``axes.By``: owner, provider, GPU and outcome are empty but for the one
    that the row is told apart by. So a reader adds up few rows, however the work differs in all else.
    """

    axis = models.CharField(max_length=10)
    """One of ``axes.By``, never all together."""
    failed_cost = _amount()
    """Of workloads that failed."""

    class Meta:
        indexes = [
            # the costs page, the month in the side bar
            models.Index(fields=["team", "axis", "day"], name="cost_days_of_team_by_axis"),
        ]

    def __str__(self) -> str:
        return f"{self.cost} {self.currency} on {self.day}"


class StaleWorkload(models.Model):
    """A mark: what the rollups say of this workload is not true any more.

    Only ever added and removed, never changed and not unique, so that no transaction waits for another's mark; without
    constraints in the database, so that a mark touches neither the team's row nor the workload's.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    workload = models.ForeignKey(
        Workload, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )

    def __str__(self) -> str:
        return f"workload {self.workload_id}"


class TeamRollup(models.Model):
    """The zone in which a team's days were cut; another one, or no row, means that no rollup of it is true."""

    team = models.OneToOneField(Team, primary_key=True, on_delete=models.CASCADE, related_name="+")
    time_zone = models.CharField(max_length=50)
    rolled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"team {self.team_id} in {self.time_zone}"
