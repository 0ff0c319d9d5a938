"""Launch requests: launches that a limit lets through only with an admin's yes, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import ApiToken, Team, User
from gpuconsole.connections.models import Connection
from gpuconsole.core.badges import BadgeChoices
from gpuconsole.core.fields import ExactJSONField
from gpuconsole.core.money import Money
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models.preset import Preset
from gpuconsole.workloads.models.workload import Workload
from gpuconsole.workloads.states import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable


class Decision(BadgeChoices):
    """Where a launch request stands; all but waiting are final."""

    WAITING = "waiting", gettext_lazy("Waiting")
    APPROVED = "approved", gettext_lazy("Approved")
    DECLINED = "declined", gettext_lazy("Declined")
    EXPIRED = "expired", gettext_lazy("Expired")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")

    @classmethod
    def looks(cls) -> Mapping[Any, tuple[str, ...]]:
        return _LOOKS


_LOOKS = {
    Decision.WAITING: ("hourglass", "warning"),
    Decision.APPROVED: ("circle-check", "ok"),
    Decision.DECLINED: ("circle-x", "bad"),
    Decision.EXPIRED: ("clock-alert", ""),
    Decision.WITHDRAWN: ("undo-2", ""),
}


class Via(models.TextChoices):
    """How a decision came in."""

    PAGE = "page", gettext_lazy("on its page")
    API = "api", gettext_lazy("by API")
    LINK = "link", gettext_lazy("by link")


class LaunchRequestQuerySet(models.QuerySet["LaunchRequest"]):
    def waiting(self, now: datetime) -> LaunchRequestQuerySet:
        """Those that can still be decided, and hold money: one whose time is over does so no more."""
        return self.filter(state=Decision.WAITING, expires_at__gt=now)

    def overdue(self, now: datetime) -> LaunchRequestQuerySet:
        """Those whose time is over and that nobody has marked so."""
        return self.filter(state=Decision.WAITING, expires_at__lte=now)

    def of(self, projects: Iterable[Project] | models.QuerySet[Project]) -> LaunchRequestQuerySet:
        return self.filter(project__in=projects)


class LaunchRequest(models.Model):
    """One launch that waits for an admin. Like a workload it holds names of secrets and never their values."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="launch_requests")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    preset = models.ForeignKey(Preset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="launch_requests")
    api_token = models.ForeignKey(ApiToken, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    request_hash = models.CharField(max_length=64)

    kind = models.CharField(max_length=10, choices=Kind.choices)
    provider = models.CharField(max_length=30)
    name = models.CharField(max_length=200, blank=True)
    spec = ExactJSONField()
    """The provider-shaped fields as chosen; never changed. What an admin trimmed is the workload's own spec."""
    stop_after_s = models.PositiveIntegerField(null=True, blank=True)
    guards = models.JSONField(default=dict, blank=True)
    """See ``guarding.Guards.said``."""
    labels = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    why = models.CharField(max_length=500, blank=True)
    """What the person wants the admins to know."""

    hardware_id = models.CharField(max_length=100, blank=True)
    gpu_model = models.CharField(max_length=60, blank=True)
    gpu_count = models.PositiveIntegerField(default=0)
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """When it was asked; a launch takes the price of its own moment."""
    currency = models.CharField(max_length=3, blank=True)
    rounding = models.CharField(max_length=10, blank=True)
    longest_s = models.PositiveIntegerField(null=True, blank=True)
    held = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """The most it can cost: reserved in the budgets that it fits into. None: unknown, or no end."""
    limits = ArrayField(models.CharField(max_length=60), default=list)
    """Keys of the limits that it broke when it was asked (see ``limits.verdicts.Check``)."""
    is_of_team = models.BooleanField(default=False)
    """Whether one of them holds for the whole team, so that an admin of the team must decide."""
    violations = models.JSONField(default=list)
    """What they said then: [{limit, name, text}]."""

    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=Decision.choices, default=Decision.WAITING)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_via = models.CharField(max_length=5, choices=Via.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was declined, or what the admin said with the yes."""
    is_trimmed = models.BooleanField(default=False)
    workload = models.OneToOneField(
        Workload, null=True, blank=True, on_delete=models.SET_NULL, related_name="launch_request"
    )
    is_told = models.BooleanField(default=False)
    """Whether the mails about the state that it is in went out."""

    objects = LaunchRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="request_key_once_a_project",
            ),
            models.CheckConstraint(condition=Q(state__in=Decision.values), name="request_state_known"),
            models.CheckConstraint(condition=Q(held__isnull=True) | Q(held__gte=0), name="request_held_not_negative"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="request_expires_later"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_at__isnull=False),
                name="request_decided_once",
            ),
        ]
        indexes = [
            # lists, newest first
            models.Index(fields=["team", "-id"], name="request_team_list"),
            # what budgets hold, the count in the side bar
            models.Index(fields=["project", "expires_at"], condition=Q(state="waiting"), name="request_waiting"),
            # the tick: those whose time is over
            models.Index(fields=["expires_at"], condition=Q(state="waiting"), name="request_overdue"),
            # mails that are still to be sent
            models.Index(fields=["id"], condition=Q(is_told=False), name="request_not_told"),
        ]

    def __str__(self) -> str:
        return self.name or f"A {self.kind}"

    @property
    def state_word(self) -> Decision:
        """The state with its label and look."""
        return Decision(self.state)

    @property
    def hourly(self) -> Money | None:
        return None if self.hourly_price is None else Money(self.hourly_price, self.currency)

    @property
    def most(self) -> Money | None:
        """The most that it can cost."""
        return None if self.held is None else Money(self.held, self.currency)

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be decided."""
        return self.state == Decision.WAITING and now < self.expires_at

    def state_at(self, now: datetime) -> Decision:
        """Where it stands; one whose time is over has expired, marked or not."""
        is_over = self.state == Decision.WAITING and not self.is_open(now)
        return Decision.EXPIRED if is_over else self.state_word

    def ends_by(self, now: datetime) -> datetime | None:
        """The latest end that it would have if it were launched now."""
        return None if self.longest_s is None else now + timedelta(seconds=self.longest_s)
