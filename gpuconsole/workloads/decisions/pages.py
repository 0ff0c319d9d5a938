"""What the pages of an unconfirmed launch show: how far the search is, what it could be, and each way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.providers import registry
from gpuconsole.workloads.decisions import candidates, terms
from gpuconsole.workloads.decisions.candidates import Candidate
from gpuconsole.workloads.decisions.queries import is_unanswered, open_of
from gpuconsole.workloads.decisions.terms import Terms
from gpuconsole.workloads.models import Intent, LostLaunch, Settlement, Workload
from gpuconsole.workloads.states import ReasonCode


@dataclass(frozen=True, slots=True)
class Offered:
    """One way out as the page shows it: a button that leads to its question."""

    terms: Terms
    title: str
    pairs: Sequence[tuple[str, str]]
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate as a line of the table."""

    candidate: Candidate
    hardware: str
    price: str
    url: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a decision is written down."""

    question: str
    text: str
    pairs: Sequence[dict[str, Any]]
    action_label: str


def needs_decision(workload: Workload, lost: LostLaunch | None) -> bool:
    """Whether a person can decide now."""
    if not is_unanswered(workload) or workload.intent == Intent.END:
        return False
    return workload.reason_code == ReasonCode.NOT_FOUND if lost is None else not lost.is_decided


def context(workload: Workload, url: str, *, may_decide: bool, now: datetime) -> dict[str, Any]:
    """Everything that the page and its polled part show."""
    lost = open_of(workload)
    found = candidates.of(lost) if lost else []
    is_open = needs_decision(workload, lost)
    return {
        "workload": workload,
        "provider": registry.get(workload.provider),
        "lost": lost,
        "is_open": is_open,
        "is_looking": is_unanswered(workload) and not is_open and lost is None,
        "is_settled": not is_unanswered(workload),
        "may_decide": may_decide,
        "lines": [_line(workload, one, url, is_open=is_open and may_decide) for one in found],
        "ways": _ways(workload, found, url) if is_open and may_decide else [],
        "url": url,
        "doubt": _doubt(workload),
        "looks_again": workload.due_at,
        "percent": _percent(workload, now),
    }


def question(workload: Workload, settlement: Settlement, remote_id: str) -> Question | None:
    """The confirmation of one way out; None for a candidate that there is not."""
    lost = open_of(workload)
    found = candidates.of(lost) if lost else []
    name, provider = workload.name, registry.get(workload.provider).name
    if settlement == Settlement.ADOPT:
        chosen = next((one for one in found if one.id == remote_id), None)
        if chosen is None:
            return None
        said = terms.of_adoption(workload, chosen)
        return Question(
            _("Adopt {remote_id} as {name}?").format(remote_id=remote_id, name=name),
            _text(said),
            _pairs(said),
            _("Adopt it"),
        )
    if settlement == Settlement.SEND_AGAIN:
        said = terms.of_sending_again(workload)
        return Question(
            _("Send {name} to {provider} again?").format(name=name, provider=provider),
            _text(said),
            _pairs(said),
            _("Send it again"),
        )
    said = terms.of_giving_up(workload, found)
    return Question(_("Give {name} up?").format(name=name), _text(said), _pairs(said), _("Give it up"))


def _doubt(workload: Workload) -> str:
    rate = _("What it may be costing is not known.")
    if workload.hourly_price is not None:
        rate = _("It may be costing {price}.").format(price=formats.hourly(workload.hourly_price, workload.currency))
    return f"{rate} {_('It was not sent twice, and is not before somebody says so.')}"


def _ways(workload: Workload, found: Sequence[Candidate], url: str) -> list[Offered]:
    again, give_up = terms.of_sending_again(workload), terms.of_giving_up(workload, found)
    return [
        Offered(again, _("It was never made"), _lines_of(again), f"{url}decide/send_again/", _("Send again")),
        Offered(give_up, _("It is not wanted any more"), _lines_of(give_up), f"{url}decide/give_up/", _("Give up")),
    ]


def _line(workload: Workload, one: Candidate, url: str, *, is_open: bool) -> Line:
    gpus = "" if one.gpu_count is None else f", {formats.plural(one.gpu_count, 'GPU', 'GPUs')}"
    price = formats.hourly(one.hourly.amount, one.hourly.currency, tight=True) if one.hourly else _("not known")
    adopt_url = f"{url}decide/adopt/?{urlencode({'remote_id': one.id})}" if is_open else ""
    return Line(one, f"{one.hardware}{gpus}" if one.hardware else formats.MISSING, price, adopt_url)


def _lines_of(said: Terms) -> list[tuple[str, str]]:
    if said.settlement == Settlement.GIVE_UP:
        return []
    return [(_("Price"), _hourly(said.hourly)), (_("At most"), str(said.most) if said.most else _("not known"))]


def _pairs(said: Terms) -> list[dict[str, Any]]:
    lines = _lines_of(said)
    return [
        {"label": label, "value": value, "is_total": at == len(lines) - 1} for at, (label, value) in enumerate(lines)
    ]


def _hourly(price: Money | None) -> str:
    return _("{price} per hour").format(price=price) if price else _("not known")


def _text(said: Terms) -> str:
    return f"{said.text} {said.unseen}".strip()


def _percent(workload: Workload, now: datetime) -> int:
    """How much of the time for looking is gone."""
    if workload.look_until is None or workload.sending_at is None:
        return 0
    whole = (workload.look_until - workload.sending_at).total_seconds()
    return max(0, min(100, round(100 * (now - workload.sending_at).total_seconds() / whole))) if whole > 0 else 100
