"""The buttons of a workload: which fit its kind and the person, and why one cannot be pressed just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.workloads import access
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.services.editing import refuse_edit
from gpuconsole.workloads.states import VERBS, Kind, State, Verb
from gpuconsole.workloads.unspecified import why_not


@dataclass(frozen=True, slots=True)
class Act:
    """One button: the verb, where it leads, how it looks, and why it can't be pressed just now (empty: it can)."""

    verb: Verb
    label: str
    url: str
    icon: str
    css: str = ""
    reason: str = ""
    asks: bool = False
    is_more: bool = False
    """It stands in the menu and not beside the others."""


_ICONS = {
    Verb.STOP: "square",
    Verb.START: "play",
    Verb.RESTART: "rotate-cw",
    Verb.TERMINATE: "trash-2",
    Verb.RETRY: "refresh-cw",
    Verb.CLONE: "copy",
    Verb.EDIT: "pencil",
    Verb.DELETE: "trash-2",
}
_ASKS = {
    Kind.JOB: {Verb.STOP, Verb.DELETE},
    Kind.INSTANCE: {Verb.STOP, Verb.RESTART, Verb.TERMINATE, Verb.DELETE},
}
_WAITING = frozenset({State.SUBMITTING, State.QUEUED, State.STARTING})
_DANGERS = {Kind.JOB: {Verb.STOP}, Kind.INSTANCE: {Verb.TERMINATE}}
_OF_ITS_TIME = {
    Kind.JOB: {Verb.EDIT, Verb.DELETE},
    Kind.INSTANCE: {Verb.STOP, Verb.START, Verb.RESTART, Verb.EDIT, Verb.DELETE, Verb.RETRY},
}
"""Left out where they make no sense: what is up cannot be started, what has ended not be edited."""
_ORDER = (
    *(Verb.STOP, Verb.START, Verb.RESTART, Verb.TERMINATE, Verb.CLONE, Verb.RETRY),
    *(Verb.EDIT, Verb.DELETE),
)
_IN_MENU = frozenset({Verb.EDIT, Verb.DELETE})


def of(viewer: Viewer, workload: Workload, url: str) -> Sequence[Act]:
    """The buttons that fit the kind and the person's role; those that the state forbids carry the reason."""
    kind = Kind(workload.kind)
    found = []
    for verb in _ORDER:
        if not access.may_ever(viewer, workload, verb) or _is_untimely(workload, verb):
            continue
        found.append(
            Act(
                verb=verb,
                label=label(workload, verb),
                url=clone_url(workload) if verb == Verb.CLONE else f"{url}{verb.value}/",
                icon=_ICONS[verb],
                css="button-danger" if verb in _DANGERS[kind] else "",
                reason=_reason(workload, verb),
                asks=verb in _ASKS[kind],
                is_more=verb in _IN_MENU,
            )
        )
    return found


def clone_url(workload: Workload) -> str:
    return f"/launch/{workload.provider}/{workload.kind}/?clone={workload.public_id}"


def label(workload: Workload, verb: Verb) -> str:
    """The word on the button: what does not run yet is cancelled, not stopped."""
    if verb == Verb.DELETE:
        return _("Delete at {provider}").format(provider=registry.get(workload.provider).name)
    return _("Cancel") if verb == Verb.STOP and is_waiting(workload) else str(verb.label)


def is_waiting(workload: Workload) -> bool:
    """Whether it is a job that does not run yet."""
    return workload.kind == Kind.JOB and State(workload.state) in _WAITING


def _is_untimely(workload: Workload, verb: Verb) -> bool:
    return verb in _OF_ITS_TIME[Kind(workload.kind)] and State(workload.state) not in VERBS[Kind(workload.kind)][verb]


def _reason(workload: Workload, verb: Verb) -> str:
    state = State(workload.state)
    if unknown := why_not(workload, verb):
        return unknown
    if verb == Verb.EDIT:
        return _reason_not_to_edit(workload)
    if verb == Verb.DELETE and workload.intent == Intent.DELETE:
        return _("It is asked for already, and not confirmed yet.")
    if state in VERBS[Kind(workload.kind)][verb]:
        return ""
    return _("{act} makes no sense while it is {state}.").format(act=verb.label, state=state.label.lower())


def _reason_not_to_edit(workload: Workload) -> str:
    try:
        refuse_edit(workload)
    except Refused as no:
        return no.message
    return ""
