"""Shapes of failures in the JSON API."""

from datetime import datetime

from gpuconsole.core.api import ApiSchema
from gpuconsole.workloads import failures
from gpuconsole.workloads.failures import Failure
from gpuconsole.workloads.models import Workload


class EvidenceOut(ApiSchema):
    """The line that tells a cause, secrets taken out."""

    text: str
    source: str
    """Who said it: message, part (of a node or worker) or log."""
    line: int | None
    """Its number in the log, from 1; null where it is not of the log."""
    offset: int | None
    """The byte of the log at which it begins: ``GET …/logs?after=`` reads on from there."""


class FailureOut(ApiSchema):
    """Why it ended badly, and what to do about it."""

    cause: str
    title: str
    fault: str
    """you, provider, console, nobody or unknown."""
    text: str
    """What was said, where the evidence does not say it all."""
    exit_code: int | None
    evidence: EvidenceOut | None
    advice: str
    again: str
    """Whether a retry makes sense: as_it_is, later, or change_first."""
    similar: int
    """Other work of the project that ended of the same cause in the last 30 days; 101 stands for more than 100."""
    first_seen: datetime
    """When the cause was met in the project for the first time."""


def shape_failure(workload: Workload, now: datetime) -> FailureOut | None:
    """Why it ended badly; None where it did not."""
    found = failures.of(workload, now)
    return None if found is None else _shaped(found)


def _shaped(found: Failure) -> FailureOut:
    return FailureOut.model_construct(
        cause=found.code.value,
        title=found.title,
        fault=found.fault.value,
        text=found.text,
        exit_code=found.evidence.get("exit_code"),
        evidence=_evidence(found),
        advice=found.advice,
        again=found.again.value,
        similar=found.alike.count,
        first_seen=found.alike.first_seen,
    )


def _evidence(found: Failure) -> EvidenceOut | None:
    said = found.evidence
    if not said:
        return None
    return EvidenceOut.model_construct(
        text=said["text"], source=said["source"], line=said["line"], offset=said["offset"]
    )
