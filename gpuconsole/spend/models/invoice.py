"""Invoices of providers, as they were imported: what they ask for, line by line."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import Team, User
from gpuconsole.connections.models import Connection


class InvoiceSource(models.TextChoices):
    """How an invoice came in."""

    FILE = "file", gettext_lazy("File")
    API = "api", "API"
    SIMULATOR = "simulator", gettext_lazy("Simulator")


class What(models.TextChoices):
    """What a line is for."""

    COMPUTE = "compute", gettext_lazy("Compute")
    STORAGE = "storage", gettext_lazy("Storage")
    SUBSCRIPTION = "subscription", gettext_lazy("Subscription")
    CREDIT = "credit", gettext_lazy("Credit")
    OTHER = "other", gettext_lazy("Other")


class Invoice(models.Model):
    """One invoice, or the part of one that was imported together; it came in whole or not at all."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="invoices")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=80, blank=True)
    """The provider's own number, or whatever the team calls it."""
    source = models.CharField(max_length=10, choices=InvoiceSource.choices)
    since = models.DateTimeField()
    until = models.DateTimeField()
    """What it covers: from the first moment on, up to the second."""
    digest = models.CharField(max_length=64)
    """Of its lines, by which the same file is known again."""
    line_count = models.PositiveIntegerField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "digest"], name="invoice_once_a_connection"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="invoice_not_backwards"),
        ]
        indexes = [
            # the list of a team, newest first
            models.Index(fields=["team", "-id"], name="invoice_of_team"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.since:%Y-%m}"


class InvoiceLine(models.Model):
    """One line as the provider wrote it; what it does not tell is None or empty, never zero."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()
    """Where it stood in the file."""
    line_id = models.CharField(max_length=200)
    """The provider's own id of the line, else one made of what it says."""
    resource_id = models.CharField(max_length=200)
    """The provider's id of what it is for: a workload's ``remote_id``, or that of a storage."""
    name = models.CharField(max_length=200, blank=True)
    what = models.CharField(max_length=12, choices=What.choices)
    run = models.PositiveIntegerField(null=True, blank=True)
    part = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    is_open = models.BooleanField(default=False)
    """It still grew when the invoice was made."""
    billed_s = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    """Seconds that are paid for, of one unit, rounded up by the provider."""
    units = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    hourly_price = models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)
    """Of one unit."""
    amount = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            # also finds lines that came in before
            models.UniqueConstraint(fields=["connection", "line_id", "started_at"], name="invoice_line_once"),
            models.CheckConstraint(condition=Q(ended_at__gte=F("started_at")), name="invoice_line_not_backwards"),
            models.CheckConstraint(condition=Q(what__in=What.values), name="invoice_line_what_known"),
        ]
        indexes = [
            # reconciliation: the lines of some connections within a month
            models.Index(fields=["connection", "started_at"], name="invoice_line_time"),
        ]

    def __str__(self) -> str:
        return self.line_id
