"""Instances: workloads that run until somebody ends them."""

from __future__ import annotations

from django.db import models

from gpuconsole.workloads.models import Workload, WorkloadQuerySet
from gpuconsole.workloads.states import Kind


class InstanceManager(models.Manager["Instance"]):
    def get_queryset(self) -> WorkloadQuerySet:  # type: ignore[override]
        return WorkloadQuerySet(self.model, using=self._db).filter(kind=Kind.INSTANCE)


class Instance(Workload):
    objects = InstanceManager()  # type: ignore[assignment, misc]

    class Meta:
        proxy = True
