"""Quotas: one limit a row, for a team, a project, or a person; and profiles, named sets of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import Team, User
from gpuconsole.projects.models.project import Project


class Measure(models.TextChoices):
    """What a quota limits, and in which unit its number is."""

    GPUS = "gpus", gettext_lazy("GPUs at once")
    WORKLOADS = "workloads", gettext_lazy("Workloads at once")
    HOURLY_PRICE = "hourly_price", gettext_lazy("Money per hour")
    """Of all active work together, in the team's currency."""
    RUN_S = "run_s", gettext_lazy("Run time of one workload")
    """Seconds until its latest end."""
    GPU_HOURS = "gpu_hours", gettext_lazy("GPU-hours a month")
    """A calendar month in the team's time zone."""
    PROVIDERS = "providers", gettext_lazy("Allowed providers")
    HARDWARE = "hardware", gettext_lazy("Allowed hardware")


LISTS = frozenset({Measure.PROVIDERS, Measure.HARDWARE})
"""Measures that name what is allowed instead of a number."""
OF_A_MODEL = frozenset({Measure.GPUS, Measure.GPU_HOURS})
"""Measures that may be narrowed to one GPU model."""


class Consequence(models.TextChoices):
    """What becomes of a launch that a limit stands against."""

    BLOCK = "block", gettext_lazy("Block")
    ASK = "ask", gettext_lazy("Ask an admin")
    WARN = "warn", gettext_lazy("Warn")


class Held(models.TextChoices):
    """Which kind of work a quota counts; the values are those of ``workloads.states.Kind``."""

    ALL = "", gettext_lazy("Jobs and instances")
    JOB = "job", gettext_lazy("Jobs")
    INSTANCE = "instance", gettext_lazy("Instances")


def _sound(name: str) -> list[models.BaseConstraint]:
    """What a row of ``Limit`` must hold, under names that begin with ``name``."""
    lists, numbers = ([one.value for one in Measure if (one in LISTS) is is_list] for is_list in (True, False))
    a_list = Q(measure__in=lists, limit__isnull=True)
    a_number = Q(measure__in=numbers, limit__isnull=False, limit__gte=0, allowed=[])
    of_a_model = Q(gpu_model="") | Q(measure__in=[one.value for one in Measure if one in OF_A_MODEL])
    return [
        models.CheckConstraint(condition=a_list | a_number, name=f"{name}_number_or_list"),
        models.CheckConstraint(condition=of_a_model, name=f"{name}_model_where_counted"),
        models.CheckConstraint(condition=Q(kind__in=Held.values), name=f"{name}_kind_known"),
        models.CheckConstraint(condition=Q(consequence__in=Consequence.values), name=f"{name}_consequence_known"),
    ]


class Limit(models.Model):
    """What a quota and a profile's line share: the measure, what of it, how much, and what happens there."""

    measure = models.CharField(max_length=20, choices=Measure.choices)
    kind = models.CharField(gettext_lazy("kind of work"), max_length=10, choices=Held.choices, blank=True)
    gpu_model = models.CharField(
        gettext_lazy("GPU model"), max_length=60, blank=True, help_text=gettext_lazy("Empty: all models together.")
    )
    """As ``core.gpus.normal`` writes it."""
    each_member = models.BooleanField(
        gettext_lazy("for each person"),
        default=False,
        help_text=gettext_lazy("The limit holds for every person on their own."),
    )
    limit = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    """In the measure's unit; None for lists."""
    allowed = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    """Slugs of providers, or GPU models, for lists; nothing else is allowed then."""
    consequence = models.CharField(
        gettext_lazy("when reached"), max_length=10, choices=Consequence.choices, default=Consequence.BLOCK
    )

    class Meta:
        abstract = True

    @property
    def is_list(self) -> bool:
        return self.measure in LISTS

    @property
    def number(self) -> Decimal:
        """The limit of a measure that has one."""
        assert self.limit is not None, f"{self.measure} has no number"
        return self.limit

    @property
    def terms(self) -> dict[str, Any]:
        """Everything that the limit says, by column."""
        names = ("measure", "kind", "gpu_model", "each_member", "limit", "allowed", "consequence")
        return {name: getattr(self, name) for name in names}


class Quota(Limit):
    """One limit: of a whole team (no project), of a project, or of a person within either.

    ``member`` names the person that it holds for; with ``each_member`` it holds for everybody on their own.
    """

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="quotas")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas")
    member = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # also finds what applies to a launch
            models.UniqueConstraint(
                fields=["team", "project", "member", "each_member", "measure", "kind", "gpu_model"],
                nulls_distinct=False,
                name="quota_once_a_scope",
                violation_error_message=gettext_lazy("This is limited there already. Change that quota."),
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=True) | Q(each_member=False), name="quota_one_or_each_person"
            ),
            *_sound("quota"),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} of {self.project_id or self.team_id}"


class QuotaProfile(models.Model):
    """A named set of limits that the installation's staff give to teams and projects."""

    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class QuotaProfileLine(Limit):
    """One limit of a profile."""

    profile = models.ForeignKey(QuotaProfile, on_delete=models.CASCADE, related_name="lines")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "each_member", "measure", "kind", "gpu_model"], name="limit_once_a_profile"
            ),
            *_sound("profile_line"),
        ]

    def __str__(self) -> str:
        return self.get_measure_display()
