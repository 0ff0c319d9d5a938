"""Why a workload ended, or was refused: read from the provider's status word, message and refusals; pure tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.providers import registry
from gpuconsole.providers.causes import Cause, clue, exit_code, told
from gpuconsole.providers.common_causes import MESSAGES, REFUSALS
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.errors import (
    NoCapacity,
    NotAuthorized,
    ProviderError,
    RateLimited,
    Rejected,
    Unreachable,
)
from gpuconsole.providers.masking import scrub
from gpuconsole.providers.remote import Remote
from gpuconsole.workloads import causes
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import Evidence, Reason, ReasonCode, Source, State

EVIDENCE_LENGTH = 500

_PLAIN = {
    ReasonCode.UNKNOWN: gettext_noop("The provider gives no cause. Its own console may tell more."),
    ReasonCode.STOPPED_ELSEWHERE: gettext_noop("Ended at the provider, not from here."),
}
_BY_STATUS = {402: Cause.NO_CREDIT, 403: Cause.PERMISSION}
_BY_KIND: tuple[tuple[type[ProviderError], Cause], ...] = (
    (NotAuthorized, Cause.NOT_AUTHORIZED),
    (NoCapacity, Cause.NO_CAPACITY),
    (RateLimited, Cause.RATE_LIMITED),
    (Unreachable, Cause.UNREACHABLE),
)


def of(cause: Cause, text: str, evidence: Evidence | None = None, *, field: str = "") -> Reason:
    """A provider's cause as a reason, with whose fault it is."""
    code = ReasonCode(cause.value)
    return Reason(code, scrub(text), causes.fault(code), field, evidence)


def said(text: str, source: Source, *, line: int | None = None, offset: int | None = None) -> Evidence:
    """The line that tells a cause, fit to be shown."""
    return Evidence(scrub(text.strip())[:EVIDENCE_LENGTH], source, line, offset, exit_code(text))


def of_failure(slug: str, remote: Remote, parts: Sequence[str] = ()) -> Reason:
    """The cause of a failure: what was said of its parts and in its message, else the status word, else silence."""
    provider = registry.get(slug)
    by_word = provider.endings.get(remote.status)
    found = _in_words(provider, remote, parts)
    if found is not None and (by_word is None or by_word.cause is not Cause.PREEMPTED):
        return found
    if by_word is not None:
        evidence = said(remote.message, Source.MESSAGE) if remote.message else None
        return of(by_word.cause, remote.message or (_(by_word.text) if by_word.text else ""), evidence)
    evidence = said(remote.message, Source.MESSAGE) if remote.message else None
    return of(Cause.UNKNOWN, remote.message or _(_PLAIN[ReasonCode.UNKNOWN]), evidence)


def _in_words(provider: Provider, remote: Remote, parts: Sequence[str]) -> Reason | None:
    lines = [*remote.message.splitlines(), *parts]
    found = clue(lines, provider.said, *MESSAGES)
    if found is None:
        return None
    source = Source.PART if found.index >= len(lines) - len(parts) else Source.MESSAGE
    return of(found.cause, remote.message or lines[found.index], said(lines[found.index], source))


def of_refusal(provider: Provider, error: ProviderError) -> Reason:
    """Why a launch was refused, or could not be sent for too long; tied to the field that was named, if one was."""
    field = error.field if isinstance(error, Rejected) else ""
    text = f"{field}: {error.message}" if field else error.message
    whole = f"{error.status_code or ''} {error.message}\n{error.raw}"
    cause = told(whole, provider.refused) or _BY_STATUS.get(error.status_code or 0)
    cause = cause or next((cause for kind, cause in _BY_KIND if isinstance(error, kind)), None)
    if cause is None and not field:
        cause = told(error.message, REFUSALS)
    raw = scrub(error.raw) if error.raw.strip() != error.message.strip() else ""
    return of(cause or Cause.REJECTED, text, replace(said(error.message, Source.MESSAGE), raw=raw), field=field)


def of_end(
    slug: str,
    remote: Remote,
    *,
    before: State,
    intent: str,
    asked: Reason | None,
    parts: Sequence[str] = (),
) -> Reason | None:
    """Why a workload came to rest, or None where it simply did what it was for.

    ``intent`` is what we wanted when it ended and ``asked`` the reason for that; ``parts`` is what was said last of its
    nodes or workers. A rest that nobody here asked for was a failure, or somebody's at the provider.
    """
    target = remote.reading.state.value
    if target == State.SUCCEEDED:
        return None
    if target == State.FAILED or remote.status in registry.get(slug).endings:
        return of_failure(slug, remote, parts)
    if intent == Intent.RESTART:
        return None
    if intent in (Intent.END, Intent.STOP):
        return asked or Reason(ReasonCode.STOPPED_BY_PERSON)
    if before in (State.SUBMITTING, State.QUEUED, State.STARTING) and target == State.STOPPED:
        return of_failure(slug, remote, parts)
    found = _in_words(registry.get(slug), remote, ())
    text = remote.message or _(_PLAIN[ReasonCode.STOPPED_ELSEWHERE])
    return found or Reason(ReasonCode.STOPPED_ELSEWHERE, text)


def of_parts(row: Workload) -> list[str]:
    """What was last said of its nodes or workers, a line each; those that are up tell nothing."""
    return [_of_part(part) for part in row.parts if part.get("text") and _is_down(part)]


def _is_down(part: dict[str, object]) -> bool:
    return part.get("state") != "running"


def _of_part(part: dict[str, object]) -> str:
    words = f"{part['name']}: {part['text']}"
    if not part.get("step") or not part.get("steps"):
        return words
    return _("{words} (step {step} of {steps})").format(words=words, step=part["step"], steps=part["steps"])
