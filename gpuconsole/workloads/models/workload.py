"""A workload: anything launched that a provider runs for a project."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gpuconsole.accounts.models import ApiToken, Team, User
from gpuconsole.connections.models import Connection
from gpuconsole.core.fields import ExactJSONField, SealedField
from gpuconsole.projects.models import Project
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads.labels import LONGEST as LONGEST_LABEL
from gpuconsole.workloads.models.workload_rules import CONSTRAINTS, INDEXES
from gpuconsole.workloads.models.workload_sets import Intent, QueueThen, WorkloadQuerySet
from gpuconsole.workloads.states import ACTIVE, FINAL, Fault, Kind, ReasonCode, State

ESCALATED_AFTER_MIN = (5, 15, 60)
"""Minutes after which an act that its provider has not confirmed is said to be late, each time louder."""
_CONFIRMED_BY_PROVIDER = (Intent.STOP, Intent.START, Intent.RESTART, Intent.END)
_ROOTS = {Kind.JOB: "/jobs/", Kind.INSTANCE: "/instances/"}


class Workload(models.Model):
    """One launch and all that became of it. ``state`` is written by ``transitions.move()`` alone."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="workloads")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="workloads")
    launched_in = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    """Where its idempotency key counts, once another project is charged; None: where it is."""
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="workloads")
    provider = models.CharField(max_length=30)
    is_sandbox = models.BooleanField(default=False)
    name = models.CharField(max_length=200)
    labels = ArrayField(models.CharField(max_length=LONGEST_LABEL), default=list, blank=True)
    """See the module ``labels``."""
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="workloads")
    api_token = models.ForeignKey(ApiToken, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    spec = ExactJSONField()
    """The provider-shaped fields as chosen, checked by the provider's model; never changed after launch."""
    defaults = models.JSONField(default=dict, blank=True)
    """What the provider did for fields left out of it, by dotted wire path, as far as its defaults were known."""
    token = models.CharField(max_length=60, unique=True, editable=False)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    request_hash = models.CharField(max_length=64, blank=True)
    retry_key = models.CharField(max_length=255, blank=True)
    """The idempotency key of the retry that was asked for last."""
    retry_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retries")

    state = models.CharField(max_length=12, choices=State.choices, default=State.SUBMITTING)
    state_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=1)
    attempts_most = models.PositiveIntegerField(default=1, editable=False)
    """Tries that its provider makes by itself at most; 1: it never tries again."""
    reason_code = models.CharField(max_length=30, choices=ReasonCode.choices, blank=True, default=ReasonCode.NONE)
    reason_text = models.TextField(blank=True)
    reason_fault = models.CharField(max_length=10, choices=Fault.choices, blank=True)
    reason_field = models.CharField(max_length=300, blank=True)
    """Dotted wire path of the field that the provider refused, where it named one."""
    evidence = models.JSONField(default=dict, blank=True)
    """The line that tells the reason, by the names of ``states.Evidence``; empty where there is none."""
    phases = models.JSONField(default=list, blank=True)
    """Attempts with their spans; see the module ``phases``."""

    intent = models.CharField(max_length=10, choices=Intent.choices, blank=True, default=Intent.LAUNCH)
    intent_at = models.DateTimeField(null=True, blank=True)
    intent_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    intent_tries = models.PositiveIntegerField(default=0)
    intent_error = models.TextField(blank=True)
    is_intent_refused = models.BooleanField(default=False)
    """What ``intent_error`` says of an act is the provider's no; else the provider was not reached, or failed."""
    due_at = models.DateTimeField(null=True, blank=True)
    """When a worker should act on the intent (or look for a lost launch) next; None: nothing to do."""
    sending_at = models.DateTimeField(null=True, blank=True)
    """Committed before the create call: whoever finds it set must look before sending again."""
    known_remote_ids = models.JSONField(default=list, blank=True)
    """What the account held just before the call, where the provider keeps no token."""
    look_until = models.DateTimeField(null=True, blank=True)

    remote_id = models.CharField(max_length=200, blank=True)
    remote_status = models.CharField(max_length=100, blank=True)
    is_status_known = models.BooleanField(default=True)
    remote = ExactJSONField(default=dict, blank=True)
    """The provider's last answer about it, secrets taken out."""
    request = ExactJSONField(default=dict, blank=True)
    """The exact request that was sent, masked, with method and path."""
    edit = ExactJSONField(default=dict, blank=True)
    """What was asked to be changed, by wire name; kept until the provider took it or another edit is asked for."""
    edit_errors = models.JSONField(default=dict, blank=True)
    """Why the provider did not take it, by dotted wire path; "" for what concerns no field."""
    edit_key = models.CharField(max_length=255, blank=True)
    """The idempotency key of the edit that was asked for last."""
    edit_sent_at = models.DateTimeField(null=True, blank=True)
    """Committed before the call, and taken back by an answer: until then nobody knows whether the edit was made."""
    removed_at = models.DateTimeField(null=True, blank=True)
    """When the provider, asked to delete what had ended, listed it no more."""
    observed_at = models.DateTimeField(null=True, blank=True)
    """When the provider told something new about it last."""
    missing_since = models.DateTimeField(null=True, blank=True)
    missing_count = models.PositiveSmallIntegerField(default=0)
    parts = models.JSONField(default=list, blank=True)
    connect = models.JSONField(default=dict, blank=True)
    """Ways in by label; null for one that is kept in ``hidden_ways``. See the module ``ways``."""
    hidden_ways = SealedField(bound_to="public_id")
    ports = models.JSONField(default=list, blank=True)
    """Those of the ways in that are published ports, as ``providers.remote.Port`` has them."""

    hardware_id = models.CharField(max_length=100, blank=True)
    gpu_model = models.CharField(max_length=60, blank=True)
    gpu_count = models.PositiveIntegerField(default=0)
    region = models.CharField(max_length=100, blank=True)
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """For everything it holds together, frozen at launch; None: unknown."""
    resting_hourly_price = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    """For what is kept while it is off, such as disks, frozen at launch; 0: nothing is charged then."""
    currency = models.CharField(max_length=3, blank=True)
    rounding = models.CharField(max_length=10, blank=True)
    price_seen_at = models.DateTimeField(null=True, blank=True)
    reserved = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """The most it can cost, held against the budget while it is active."""
    estimated_hourly = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True, editable=False)
    estimated_most = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True, editable=False)
    estimated_typical = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True, editable=False)
    """What the launch was told, in ``currency``; never changed after it. None: nobody knew."""
    cost_closed = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    """Cost of the closed usage intervals; the open one is added when read."""
    billed_since = models.DateTimeField(null=True, blank=True)
    """Start of the open usage interval, so that a list shows costs without another query."""
    billed_tariff = models.CharField(max_length=4, blank=True)
    """What is billed just now, see ``Tariff``; empty: nothing."""
    billed_before_s = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    """Seconds of the open stretch in the closed intervals before."""
    billed_said_at = models.DateTimeField(null=True, blank=True)
    """The provider's own stamp for the begin of the open stretch, or of the last one, as it came."""
    billed_until = models.DateTimeField(null=True, blank=True)
    """End of the last closed interval: the next one cannot begin before."""
    billed_lanes = models.JSONField(default=list, blank=True)
    """What is billed side by side, where its provider tells that; see the module ``lanes``."""
    billed_closed_s = models.DecimalField(max_digits=18, decimal_places=6, default=0)

    stop_after_s = models.PositiveIntegerField(null=True, blank=True)
    ends_by = models.DateTimeField(null=True, blank=True)
    stop_at_cost = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """In ``currency``; what it costs at rest counts too, but nothing at rest is ended."""
    idle_after_s = models.PositiveIntegerField(null=True, blank=True)
    idle_percent = models.PositiveSmallIntegerField(default=5)
    """GPU utilisation under which it is idle."""
    queue_limit_s = models.PositiveIntegerField(null=True, blank=True)
    queue_then = models.CharField(max_length=10, choices=QueueThen.choices, default=QueueThen.WARN)
    queue_warned_at = models.DateTimeField(null=True, blank=True)
    terminate_after_s = models.PositiveIntegerField(null=True, blank=True)
    """So long it may be off before it is ended for good, disks included."""
    warn_before_s = models.PositiveIntegerField(null=True, blank=True)
    """So long before its latest end its owner is told of that."""
    warned_for = models.DateTimeField(null=True, blank=True)
    """The latest end that was told of."""
    idle_since = models.DateTimeField(null=True, blank=True)
    """Moment of the first sample of the unbroken row of idle ones that the newest one ends; None: it is not idle."""
    measured_at = models.DateTimeField(null=True, blank=True)
    """Moment of the newest sample that tells the use of its GPUs."""
    escalated_at = models.DateTimeField(null=True, blank=True)
    """When it was last said that what was asked for is not confirmed."""

    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    log_size = models.BigIntegerField(default=0)
    log_lines = models.PositiveBigIntegerField(default=0)
    log_cursor = models.TextField(blank=True)
    attempt_log_from = models.BigIntegerField(default=0)
    """The byte of its log at which that of the present attempt begins."""
    is_log_complete = models.BooleanField(default=False)
    output_at = models.DateTimeField(null=True, blank=True)
    """When its output had its turn last."""
    checkpoints_at = models.DateTimeField(null=True, blank=True)
    """When its checkpoints were fetched last."""
    is_output_complete = models.BooleanField(default=False)
    """It has ended and nothing of what it put out is left to fetch."""
    output_forgotten_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When its log and metrics were removed, as its project has it."""
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When its record was deleted: nobody sees it any more; only what bills and the provider's lists need is left."""

    is_repeat = False
    """True of the first launch's row when it answers a re-sent request; not stored."""
    warnings: tuple[str, ...] = ()
    """Limits that the launch just passed with a warning; not stored, the events tell them."""

    objects = WorkloadQuerySet.as_manager()

    class Meta:
        constraints = CONSTRAINTS
        indexes = INDEXES

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"{_ROOTS[Kind(self.kind)]}{self.public_id}/"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def clock_began(self) -> datetime:
        """When its time until the latest end began: the launch, or the start or retry that gave it anew."""
        if self.ends_by is None or self.stop_after_s is None:
            return self.created_at
        return max(self.created_at, self.ends_by - timedelta(seconds=self.stop_after_s))

    def late_min(self, now: datetime) -> int:
        """The step of ``ESCALATED_AFTER_MIN`` that an unconfirmed stop, start, restart or end has come to; else 0."""
        if self.intent_at is None or self.intent not in _CONFIRMED_BY_PROVIDER:
            return 0
        passed = [minutes for minutes in ESCALATED_AFTER_MIN if now - self.intent_at >= timedelta(minutes=minutes)]
        return passed[-1] if passed else 0

    @property
    def outcome(self) -> str:
        """How it ended; empty while it has not."""
        return self.state if self.is_final else ""

    @property
    def hourly_now(self) -> Decimal | None:
        """The price at which its cost counts on just now; None while nothing is billed or the price is unknown."""
        if self.billed_lanes:
            prices = [lane["price"] for lane in self.billed_lanes if lane["is_open"]]
            return sum(map(Decimal, prices), Decimal(0)) if prices and None not in prices else None
        if self.hourly_price is None or self.billed_since is None:
            return None
        return self.resting_hourly_price if self.billed_tariff == Tariff.REST else self.hourly_price

    @property
    def seen_at(self) -> datetime | None:
        """When the provider was last asked and told how it stands; None: never yet. ``observed_at`` is written only
        where something had changed: until the end, each round of its connection that went well confirms the rest."""
        synced_at = self.connection.synced_at
        if self.observed_at is None or synced_at is None or self.is_final or self.state == State.SUBMITTING:
            return self.observed_at
        return max(self.observed_at, synced_at)

    @property
    def state_word(self) -> State:
        """The state with its label and icon."""
        return State(self.state)

    @property
    def topics(self) -> tuple[str, ...]:
        """Change counters that a change of this row bumps."""
        return (f"workload:{self.pk}", f"project:{self.project_id}", f"team:{self.team_id}")
