"""The words of what was observed: why a workload moves, what the provider said of it, and what is odd about that."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Remote
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, Fault, Reason, ReasonCode, State

_ARRIVED = {
    State.QUEUED: gettext_noop("Waits for hardware at {provider}"),
    State.STARTING: gettext_noop("Starting at {provider}"),
    State.RUNNING: gettext_noop("Running"),
    State.STOPPING: gettext_noop("{provider} is stopping it"),
    State.STOPPED: gettext_noop("{provider} confirms that it is stopped"),
    State.SUCCEEDED: gettext_noop("Ended by itself without an error"),
    State.FAILED: gettext_noop("Ended with an error"),
    State.CANCELLED: gettext_noop("{provider} confirms the end"),
}


def why(provider: Provider, before: State, target: State | None, remote: Remote, reason: Reason | None) -> str:
    """What is written beside the move, or beside the phase where the state stays."""
    if before == State.LOST and target is not None and target not in FINAL:
        return _("Found again at {provider}").format(provider=provider.name)
    if reason is not None and reason.code is ReasonCode.STOPPED_ELSEWHERE:
        text = _("Ended at {provider}, not from here")
        if target == State.STOPPED:
            text = _("Stopped at {provider}, not from here")
        return text.format(provider=provider.name)
    if target == State.STOPPED and reason is not None and reason.fault is not Fault.NOBODY:
        is_up = before == State.RUNNING
        return (
            _("Stopped at {provider}, not from here").format(provider=provider.name)
            if is_up
            else _("{provider} stopped it before it was up").format(provider=provider.name)
        )
    if target is not None and target in _ARRIVED:
        return _(_ARRIVED[target]).format(provider=provider.name)
    return (
        remote.reading.phase.capitalize()
        if remote.reading.phase
        else _("{provider} says {status}").format(provider=provider.name, status=remote.status)
    )


def detail(remote: Remote, target: State | None, reason: Reason | None) -> str:
    """The provider's words for an end, else who or what asked for it."""
    if target not in FINAL and target != State.STOPPED:
        return ""
    return remote.message or (reason.text if reason else "")


def warning(provider: Provider, row: Workload, remote: Remote, said: State | None, target: State | None) -> str:
    """What is odd about the provider's word, worth an event; empty where nothing is."""
    if said is None:
        return _("{provider} says “{status}”, a word that is in no table; the last state is kept").format(
            provider=provider.name, status=remote.status
        )
    is_odd = target is None and said != row.state and not row.intent
    return (
        _("{provider} says “{status}”, which does not follow {state}").format(
            provider=provider.name, status=remote.status, state=row.state
        )
        if is_odd
        else ""
    )
