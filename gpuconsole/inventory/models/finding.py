"""A finding: one thing in which a provider's account and our record differ, with its price."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from gpuconsole.accounts.models import Team, User
from gpuconsole.connections.models import Connection
from gpuconsole.core.badges import BadgeChoices
from gpuconsole.core.fields import ExactJSONField
from gpuconsole.providers.remote import RemoteState
from gpuconsole.workloads.models import Workload


class FindingKind(BadgeChoices):
    """In what way the two sides differ."""

    STRAY = "stray", gettext_lazy("Stray")
    GHOST = "ghost", gettext_lazy("Ghost")
    DRIFT = "drift", gettext_lazy("Drift")

    @classmethod
    def looks(cls) -> Mapping[Any, tuple[str, ...]]:
        return _LOOKS

    @property
    def meaning(self) -> str:
        return gettext(_LOOKS[self][2])


_LOOKS = {
    FindingKind.STRAY: ("circle-help", "bad", gettext_noop("The provider lists it, and no record here explains it.")),
    FindingKind.GHOST: ("ghost", "warning", gettext_noop("It is active here, and the provider does not list it.")),
    FindingKind.DRIFT: ("arrow-left-right", "outline", gettext_noop("It is on both sides, and they differ.")),
}


class FindingState(models.TextChoices):
    """Where a finding stands."""

    SEEN = "seen", gettext_lazy("Seen once")
    OPEN = "open", gettext_lazy("Open")
    IGNORED = "ignored", gettext_lazy("Ignored")
    ENDING = "ending", gettext_lazy("Being ended")
    CLOSED = "closed", gettext_lazy("Closed")


class HowClosed(models.TextChoices):
    """How a finding came to its end."""

    ADOPTED = "adopted", gettext_lazy("Adopted")
    TERMINATED = "terminated", gettext_lazy("Terminated from here")
    ENDED = "ended", gettext_lazy("Ended by itself, or from elsewhere")
    EXPLAINED = "explained", gettext_lazy("A record here explains it now")
    FOUND = "found", gettext_lazy("The provider lists it again")
    MARKED = "marked", gettext_lazy("Marked as ended by a person")
    AGREES = "agrees", gettext_lazy("Both sides agree again")


class Mark(models.TextChoices):
    """Whose mark a remote carries, as far as it carries one."""

    OURS = "ours", gettext_lazy("Ours")
    UNKNOWN = "unknown", gettext_lazy("Ours, no record")
    OTHER = "other", gettext_lazy("Another console")
    NONE = "none", gettext_lazy("No mark")

    @property
    def meaning(self) -> str:
        return gettext(_MARKS[self])


_MARKS = {
    Mark.OURS: gettext_noop("It was launched from here, by the record that is named."),
    Mark.UNKNOWN: gettext_noop(
        "It carries the mark of this console, which has no record of it: most likely the database was "
        "restored from a backup that is older."
    ),
    Mark.OTHER: gettext_noop(
        "It carries the mark of another gpuconsole that uses the same account, and is most likely in its care."
    ),
    Mark.NONE: gettext_noop(
        "It carries no mark of a console: made by hand or by another program, or the provider keeps no names."
    ),
}


class FindingQuerySet(models.QuerySet["Finding"]):
    """Questions that are asked of findings in several places."""

    def standing(self) -> FindingQuerySet:
        """Those that were shown to people and are not over; of a removed connection nobody can tell any more."""
        return self.filter(state__in=SHOWN, connection__removed_at__isnull=True)

    def ignored(self, now: datetime) -> FindingQuerySet:
        """Those that a person put aside, until the day that was named."""
        return self.filter(_put_aside(now))

    def of_other_consoles(self) -> FindingQuerySet:
        """What other consoles look after: told, and no reason for alarm."""
        return self.filter(kind=FindingKind.STRAY, mark=Mark.OTHER)

    def alarming(self, now: datetime) -> FindingQuerySet:
        """Those that need a person: not put aside, and not another console's."""
        is_other = Q(kind=FindingKind.STRAY, mark=Mark.OTHER, state=FindingState.OPEN)
        return self.standing().exclude(_put_aside(now)).exclude(is_other)


SHOWN = (FindingState.OPEN, FindingState.IGNORED, FindingState.ENDING)


def _put_aside(now: datetime) -> Q:
    return Q(state=FindingState.IGNORED) & (Q(ignored_until=None) | Q(ignored_until__gt=now))


