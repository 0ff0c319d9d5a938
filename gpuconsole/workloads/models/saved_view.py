"""A list's filters and order, kept by a person under a name."""

from __future__ import annotations

from django.db import models

from gpuconsole.accounts.models import Team, User
from gpuconsole.workloads.states import Kind


class SavedView(models.Model):
    """A tab above one person's list of jobs or of instances, within one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=40)
    query = models.JSONField(default=dict)
    """What stands in the list's address, by name: filters and the order."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team", "kind", "slug"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.name
