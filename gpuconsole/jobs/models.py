"""Jobs: workloads that end by themselves."""

from __future__ import annotations

from django.db import models

from gpuconsole.workloads.models import Workload, WorkloadQuerySet
from gpuconsole.workloads.states import Kind


class JobManager(models.Manager["Job"]):
    def get_queryset(self) -> WorkloadQuerySet:  # type: ignore[override]
        return WorkloadQuerySet(self.model, using=self._db).filter(kind=Kind.JOB)


class Job(Workload):
    objects = JobManager()  # type: ignore[assignment, misc]

    class Meta:
        proxy = True
