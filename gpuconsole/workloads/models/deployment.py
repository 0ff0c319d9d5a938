"""The deployment: which console this is, so that two consoles on one account keep their work apart."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Deployment(models.Model):
    """One row, made once; its mark is part of every launch token."""

    mark = models.CharField(max_length=4)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_deployment")]

    def __str__(self) -> str:
        return self.mark
