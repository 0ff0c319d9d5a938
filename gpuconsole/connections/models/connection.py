"""A team's account at one provider."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import Team, User
from gpuconsole.core.fields import SealedField
from gpuconsole.projects.models import Project


class Health(models.TextChoices):
    """What the last calls say about a connection."""

    UNKNOWN = "unknown", gettext_lazy("Not known yet")
    HEALTHY = "healthy", gettext_lazy("Healthy")
    SLOW = "slow", gettext_lazy("Slow")
    FAILING = "failing", gettext_lazy("Failing")
    REFUSED = "refused", gettext_lazy("Key refused")

    @property
    def icon(self) -> str:
        return _HEALTH_LOOKS[self][0]

    @property
    def css(self) -> str:
        return _HEALTH_LOOKS[self][1]


_HEALTH_LOOKS = {
    Health.UNKNOWN: ("circle-dashed", "muted"),
    Health.HEALTHY: ("circle-check", "ok-text"),
    Health.SLOW: ("triangle-alert", "warning-text"),
    Health.FAILING: ("circle-x", "bad-text"),
    Health.REFUSED: ("key-round", "bad-text"),
}


class CheckState(models.TextChoices):
    """Where the newest test of a connection stands."""

    NONE = "", gettext_lazy("Never tested")
    ASKED = "asked", gettext_lazy("Waiting for a worker")
    PASSED = "passed", gettext_lazy("Passed")
    FAILED = "failed", gettext_lazy("Failed")


class Breaker(models.TextChoices):
    """Whether a connection is asked at all."""

    CLOSED = "closed", gettext_lazy("Closed: calls go through")
    OPEN = "open", gettext_lazy("Open: no calls until its time")
    HALF_OPEN = "half_open", gettext_lazy("Half open: one call decides")


FRESH_ANSWER = timedelta(minutes=1)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Questions that are asked of connections in several places."""

    def kept(self) -> ConnectionQuerySet:
        """Those that were not removed."""
        return self.filter(removed_at__isnull=True)

    def usable_in(self, project: Project) -> ConnectionQuerySet:
        """Those that work of the project may be launched on; no project named means all."""
        return self.kept().filter(team=project.team_id).filter(Q(projects=None) | Q(projects=project))


class Connection(models.Model):
    """Credentials and where they are sent, the health of the way there, and the lease of the one worker using it."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="connections")
    provider = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    base_url = models.URLField(max_length=200, blank=True)
    """Empty: the provider's own."""
    is_sandbox = models.BooleanField(default=False)
    projects = models.ManyToManyField(Project, blank=True, related_name="connections")
    """Empty: every project of the team may use it."""
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    """The row stays for the history of its work; its credentials do not."""

    credentials = SealedField(bound_to="public_id")
    credentials_version = models.PositiveIntegerField(default=1)
    """Counts up with every change of credentials, so that workers open the adapter anew."""
    hint = models.CharField(max_length=4, blank=True)
    """The last four characters of the key."""
    new_credentials = SealedField(bound_to="public_id")
    """A rotation that waits for its test."""
    old_credentials = SealedField(bound_to="public_id")
    old_until = models.DateTimeField(null=True, blank=True)
    """Until then a worker may fall back to the credentials before the last rotation."""
    rotated_at = models.DateTimeField(null=True, blank=True)

    check_state = models.CharField(max_length=10, choices=CheckState.choices, blank=True, default=CheckState.NONE)
    check_steps = models.JSONField(default=list, blank=True)
    """The newest test: [{"name", "is_ok", "detail", "took_ms"}, …]; it stops at the first that failed."""
    check_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    check_asked_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    health = models.CharField(max_length=10, choices=Health.choices, default=Health.UNKNOWN)
    health_text = models.CharField(max_length=300, blank=True)
    health_at = models.DateTimeField(null=True, blank=True)
    """When the health last became what it is."""
    last_success_at = models.DateTimeField(null=True, blank=True)

    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    """Failed rounds in a row."""
    breaker_until = models.DateTimeField(null=True, blank=True)
    """Until then nobody asks the provider; after it one call decides whether the others follow."""
    look_asked_at = models.DateTimeField(null=True, blank=True)
    """When a person last wanted to know how things stand now."""
    look_answered_at = models.DateTimeField(null=True, blank=True)
    """When a look that began after that had told it."""
    watched_until = models.DateTimeField(null=True, blank=True)
    next_inventory_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"], condition=Q(removed_at__isnull=True), name="connection_name_once_a_team"
            ),
            models.CheckConstraint(condition=Q(health__in=Health.values), name="connection_health_known"),
        ]
        indexes = [
            # the tick: connections whose round is due
            models.Index(fields=["due_at"], condition=Q(removed_at__isnull=True), name="connection_due"),
            # the tick: tests whose wake-up was lost
            models.Index(fields=["check_asked_at"], condition=Q(check_state="asked"), name="connection_check_asked"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def health_word(self) -> Health:
        """The health with its label, icon and colour."""
        return Health(self.health)

    @property
    def is_look_open(self) -> bool:
        """Whether somebody waits for a look that was asked for."""
        asked_at, answered_at = self.look_asked_at, self.look_answered_at
        return asked_at is not None and (answered_at is None or answered_at < asked_at)

    def has_fresh_answer(self, now: datetime) -> bool:
        """Whether what was asked for is so new that it is worth telling beside the work."""
        answered_at = self.look_answered_at
        return answered_at is not None and not self.is_look_open and now - answered_at < FRESH_ANSWER

    def breaker(self, now: datetime) -> Breaker:
        """Where the circuit breaker stands."""
        if self.breaker_until is None:
            return Breaker.CLOSED
        return Breaker.OPEN if now < self.breaker_until else Breaker.HALF_OPEN

    @property
    def topics(self) -> tuple[str, ...]:
        """Change counters that a change of this row bumps."""
        return (f"connection:{self.pk}", f"team:{self.team_id}")
