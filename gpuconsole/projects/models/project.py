"""Projects: where work is charged, with their members, secrets and exchange rates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import Team, User
from gpuconsole.core.fields import SealedField


class ProjectRole(models.TextChoices):
    """What a user may do in a project."""

    ADMIN = "admin", gettext_lazy("Admin")
    MEMBER = "member", gettext_lazy("Member")
    VIEWER = "viewer", gettext_lazy("Viewer")

    @property
    def rank(self) -> int:
        """The higher, the more it may."""
        return {ProjectRole.VIEWER: 1, ProjectRole.MEMBER: 2, ProjectRole.ADMIN: 3}[self]


class Project(models.Model):
    """Work is launched in a project and counts against its quotas and budget."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    default_stop_after_s = models.PositiveIntegerField(null=True, blank=True)
    """What the launch form proposes as the deadline."""
    may_never_end = models.BooleanField(default=False)
    """Whether an admin allowed work here to run without a latest end."""
    keep_output_days = models.PositiveSmallIntegerField(null=True, blank=True)
    """How long logs and metrics are kept after the end of the work that put them out; None: for ever."""
    ask_first_above = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    """The most that a launch may cost before it is asked about once more, in the team's currency; None: the usual."""
    members = models.ManyToManyField(User, through="ProjectMember", related_name="projects")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], name="project_slug_once_a_team"),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectMember(models.Model):
    """One user in one project; team owners and admins need no row here."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="project_memberships")
    role = models.CharField(max_length=10, choices=ProjectRole.choices, default=ProjectRole.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once_a_project"),
            models.CheckConstraint(condition=Q(role__in=ProjectRole.values), name="project_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of project {self.project_id}"


class Secret(models.Model):
    """A value that specs name but never contain; write-only once saved."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=100)
    value = SealedField(bound_to="public_id")
    last4 = models.CharField(max_length=4, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="secret_name_once_a_project"),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(models.Model):
    """How much one unit of ``currency`` was worth in ``to_currency`` on a day, and who says so."""

    currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    on = models.DateField()
    source = models.CharField(max_length=100)

    class Meta:
        constraints = [
            # also finds the newest rate of a pair
            models.UniqueConstraint(fields=["currency", "to_currency", "on"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.to_currency}"
