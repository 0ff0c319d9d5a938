"""What is wanted of workloads, and the questions that are asked of many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from gpuconsole.projects.models import Project
from gpuconsole.workloads.states import ACTIVE, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gpuconsole.workloads.models.workload import Workload  # noqa: F401 - the query set's own


class Intent(models.TextChoices):
    """What we want of the provider and have not seen confirmed."""

    NONE = "", _("Nothing")
    LAUNCH = "launch", _("Launch")
    STOP = "stop", _("Stop")
    START = "start", _("Start")
    RESTART = "restart", _("Restart")
    END = "end", _("End")
    RETRY = "retry", _("Retry")
    EDIT = "edit", _("Edit")
    DELETE = "delete", _("Delete at the provider")


class QueueThen(models.TextChoices):
    """What happens to work that was queued too long."""

    WARN = "warn", _("Tell me")
    CANCEL = "cancel", _("Cancel it")


class TellMe(models.TextChoices):
    """What its owner is told of besides trouble, which is always told."""

    TROUBLE = "trouble", _("Only of trouble")
    RUNNING = "running", _("When it is up")
    FAILED = "failed", _("When it fails")
    ENDED = "ended", _("When it ends or fails")
    ALL = "all", _("When it is up, and when it ends or fails")


class WorkloadQuerySet(models.QuerySet["Workload"]):
    def active(self) -> WorkloadQuerySet:
        """Those that count against the quota."""
        return self.filter(state__in=ACTIVE)

    def holding(self) -> WorkloadQuerySet:
        """Those that hold quota and budget: active, or at rest and asked to start."""
        return self.not_ended().filter(Q(state__in=ACTIVE) | Q(intent=Intent.START))

    def not_ended(self) -> WorkloadQuerySet:
        return self.filter(state__in=OPEN)

    def of(self, projects: Iterable[Project] | models.QuerySet[Project]) -> WorkloadQuerySet:
        return self.filter(project__in=projects)

    def launched_in(self, project: Project) -> WorkloadQuerySet:
        """Those that were launched in the project, whichever is charged for them now."""
        return self.annotate(home=Coalesce("launched_in", "project")).filter(home=project.pk)
