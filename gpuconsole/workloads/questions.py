"""What is asked before a workload is stopped, ended or started: what is kept, what is lost, what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core import formats
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
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
        return Question(
            _("Restart {name}?").format(name=name),
            _("Its memory and open connections are lost."),
            _("Keep running"),
            _("Restart"),
        )
    if verb == Verb.START:
        return Question(_("Start {name}?").format(name=name), _rate(workload), _("Leave it off"), _("Start instance"))
    if verb == Verb.DELETE:
        provider = registry.get(workload.provider)
        sentences = (
            _("{provider} forgets it for good, with all that it keeps of it.").format(provider=provider.name),
            _(provider.deleting) if provider.deleting else "",
            _("Here it stays, with its log, figures and cost."),
        )
        text = " ".join(filter(None, sentences))
        action = _("Delete at {provider}").format(provider=provider.name)
        return Question(
            _("Delete {name} at {provider}?").format(name=name, provider=provider.name),
            text,
            _("Keep it"),
            action,
            type_name=name,
        )
    return _retry(workload)


def _stop(workload: Workload, now: datetime) -> Question:
    name, money = workload.name, _money(workload, now)
    if acts.is_waiting(workload):
        return Question(
            _("Cancel {name}?").format(name=name), f"{_('It does not run yet.')} {money}", _("Keep it"), _("Cancel job")
        )
    if workload.kind == Kind.JOB:
        text = " ".join((_ran(workload, now), _("Stopping can't be undone."), money))
        return Question(
            _("Stop {name}?").format(name=name), text, _("Keep running"), _("Stop job"), tuple(_of_job(workload, now))
        )
    text = f"{_('You can start it again.')} {money}"
    return Question(
        _("Stop {name}?").format(name=name), text, _("Keep running"), _("Stop instance"), tuple(_of_instance(workload))
    )


def _terminate(workload: Workload, now: datetime) -> Question:
    text = f"{_('It is deleted at the provider for good.')} {_money(workload, now)}"
    kept = (Part(_("The machine and its own disks"), _("lost"), is_lost=True), _output(workload))
    may_stop = State(workload.state) in VERBS[Kind.INSTANCE][Verb.STOP] and _has(workload, Feature.STOP)
    rate = _resting(workload)
    return Question(
        _("Terminate {workload}?").format(workload=workload.name),
        text,
        _("Keep it"),
        _("Terminate"),
        kept,
        type_name=workload.name,
        other_url=f"{workload.get_absolute_url()}{Verb.STOP.value}/" if may_stop else "",
        other_label=_("Stop instead, {rate}").format(rate=rate) if rate else _("Stop instead"),
    )


def _retry(workload: Workload) -> Question:
    warning = causes.warning(workload, registry.get(workload.provider))
    return Question(
        _("Retry {workload}?").format(workload=workload.name),
        f"{_('It runs again with the same spec, labels and latest end.')} {_rate(workload)}",
        _("Leave it"),
        _("Retry job") if workload.kind == Kind.JOB else _("Retry instance"),
        warning=warning,
        other_url=acts.clone_url(workload) if warning else "",
        other_label=_("Clone with changes") if warning else "",
    )


def _of_job(workload: Workload, now: datetime) -> Iterator[Part]:
    found = workload.checkpoints.filter(attempt=workload.attempt, is_complete=True, created_at__lte=now)
    newest = found.order_by("-created_at").first() if _has(workload, Feature.CHECKPOINTS) else None
    if newest is None or newest.created_at is None:
        yield Part(_("Work that it has not saved elsewhere"), _("lost"), is_lost=True)
    else:
        since = formats.duration(now - newest.created_at)
        yield Part(
            _("Checkpoint {remote_id}").format(remote_id=newest.remote_id),
            _("kept, {ago}").format(ago=formats.ago(now - newest.created_at)),
        )
        yield Part(_("Work since that checkpoint"), _("lost, {since}").format(since=since), is_lost=True)
    yield _output(workload)


def _of_instance(workload: Workload) -> Iterator[Part]:
    yield Part(_("Memory and open connections"), _("lost"), is_lost=True)
    if rate := _resting(workload):
        yield Part(_("Disks"), _("kept, {rate}").format(rate=rate))
    yield _output(workload)


def _output(workload: Workload) -> Part:
    days = workload.project.keep_output_days
    if not days:
        return Part(_("Log and figures here"), _("kept"))
    kept = ngettext("kept {count} day", "kept {count} days", days).format(count=formats.count(days))
    return Part(_("Log and figures here"), kept)


def _resting(workload: Workload) -> str:
    """What it costs while it is off; empty where that is nothing."""
    price = workload.resting_hourly_price
    return formats.hourly(price, workload.currency) if price else ""


def _has(workload: Workload, feature: Feature) -> bool:
    return feature in registry.get(workload.provider).features


def _ran(workload: Workload, now: datetime) -> str:
    if workload.started_at is None:
        return _("It does not run yet.")
    return _("It has run {time}.").format(time=formats.duration(now - workload.started_at))


def _money(workload: Workload, now: datetime) -> str:
    cost = cost_so_far(workload, now)
    if cost is None:
        return _("Its price is not known to us.")
    spent = formats.money(cost, workload.currency)
    if workload.billed_since is None:
        return _("{amount} spent so far; nothing is billed just now.").format(amount=spent)
    text = _("{amount} spent so far, {price} until the provider confirms the end.")
    text = text.format(amount=spent, price=formats.hourly(workload.hourly_now, workload.currency))
    saved = (workload.reserved or cost) - cost
    if saved <= 0:
        return text
    return f"{text} {_('That saves up to {amount}.').format(amount=formats.money(saved, workload.currency))}"


def _rate(workload: Workload) -> str:
    if workload.hourly_price is None:
        return _("Its price is not known to us.")
    price = formats.hourly(workload.hourly_price, workload.currency)
    if workload.reserved is None:
        return _("It costs {price}.").format(price=price)
    return _("It costs {price}, at most {amount}.").format(
        price=price, amount=formats.money(workload.reserved, workload.currency)
    )
