"""Looks for a better cause in the last lines of a log, once the log of work that ended badly is whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from gpuconsole.providers.causes import LONGEST, Clue, Words, clue
from gpuconsole.providers.common_causes import ERRORS, EXITS, ROOTS, RUNTIME
from gpuconsole.sync import reasons
from gpuconsole.workloads import causes, logs, transitions
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.logs import StoredLine
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Evidence, Reason, ReasonCode, Source

TAIL_BYTES = 64 * 1024
MOST_LINES = 400
_CALM = re.compile(r"\b(?:info|debug|notice|trace|warn|\w{0,40}warning)\b", re.IGNORECASE)
"""At the head of a line, or as its level: it was not what ended the program, as far as other lines tell more."""
_OUTCRY = re.compile(r"(?:error|exception)\b|\b(?:fatal|panic)\b", re.IGNORECASE)


def look(row: Workload) -> None:
    """Give a vague reason a better cause, or its line, where the log tells one; never the other way round."""
    if not causes.ended_badly(row) or row.reason_code not in causes.VAGUE:
        return
    found = of_log(row)
    if found is None:
        return
    with locked(row.pk) as fresh:
        if (fresh.attempt, fresh.reason_code) != (row.attempt, row.reason_code) or not _is_better(fresh, found):
            return
        is_cause = found.code != fresh.reason_code
        why = _("Its log tells the line")
        if is_cause:
            why = _("Its log tells the cause: {cause}").format(cause=found.code.label)
        transitions.explain(fresh, found, why=why)


def of_log(row: Workload) -> Reason | None:
    """The reason that the last lines of the present attempt tell."""
    part = logs.tail(row, min(TAIL_BYTES, max(0, row.log_size - row.attempt_log_from)))
    kept = [(at, line) for at, line in part.placed if at >= row.attempt_log_from and not line.is_gap][-MOST_LINES:]
    found = read([line for _at, line in kept])
    if found is None:
        return None
    offset, line = kept[found.index]
    evidence = _with_code(row, reasons.said(line.text, Source.LOG, line=line.number, offset=offset))
    text = row.reason_text if found.cause == row.reason_code else ""
    return reasons.of(found.cause, text or evidence.text, evidence)


def read(lines: Sequence[StoredLine]) -> Clue | None:
    """Which line tells the cause: an outcry before others, these before calm remarks; a root before its fallout."""
    loud = [index for index, line in enumerate(lines) if not _is_calm(line)]
    outcries = [index for index in loud if _OUTCRY.search(f"{lines[index].level} {lines[index].text[:LONGEST]}")]
    return (
        _among(lines, outcries, ROOTS, RUNTIME, ERRORS)
        or _among(lines, loud, ROOTS, RUNTIME)
        or _among(lines, range(len(lines)), RUNTIME, EXITS)
    )


def _among(lines: Sequence[StoredLine], indexes: Sequence[int], *tiers: Words) -> Clue | None:
    found = clue([lines[index].text for index in indexes], *tiers)
    return None if found is None else Clue(found.cause, indexes[found.index])


def _is_calm(line: StoredLine) -> bool:
    return _CALM.search(line.level or line.text[:48]) is not None


def _is_better(row: Workload, found: Reason) -> bool:
    """A cause in place of none, a finer one than an exit code, or the line where only a word was known."""
    if found.code in causes.VAGUE and found.code != ReasonCode.EXIT_CODE:
        return False
    if found.code == row.reason_code:
        return bool(row.evidence.get("source") != Source.LOG)
    return found.code != ReasonCode.EXIT_CODE or row.reason_code == ReasonCode.UNKNOWN


def _with_code(row: Workload, evidence: Evidence) -> Evidence:
    """The exit code that was told before stays told."""
    known = row.evidence.get("exit_code")
    return evidence if evidence.exit_code is not None or known is None else replace(evidence, exit_code=known)
