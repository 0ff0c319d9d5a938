"""What is asked before a workload is stopped, ended or started: what is kept, what is lost, what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gpuconsole.core import formats
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature
from gpuconsole.workloads import acts, causes
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import VERBS, Kind, State, Verb
from gpuconsole.workloads.usage import cost_so_far


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is kept or lost."""

    word: str
    note: str
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A confirmation: the question, what follows, and the words of both ways out."""

    question: str
    text: str
    keep_label: str
    action_label: str
    kept: Sequence[Part] = ()
    type_name: str = ""
    warning: str = ""
    """What speaks against it."""
    other_url: str = ""
    other_label: str = ""
    """A milder or better way, where there is one."""


def question(workload: Workload, verb: Verb, now: datetime) -> Question:
    """What is asked before a verb is done."""
    name = workload.name
    if verb == Verb.STOP:
        return _stop(workload, now)
    if verb == Verb.TERMINATE:
        return _terminate(workload, now)
    if verb == Verb.RESTART:
        return Question(f"Restart {name}?", "Its memory and open connections are lost.", "Keep running", "Restart")
    if verb == Verb.START:
        return Question(f"Start {name}?", _rate(workload), "Leave it off", "Start instance")
    if verb == Verb.DELETE:
        provider = registry.get(workload.provider)
        text = f"{provider.name} forgets it for good, with all that it keeps of it. {provider.deleting}".rstrip()
        text = f"{text} Here it stays, with its log, figures and cost."
        action = f"Delete at {provider.name}"
        return Question(f"Delete {name} at {provider.name}?", text, "Keep it", action, type_name=name)
    return _retry(workload)


def _stop(workload: Workload, now: datetime) -> Question:
    name, money = workload.name, _money(workload, now)
    if acts.is_waiting(workload):
        return Question(f"Cancel {name}?", f"It does not run yet. {money}", "Keep it", "Cancel job")
    if workload.kind == Kind.JOB:
        text = f"{_ran(workload, now)} Stopping can't be undone. {money}"
        return Question(f"Stop {name}?", text, "Keep running", "Stop job", tuple(_of_job(workload, now)))
    text = f"You can start it again. {money}"
    return Question(f"Stop {name}?", text, "Keep running", "Stop instance", tuple(_of_instance(workload)))


def _terminate(workload: Workload, now: datetime) -> Question:
    text = f"It is deleted at the provider for good. {_money(workload, now)}"
    kept = (Part("The machine and its own disks", "lost", is_lost=True), _output(workload))
    may_stop = State(workload.state) in VERBS[Kind.INSTANCE][Verb.STOP] and _has(workload, Feature.STOP)
    rate = _resting(workload)
    return Question(
        f"Terminate {workload.name}?",
        text,
        "Keep it",
        "Terminate",
        kept,
        type_name=workload.name,
        other_url=f"{workload.get_absolute_url()}{Verb.STOP.value}/" if may_stop else "",
        other_label=f"Stop instead, {rate}" if rate else "Stop instead",
    )


def _retry(workload: Workload) -> Question:
    warning = causes.warning(workload, registry.get(workload.provider))
    return Question(
        f"Retry {workload.name}?",
        f"It runs again with the same spec, labels and latest end. {_rate(workload)}",
        "Leave it",
        f"Retry {workload.get_kind_display().lower()}",
        warning=warning,
        other_url=acts.clone_url(workload) if warning else "",
        other_label="Clone with changes" if warning else "",
    )


def _of_job(workload: Workload, now: datetime) -> Iterator[Part]:
    found = workload.checkpoints.filter(attempt=workload.attempt, is_complete=True, created_at__lte=now)
    newest = found.order_by("-created_at").first() if _has(workload, Feature.CHECKPOINTS) else None
    if newest is None or newest.created_at is None:
        yield Part("Work that it has not saved elsewhere", "lost", is_lost=True)
    else:
        since = formats.duration(now - newest.created_at)
        yield Part(f"Checkpoint {newest.remote_id}", f"kept, {formats.ago(now - newest.created_at)}")
        yield Part("Work since that checkpoint", f"lost, {since}", is_lost=True)
    yield _output(workload)


def _of_instance(workload: Workload) -> Iterator[Part]:
    yield Part("Memory and open connections", "lost", is_lost=True)
    if rate := _resting(workload):
        yield Part("Disks", f"kept, {rate}")
    yield _output(workload)


def _output(workload: Workload) -> Part:
    days = workload.project.keep_output_days
    return Part("Log and figures here", f"kept {formats.plural(days, 'day', 'days')}" if days else "kept")


def _resting(workload: Workload) -> str:
    """What it costs while it is off; empty where that is nothing."""
    price = workload.resting_hourly_price
    return formats.hourly(price, workload.currency) if price else ""


def _has(workload: Workload, feature: Feature) -> bool:
    return feature in registry.get(workload.provider).features


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
    saved = (workload.reserved or cost) - cost
    saving = f" That saves up to {formats.money(saved, workload.currency)}." if saved > 0 else ""
    rate = formats.hourly(workload.hourly_now, workload.currency)
    return f"{spent}, {rate} until the provider confirms the end.{saving}"


def _rate(workload: Workload) -> str:
    if workload.hourly_price is None:
        return "Its price is not known to us."
    most = "" if workload.reserved is None else f", at most {formats.money(workload.reserved, workload.currency)}"
    return f"It costs {formats.hourly(workload.hourly_price, workload.currency)}{most}."