class Finding(models.Model):
    """One difference, from the first look that showed it until it is settled; the row stays as the record of that."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="findings")
    provider = models.CharField(max_length=30)
    kind = models.CharField(max_length=6, choices=FindingKind.choices)
    state = models.CharField(max_length=8, choices=FindingState.choices, default=FindingState.SEEN)
    workload = models.ForeignKey(Workload, null=True, blank=True, on_delete=models.SET_NULL, related_name="findings")
    """The record that it is about; of a stray the one that launched it, where that is known, or that adopted it."""
    mark = models.CharField(max_length=7, choices=Mark.choices, default=Mark.NONE)
    deployment = models.CharField(max_length=4, blank=True)
    """The console whose mark it carries."""
    token = models.CharField(max_length=60, blank=True)

    remote_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    """What the provider keeps of the name; of a ghost ours."""
    remote_status = models.CharField(max_length=100, blank=True)
    remote_state = models.CharField(max_length=10, blank=True, default=RemoteState.UNKNOWN)
    """See ``RemoteState``."""
    phase = models.CharField(max_length=10, blank=True)
    """See ``Phase``."""
    tariff = models.CharField(max_length=4, blank=True)
    """What is billed just now, see ``Tariff``; of a status that does not tell, the price of what runs."""
    hardware_id = models.CharField(max_length=100, blank=True)
    gpu_model = models.CharField(max_length=60, blank=True)
    gpu_count = models.PositiveIntegerField(null=True, blank=True)
    region = models.CharField(max_length=100, blank=True)
    said_created_at = models.DateTimeField(null=True, blank=True)
    said_started_at = models.DateTimeField(null=True, blank=True)
    """The provider's own stamps."""
    remote = ExactJSONField(default=dict, blank=True)
    """The provider's own answer, secrets taken out."""
    differences = models.JSONField(default=list, blank=True)
    """Of a drift: [{"field", "ours", "theirs"}, …], in words."""

    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """While it runs; None: nobody knows."""
    resting_hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    hourly_now = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """As it stands just now; zero while nothing is billed."""
    currency = models.CharField(max_length=3, blank=True)
    rounding = models.CharField(max_length=10, blank=True)
    is_estimated = models.BooleanField(default=False)
    """The price is the catalogue's for its hardware, and not the provider's own word for this one."""

    seen_count = models.PositiveSmallIntegerField(default=1)
    """Agreeing looks, as far as it matters: two."""
    missing_count = models.PositiveSmallIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    """The look that changed anything last; see ``seen_at``."""

    ignored_until = models.DateTimeField(null=True, blank=True)
    ignored_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """The price at which it was put aside: with another one it comes back."""
    ignore_reason = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """Who put it aside, asked for its end, or settled it."""

    end_asked_at = models.DateTimeField(null=True, blank=True)
    end_tries = models.PositiveIntegerField(default=0)
    end_error = models.TextField(blank=True)
    """Why the last asking failed; empty: it was taken."""
    end_due_at = models.DateTimeField(null=True, blank=True)
    escalated = models.PositiveSmallIntegerField(default=0)
    """How often its end was said to be late."""

    closed_at = models.DateTimeField(null=True, blank=True)
    how_closed = models.CharField(max_length=10, choices=HowClosed.choices, blank=True)
    proof = models.TextField(blank=True)
    """What showed that it is settled, with the time."""
    story = models.JSONField(default=list, blank=True)
    """What happened to it, oldest first: [{"at", "text", "detail", "by"}, …]."""

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            # also serves the round: all of one connection that are not over
            models.UniqueConstraint(
                fields=["connection", "kind", "remote_id"], condition=~Q(state="closed"), name="finding_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="finding_state_known"),
            models.CheckConstraint(
                condition=Q(hourly_now__isnull=True) | Q(hourly_now__gte=0), name="finding_price_not_negative"
            ),
        ]
        indexes = [
            # the inbox, and its count in the navigation of every page
            models.Index(
                fields=["team"], condition=Q(state__in=["open", "ignored", "ending"]), name="finding_standing"
            ),
            # what was settled, newest first
            models.Index(fields=["team", "-closed_at"], condition=Q(state="closed"), name="finding_closed"),
        ]

    def __str__(self) -> str:
        return self.name or self.remote_id

    @property
    def kind_word(self) -> FindingKind:
        """The kind with its label, icon and colour."""
        return FindingKind(self.kind)

    @property
    def mark_word(self) -> Mark:
        return Mark(self.mark)

    @property
    def is_closed(self) -> bool:
        return self.state == FindingState.CLOSED

    @property
    def is_stray(self) -> bool:
        return self.kind == FindingKind.STRAY

    def is_put_aside(self, now: datetime) -> bool:
        """Whether it is ignored, and the day on which it comes back is not there yet."""
        return self.state == FindingState.IGNORED and (self.ignored_until is None or self.ignored_until > now)

    def state_at(self, now: datetime) -> FindingState:
        """Where it stands: what was ignored until a day is open from then on, before any worker writes it."""
        if self.state == FindingState.IGNORED and not self.is_put_aside(now):
            return FindingState.OPEN
        return FindingState(self.state)

    @property
    def since(self) -> datetime:
        """From when on it may have cost money: the provider's own stamp, else when it was first seen."""
        return self.said_started_at or self.said_created_at or self.first_seen_at

    @property
    def topics(self) -> tuple[str, ...]:
        """Change counters that a change of this row bumps."""
        return (f"team:{self.team_id}", f"connection:{self.connection_id}")

    def tell(self, at: datetime, text: str, *, detail: str = "", by: User | None = None) -> None:
        """Add a line to the story; the caller saves it."""
        line: dict[str, Any] = {"at": at.isoformat(), "text": text, "detail": detail}
        line["by"] = by.display_name if by else ""
        self.story = [*self.story, line][-MOST_LINES:]


MOST_LINES = 100
