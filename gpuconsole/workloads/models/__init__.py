"""What the database holds about workloads."""

from gpuconsole.workloads.models.alert import WorkloadAlert
from gpuconsole.workloads.models.deployment import Deployment
from gpuconsole.workloads.models.draft import Draft
from gpuconsole.workloads.models.event import Event, EventKind
from gpuconsole.workloads.models.halt import Effect, Halt, HaltEntry, HaltQuerySet, HaltScope, InstanceEnd
from gpuconsole.workloads.models.lost import LostLaunch, Settlement
from gpuconsole.workloads.models.output import Checkpoint, LogChunk, MetricSample
from gpuconsole.workloads.models.preset import Preset
from gpuconsole.workloads.models.request import Decision, LaunchRequest, LaunchRequestQuerySet, Via
from gpuconsole.workloads.models.saved_view import SavedView
from gpuconsole.workloads.models.usage import UsageInterval
from gpuconsole.workloads.models.workload import ESCALATED_AFTER_MIN, Workload
from gpuconsole.workloads.models.workload_rules import LASTED
from gpuconsole.workloads.models.workload_sets import Intent, QueueThen, TellMe, WorkloadQuerySet

__all__ = [
    "ESCALATED_AFTER_MIN",
    "LASTED",
    "Checkpoint",
    "Decision",
    "Deployment",
    "Draft",
    "Effect",
    "Event",
    "EventKind",
    "Halt",
    "HaltEntry",
    "HaltQuerySet",
    "HaltScope",
    "InstanceEnd",
    "Intent",
    "LaunchRequest",
    "LaunchRequestQuerySet",
    "LogChunk",
    "LostLaunch",
    "MetricSample",
    "Preset",
    "QueueThen",
    "SavedView",
    "Settlement",
    "TellMe",
    "UsageInterval",
    "Via",
    "Workload",
    "WorkloadAlert",
    "WorkloadQuerySet",
]
