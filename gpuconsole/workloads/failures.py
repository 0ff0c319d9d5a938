"""What a page or an API answer tells of work that ended badly: cause, fault, evidence, what to do, what is alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats
from gpuconsole.providers import registry
from gpuconsole.workloads import causes
from gpuconsole.workloads.causes import Again
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, ReasonCode, Source, State

ALIKE_FOR = timedelta(days=30)
MOST_ALIKE, LISTED = 100, 3
_OVER = (State.FAILED, State.CANCELLED, State.STOPPED)


@dataclass(frozen=True, slots=True)
class Alike:
    """Other work of the project that ended of the same cause."""

    count: int
    """Of the last 30 days; one more than ``MOST_ALIKE`` stands for "more than that"."""
    latest: Sequence[Workload]
    first_seen: datetime
    """When the cause was met in this project for the first time."""

    @property
    def count_words(self) -> str:
        """How many, in words."""
        return _("more than {count}").format(count=MOST_ALIKE) if self.count > MOST_ALIKE else str(self.count)


@dataclass(frozen=True, slots=True)
class Failure:
    """One bad end, for people and programs."""

    code: ReasonCode
    title: str
    fault: Fault
    text: str
    """What was said, in the words of whoever said it; empty where the evidence says it all."""
    evidence: dict[str, Any]
    advice: str
    again: Again
    alike: Alike
    is_log_kept: bool

    @property
    def fault_words(self) -> str:
        """Whose fault it is."""
        return str(self.fault.label)

    @property
    def exit_words(self) -> str:
        """``exit code 3``; empty where none was told."""
        code = self.evidence.get("exit_code")
        return "" if code is None else _("exit code {code}").format(code=code)

    @property
    def evidence_place(self) -> str:
        """Where the line of evidence stands."""
        if self.evidence.get("source") == Source.LOG:
            return _("Line {count} of the log").format(count=formats.count(self.evidence["line"]))
        return {Source.PART: _("Its last step"), Source.MESSAGE: _("The provider's words")}[
            Source(self.evidence["source"])
        ]

    @property
    def log_query(self) -> str:
        """What the address of the log is followed by to open it at the line; empty without one."""
        line = self.evidence.get("line")
        return f"?line={line}#L{line}" if line is not None and self.is_log_kept else ""

    @property
    def again_words(self) -> str:
        """Whether it makes sense to run it again as it is."""
        return _(_AGAIN[self.again])


_AGAIN = {
    Again.AS_IT_IS: gettext_noop("Trying again as it is makes sense."),
    Again.LATER: gettext_noop("Trying again as it is makes sense after a while."),
    Again.CHANGE_FIRST: gettext_noop("As it is, it is likely to end the same way: change something first."),
}


def of(workload: Workload, now: datetime) -> Failure | None:
    """How it ended badly; None where it did not. One query, for what was alike."""
    if not causes.ended_badly(workload):
        return None
    code = ReasonCode(workload.reason_code)
    said, title = workload.evidence.get("text", ""), str(code.label)
    text = workload.reason_text.removeprefix(f"{title}.").strip()
    return Failure(
        code=code,
        title=title,
        fault=Fault(workload.reason_fault or Fault.UNKNOWN),
        text="" if text == said else text,
        evidence=workload.evidence,
        advice=causes.advice(code, registry.get(workload.provider)),
        again=causes.meaning(code).again,
        alike=_alike(workload, now),
        is_log_kept=workload.output_forgotten_at is None,
    )


def _alike(workload: Workload, now: datetime) -> Alike:
    """The newest of the same cause, and with them the first; both along one index."""
    alike = Workload.objects.filter(project=workload.project_id, reason_code=workload.reason_code, state__in=_OVER)
    alike = alike.filter(deleted_at=None)
    first = Subquery(alike.order_by("state_at").values("state_at")[:1])
    rows = alike.exclude(pk=workload.pk).order_by("-state_at").annotate(first_at=first)
    found: list[Any] = list(rows.only("public_id", "name", "kind", "state_at")[: MOST_ALIKE + 1])
    recent = [row for row in found if row.state_at >= now - ALIKE_FOR]
    first_seen = found[0].first_at if found else workload.state_at
    return Alike(len(recent), recent[:LISTED], first_seen)
