"""The buttons of a workload and the questions behind them: what stops, what is lost, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.workloads import access, causes
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.services.editing import refuse_edit
from gpuconsole.workloads.states import VERBS, Kind, State, Verb
from gpuconsole.workloads.unspecified import why_not
from gpuconsole.workloads.usage import cost_so_far


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


@dataclass(frozen=True, slots=True)
class Question:
    """A confirmation: the question, what follows, and the words of both ways out."""

    question: str
    text: str
    keep_label: str
    action_label: str
    type_name: str = ""
    warning: str = ""
    """What speaks against it."""
    other_url: str = ""
    other_label: str = ""
    """A better way, where there is one."""


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
                label=_label(workload, verb),
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


def question(workload: Workload, verb: Verb, now: datetime) -> Question:
    """What is asked before a verb is done."""
    kind, name = Kind(workload.kind), workload.name
    if verb == Verb.TERMINATE:
        text = f"It is deleted at the provider for good. {_money(workload, now)}"
        return Question(f"Terminate {name}?", text, "Keep it", "Terminate", type_name=name)
    if verb == Verb.STOP and kind == Kind.JOB:
        text = f"{_ran(workload, now)} Stopping can't be undone; its log and figures stay. {_money(workload, now)}"
        return Question(f"Stop {name}?", text, "Keep running", "Stop job")
    if verb == Verb.STOP:
        text = f"Its memory is lost; you can start it again. {_money(workload, now)}"
        return Question(f"Stop {name}?", text, "Keep running", "Stop instance")
    if verb == Verb.RESTART:
        return Question(f"Restart {name}?", "Its memory and open connections are lost.", "Keep running", "Restart")
    if verb == Verb.START:
        return Question(f"Start {name}?", _rate(workload), "Leave it off", "Start instance")
    if verb == Verb.DELETE:
        provider = registry.get(workload.provider)
        text = f"{provider.name} forgets it for good, with all that it keeps of it. {provider.deleting}".rstrip()
        text = f"{text} Here it stays, with its log, figures and cost."
        return Question(f"Delete {name} at {provider.name}?", text, "Keep it", f"Delete at {provider.name}")
    return _retry_question(workload)


def _retry_question(workload: Workload) -> Question:
    provider = registry.get(workload.provider)
    warning = causes.warning(workload, provider)
    return Question(
        f"Retry {workload.name}?",
        f"It runs again with the same spec, labels and latest end. {_rate(workload)}",
        "Leave it",
        f"Retry {workload.get_kind_display().lower()}",
        warning=warning,
        other_url=clone_url(workload) if warning else "",
        other_label="Clone with changes" if warning else "",
    )


def _label(workload: Workload, verb: Verb) -> str:
    return f"Delete at {registry.get(workload.provider).name}" if verb == Verb.DELETE else str(verb.label)


def _is_untimely(workload: Workload, verb: Verb) -> bool:
    return verb in _OF_ITS_TIME[Kind(workload.kind)] and State(workload.state) not in VERBS[Kind(workload.kind)][verb]


def _reason(workload: Workload, verb: Verb) -> str:
    state = State(workload.state)
    if unknown := why_not(workload, verb):
        return unknown
    if verb == Verb.EDIT:
        return _reason_not_to_edit(workload)
    if verb == Verb.DELETE and workload.intent == Intent.DELETE:
        return "It is asked for already, and not confirmed yet."
    if state in VERBS[Kind(workload.kind)][verb]:
        return ""
    return f"{verb.label} makes no sense while it is {state.label.lower()}."


def _reason_not_to_edit(workload: Workload) -> str:
    try:
        refuse_edit(workload)
    except Refused as no:
        return no.message
    return ""


def _ran(workload: Workload, now: datetime) -> str:
    if workload.started_at is None:
        return "It does not run yet."
    return f"It has run {formats.duration(now - workload.started_at)}."


def _money(workload: Workload, now: datetime) -> str:
    cost = cost_so_far(workload, now)
    if cost is None:
        return "Its price is not known to us."
    spent = f"{formats.money(cost, workload.currency)} spent so far"
    if workload.billed_since is None:
        return f"{spent}; nothing is billed just now."
    return f"{spent}, {formats.hourly(workload.hourly_now, workload.currency)} until the provider confirms the end."


def _rate(workload: Workload) -> str:
    if workload.hourly_price is None:
        return "Its price is not known to us."
    most = "" if workload.reserved is None else f", at most {formats.money(workload.reserved, workload.currency)}"
    return f"It costs {formats.hourly(workload.hourly_price, workload.currency)}{most}."
