"""Presets: saved specs to launch from, one person's or a project's."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gpuconsole.accounts.models import Team, User
from gpuconsole.connections.models import Connection
from gpuconsole.core.fields import ExactJSONField
from gpuconsole.projects.models import Project


class Preset(models.Model):
    """What a launch form said once. It may be incomplete; it holds names of secrets and never their values."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="presets")
    """Everybody in the project launches from it; None: it is the owner's alone."""
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="presets")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    provider = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    connection = models.ForeignKey(Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    spec = ExactJSONField()
    """The provider's fields in their own nesting, as far as they were filled in."""
    defaults = models.JSONField(default=dict, blank=True)
    """What the provider did for fields left out of it when it was saved, by dotted wire path."""
    hardware_id = models.CharField(max_length=100, blank=True)
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """Of the offer that it asked for when it was saved; None: unknown."""
    currency = models.CharField(max_length=3, blank=True)
    guards = models.JSONField(default=dict, blank=True)
    """Ours: name, labels, stop_after_s and the other guards, as far as they were filled in."""
    locked = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    """Dotted paths whose values a launch from it must keep."""
    lock_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="preset_name_once_a_project"),
            # also finds a person's own presets
            models.UniqueConstraint(fields=["owner", "team", "name"], name="preset_name_once_a_person"),
            models.CheckConstraint(
                condition=Q(project__isnull=True, owner__isnull=False) | Q(project__isnull=False, owner__isnull=True),
                name="preset_is_a_persons_or_a_projects",
            ),
            models.CheckConstraint(condition=Q(project__isnull=False) | Q(locked=[]), name="only_projects_lock"),
        ]

    def __str__(self) -> str:
        return self.name
