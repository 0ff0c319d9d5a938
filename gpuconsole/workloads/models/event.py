"""Events: what happened to a workload, one unchangeable line each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gpuconsole.accounts.models import User
from gpuconsole.workloads.models.workload import Workload
from gpuconsole.workloads.states import State


class EventKind(models.TextChoices):
    MOVE = "move", _("State changed")
    INTENT = "intent", _("Asked for")
    CALL = "call", _("Provider asked")
    WARNING = "warning", _("Warning")
    GUARD = "guard", _("Guard fired")
    NOTE = "note", _("Note")


class Event(models.Model):
    """One line of the timeline; in order of ``id`` they are the whole story."""

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    """When it happened, as far as that fits the order of the timeline."""
    said_at = models.DateTimeField(null=True, blank=True)
    """The provider's own stamp, where it told one that does not fit."""
    written_at = models.DateTimeField()
    """When we learned it."""
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    state = models.CharField(max_length=12, choices=State.choices, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    remote_status = models.CharField(max_length=100, blank=True)
    text = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            # the timeline of one workload, newest first
            models.Index(fields=["workload", "-id"], name="event_timeline"),
        ]

    def __str__(self) -> str:
        return self.text
