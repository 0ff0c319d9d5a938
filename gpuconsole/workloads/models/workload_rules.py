"""What the database holds about workloads by itself: the constraints of their table, and an index for each question."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads.states import Kind, State

LASTED = models.ExpressionWrapper(F("ended_at") - F("created_at"), output_field=models.DurationField())
"""How long ended work took, from its launch on."""
SHOWN = Q(deleted_at__isnull=True)
"""What lists are made of: said in their indexes too, so that counting needs no look at the rows."""
CONSTRAINTS: list[models.BaseConstraint] = [
    models.UniqueConstraint(
        Coalesce("launched_in", "project"),
        "idempotency_key",
        condition=Q(idempotency_key__isnull=False),
        name="idempotency_key_once_a_project",
    ),
    models.UniqueConstraint(
        fields=["connection", "remote_id"],
        condition=~Q(remote_id=""),
        name="remote_once_a_connection",
    ),
    models.CheckConstraint(condition=Q(kind__in=Kind.values), name="workload_kind_known"),
    models.CheckConstraint(condition=Q(state__in=State.values), name="workload_state_known"),
    models.CheckConstraint(
        condition=Q(hourly_price__isnull=True) | Q(hourly_price__gte=0), name="hourly_price_not_negative"
    ),
    models.CheckConstraint(
        condition=Q(stop_at_cost__isnull=True) | Q(stop_at_cost__gt=0), name="stop_at_cost_is_money"
    ),
    models.CheckConstraint(condition=Q(idle_percent__gte=1, idle_percent__lte=99), name="idle_percent_known"),
    models.CheckConstraint(condition=Q(resting_hourly_price__gte=0), name="resting_price_not_negative"),
    models.CheckConstraint(
        condition=Q(billed_tariff="", billed_since__isnull=True)
        | Q(billed_tariff__in=[Tariff.RUN, Tariff.REST], billed_since__isnull=False),
        name="billed_on_a_tariff",
    ),
    models.CheckConstraint(
        condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")), name="ended_after_created"
    ),
]
INDEXES: list[models.Index] = [
    # lists of jobs or instances of some projects, newest first
    models.Index(fields=["project", "kind", "-id"], condition=SHOWN, name="workload_list"),
    # lists over a whole team, newest first
    models.Index(fields=["team", "kind", "-id"], condition=SHOWN, name="workload_team_list"),
    # the API's list over both kinds
    models.Index(fields=["team", "-id"], name="workload_team_all"),
    # a sync round: all of one connection that can still change
    models.Index(
        fields=["connection", "state"],
        condition=~Q(state__in=["succeeded", "failed", "cancelled", "draft"]),
        name="workload_live",
    ),
    # the tick: work that a worker must act upon
    models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="workload_due"),
    # the last round for the output of ended work
    models.Index(
        fields=["connection"],
        condition=Q(state__in=["succeeded", "failed", "cancelled"], is_output_complete=False),
        name="workload_output_open",
    ),
    # ended work whose log and metrics are still kept
    models.Index(
        fields=["project", "ended_at"],
        condition=Q(ended_at__isnull=False, output_forgotten_at__isnull=True),
        name="workload_output_kept",
    ),
    # work by one of its labels
    GinIndex(fields=["labels"], name="workload_labels"),
    # the search, and the filter of a list: a part of the name, or the begin of an id
    GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="workload_name_parts"),
    models.Index(fields=["remote_id"], opclasses=["varchar_pattern_ops"], name="workload_remote_begin"),
    # lists narrowed to one person, state, provider or GPU, newest first
    models.Index(fields=["owner", "kind", "-id"], condition=SHOWN, name="workload_owner_list"),
    models.Index(fields=["team", "kind", "state", "-id"], condition=SHOWN, name="workload_state_list"),
    models.Index(fields=["team", "kind", "provider", "-id"], condition=SHOWN, name="workload_provider_list"),
    models.Index(fields=["team", "kind", "gpu_model", "-id"], condition=SHOWN, name="workload_gpu_list"),
    # lists of ended work by cost and by duration; what has not ended is little, and is sorted as it is read
    models.Index(
        *(F("team"), F("kind"), F("cost_closed").desc(), F("id").desc()),
        condition=SHOWN & Q(state__in=["succeeded", "failed", "cancelled"]),
        name="workload_cost_list",
    ),
    models.Index(
        *(F("team"), F("kind"), LASTED.desc(), F("id").desc()),
        condition=SHOWN & Q(state__in=["succeeded", "failed", "cancelled"], ended_at__isnull=False),
        name="workload_duration_list",
    ),
    # what a project holds (quota, budget), and how many are not ended (navigation, tabs)
    models.Index(
        fields=["project", "kind"],
        condition=~Q(state__in=["succeeded", "failed", "cancelled"]),
        name="workload_open",
    ),
    # what a team holds, summed for quotas at every launch without a look at the wide rows
    models.Index(
        fields=["team", "project"],
        include=[
            *("owner", "kind", "gpu_model", "currency", "gpu_count", "hourly_price"),
            *("state", "intent", "billed_since", "ends_by"),
        ],
        condition=~Q(state__in=["succeeded", "failed", "cancelled"]),
        name="workload_held",
    ),
    # the overview: what ended in the last day, and the tab "Failed this week"
    models.Index(fields=["team", "-ended_at"], condition=Q(ended_at__isnull=False), name="workload_ended"),
    models.Index(fields=["team", "-created_at"], condition=Q(state="failed"), name="workload_failed"),
    # similar failures of a project, the latest first; the filter by cause within a project
    models.Index(
        fields=["project", "reason_code", "-state_at"],
        condition=~Q(reason_code=""),
        name="workload_cause",
    ),
    # the filter by cause over a team
    models.Index(fields=["team", "reason_code", "-id"], condition=~Q(reason_code=""), name="workload_team_cause"),
    # usual durations and costs of alike work
    models.Index(
        fields=["project", "hardware_id", "-id"],
        condition=Q(state__in=["succeeded", "failed", "cancelled"]),
        name="workload_alike",
    ),
    # deadlines that can still be missed
    models.Index(
        fields=["ends_by"],
        condition=Q(ends_by__isnull=False) & ~Q(state__in=["succeeded", "failed", "cancelled"]),
        name="workload_open_deadline",
    ),
    # the guards of costs, idleness and queues: what has one and may still need it
    models.Index(
        fields=["state"],
        condition=Q(stop_at_cost__isnull=False) & ~Q(state__in=["succeeded", "failed", "cancelled"]),
        name="workload_cost_guard",
    ),
    models.Index(
        fields=["idle_since"],
        condition=Q(idle_since__isnull=False) & ~Q(state__in=["succeeded", "failed", "cancelled"]),
        name="workload_idle",
    ),
    models.Index(
        fields=["state_at"],
        condition=Q(terminate_after_s__isnull=False, state="stopped"),
        name="workload_rest_guard",
    ),
    models.Index(
        fields=["state_at"],
        condition=Q(queue_limit_s__isnull=False, state__in=["submitting", "queued"]),
        name="workload_queue_guard",
    ),
    # acts that are late
    models.Index(
        fields=["intent_at"],
        condition=Q(intent__in=["stop", "start", "restart", "end"]),
        name="workload_unconfirmed",
    ),
]
