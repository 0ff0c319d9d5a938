"""Words and small shapes that the pages of jobs, of instances and of lists share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.workloads import stale
from gpuconsole.workloads.models import LaunchRequest, Workload
from gpuconsole.workloads.states import Kind


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of workload is called on its pages."""

    kind: Kind
    url: str
    """Address of the list, with a slash at the end."""

    @property
    def noun(self) -> str:
        return _("job") if self.kind is Kind.JOB else _("instance")

    @property
    def nouns(self) -> str:
        return _("jobs") if self.kind is Kind.JOB else _("instances")

    @property
    def none_yet(self) -> str:
        """The head of an empty list."""
        return _("No job yet") if self.kind is Kind.JOB else _("No instance yet")


@dataclass(frozen=True, slots=True)
class Link:
    """A tab or a choice of a filter: a word, where it leads, whether it is chosen."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


def attempt_words(workload: Workload) -> str:
    """``attempt 2 of 3`` where its provider tries again by itself, ``attempt 2`` where it does not; empty where no
    other can come."""
    number, most = workload.attempt, workload.attempts_most
    if number <= most > 1:
        return _("attempt {number} of {most}").format(number=number, most=most)
    return _("attempt {number}").format(number=number) if number > 1 else ""


def late_words(workload: Workload, now: datetime) -> str:
    """For how long an act of ours is not confirmed, from five minutes on, else how old its state is where its provider
    is not heard of; empty: all is in time."""
    if not workload.late_min(now) or workload.intent_at is None:
        return stale.words(workload, now)
    return _("not confirmed {age}").format(age=formats.age(now - workload.intent_at))


def hardware(workload: Workload | LaunchRequest) -> str:
    """``2 × H100``, or the provider's own id where the GPU is not known, or CPU only."""
    if workload.gpu_count and workload.gpu_model:
        return f"{workload.gpu_count} × {workload.gpu_model}"
    return workload.hardware_id or (_("CPU only") if workload.gpu_count == 0 else "–")
