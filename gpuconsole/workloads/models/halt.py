"""Halts: one press of "stop everything", and each workload and launch request that it took in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import ApiToken, Team, User
from gpuconsole.connections.models import Connection
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models.request import LaunchRequest
from gpuconsole.workloads.models.workload import Workload
from gpuconsole.workloads.states import State


class HaltScope(models.TextChoices):
    """How far a halt reaches."""

    MINE = "mine", gettext_lazy("My own work")
    PROJECT = "project", gettext_lazy("A project")
    CONNECTION = "connection", gettext_lazy("A connection")
    TEAM = "team", gettext_lazy("The whole team")


class InstanceEnd(models.TextChoices):
    """What becomes of instances that can be put to rest."""

    STOP = "stop", gettext_lazy("Stop them")
    TERMINATE = "terminate", gettext_lazy("Terminate them")


class Effect(models.TextChoices):
    """What a halt does to one of the things that it takes in."""

    CANCEL = "cancel", gettext_lazy("Cancel the launch")
    END = "end", gettext_lazy("Cancel the job")
    TERMINATE = "terminate", gettext_lazy("Terminate the instance")
    STOP = "stop", gettext_lazy("Stop the instance")
    TURN_DOWN = "turn_down", gettext_lazy("Turn the request down")


class HaltQuerySet(models.QuerySet["Halt"]):
    def holding(self) -> HaltQuerySet:
        """Those that keep launches from being made."""
        return self.filter(holds_launches=True, released_at=None)


class Halt(models.Model):
    """One press. What became of the work is read from the work itself; here stands what was asked, and by whom."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="halts")
    scope = models.CharField(max_length=10, choices=HaltScope.choices)
    person = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """Whose work it is about, where the scope is somebody's own."""
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """The scope, or what somebody's own work was narrowed to by an API token for one project."""
    connection = models.ForeignKey(Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    instances = models.CharField(max_length=10, choices=InstanceEnd.choices)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    api_token = models.ForeignKey(ApiToken, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    """The same press sent again gives the same halt."""

    started_at = models.DateTimeField()
    upto = models.BigIntegerField(default=0)
    """Workloads up to this key were taken in."""
    asked_at = models.DateTimeField(null=True, blank=True)
    """When the end of the last one was written down; None: it is still being gone through."""
    holds_launches = models.BooleanField(default=False)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = HaltQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "key"], condition=Q(key__isnull=False), name="halt_key_once_a_team"
            ),
            models.CheckConstraint(condition=Q(scope__in=HaltScope.values), name="halt_scope_known"),
            models.CheckConstraint(
                condition=Q(scope="project", project__isnull=False)
                | Q(scope="connection", connection__isnull=False)
                | Q(scope__in=["mine", "team"]),
                name="halt_scope_named",
            ),
        ]
        indexes = [
            # the list of a team, newest first
            models.Index(fields=["team", "-id"], name="halt_team_list"),
            # each launch: whether launches are held
            models.Index(
                fields=["team"], condition=Q(holds_launches=True, released_at__isnull=True), name="halt_holding"
            ),
            # the tick: those that were interrupted
            models.Index(fields=["started_at"], condition=Q(asked_at__isnull=True), name="halt_not_asked"),
        ]

    def __str__(self) -> str:
        return _("Stop everything {phrase}").format(phrase=self.phrase)

    @property
    def name(self) -> str:
        """What the scope is called, as it must be typed before much is stopped."""
        if self.scope == HaltScope.PROJECT and self.project is not None:
            return self.project.name
        if self.scope == HaltScope.CONNECTION and self.connection is not None:
            return self.connection.name
        return self.team.name if self.scope == HaltScope.TEAM else _("my work")

    @property
    def phrase(self) -> str:
        """The scope within a sentence about everything."""
        if self.scope == HaltScope.MINE:
            return _("of {name}").format(name=self.person.display_name) if self.person else _("of one person")
        words = {
            HaltScope.PROJECT: _("in project {name}"),
            HaltScope.CONNECTION: _("on {name}"),
            HaltScope.TEAM: _("of team {name}"),
        }
        return words[HaltScope(self.scope)].format(name=self.name)

    @property
    def is_holding(self) -> bool:
        return self.holds_launches and self.released_at is None

    @property
    def topics(self) -> tuple[str, ...]:
        """Change counters that a change of this row bumps."""
        return (f"halt:{self.pk}", f"team:{self.team_id}")


class HaltEntry(models.Model):
    """One workload or launch request of a halt, with what it was and cost at that moment."""

    halt = models.ForeignKey(Halt, on_delete=models.CASCADE, related_name="entries")
    workload = models.ForeignKey(Workload, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    request = models.ForeignKey(LaunchRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    """When its end was written down."""
    effect = models.CharField(max_length=10, choices=Effect.choices)
    is_repeat = models.BooleanField(default=False)
    """Its end had been asked for before."""
    refusal = models.TextField(blank=True)
    """Why its end could not even be asked for."""
    was = models.CharField(max_length=12, choices=State.choices, blank=True)
    """Its state just before."""
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """What it cost per hour just before; 0: nothing was billed, None: nobody knows."""
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(workload__isnull=False, request__isnull=True)
                | Q(workload__isnull=True, request__isnull=False),
                name="halt_entry_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["halt", "workload"], condition=Q(workload__isnull=False), name="halt_entry_once"
            ),
        ]
        indexes = [
            # the report, page by page
            models.Index(fields=["halt", "id"], name="halt_entry_list"),
        ]

    def __str__(self) -> str:
        return str(self.workload or self.request)
