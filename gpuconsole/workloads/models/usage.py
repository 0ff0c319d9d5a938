"""Usage intervals: stretches of time that a provider bills, with the price frozen at launch."""

from django.db import models
from django.db.models import F, Q

from gpuconsole.projects.models import Project
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads.models.workload import Workload
from gpuconsole.workloads.states import State


class UsageInterval(models.Model):
    """A piece of a billed stretch, within one attempt, state and tariff; ``hourly_price`` None: nobody knows it."""

    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="usage")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    """Who is charged, kept here too so that a month is added up without a look at the workloads."""
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    tariff = models.CharField(max_length=4, default=Tariff.RUN)
    """See ``Tariff``: the price of what runs, or of what is kept while it is off."""
    lane = models.CharField(max_length=100, blank=True)
    """The provider's id of what is billed by itself beside others, such as a node's run; empty: all together."""
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    said_started_at = models.DateTimeField(null=True, blank=True)
    said_ended_at = models.DateTimeField(null=True, blank=True)
    """The provider's own stamps, as they came; the two columns above never overlap and never lie ahead of our clock."""
    before_s = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    """Billed seconds of the same stretch before this piece: the stretch is rounded up as a whole."""
    billed_s = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    """Length before any rounding up; None while it is open."""
    cost = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """Settled when it ended; None while it is open, and where nobody knows the price."""
    unsure_s = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    """How far its length may be off at most: how long nobody had looked when it began or ended without a stamp."""
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    rounding = models.CharField(max_length=10, blank=True)
    gpu_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workload", "lane"], condition=Q(ended_at__isnull=True), name="one_open_interval_a_lane"
            ),
            models.CheckConstraint(condition=Q(tariff__in=[Tariff.RUN, Tariff.REST]), name="tariff_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="interval_not_backwards"
            ),
        ]
        indexes = [
            # the cost tab of one workload
            models.Index(fields=["workload", "started_at"], name="usage_of_workload"),
            # spend between two moments
            models.Index(fields=["project", "started_at"], name="usage_of_project"),
            # spend: what was still open when a month began, or is now
            models.Index(fields=["ended_at", "started_at"], name="usage_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%F %T} to {self.ended_at or 'now'}"
