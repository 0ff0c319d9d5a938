"""The page that changes what ends a workload besides its latest end; the card's buttons post to it too."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gpuconsole.accounts.access import viewer
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.providers import registry
from gpuconsole.workloads import access, guarding, services
from gpuconsole.workloads.guards import LONGEST_S, MOST_COST, SHORTEST_IDLE_S, SHORTEST_S
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import QueueThen, TellMe, Workload
from gpuconsole.workloads.states import State

_MINUTE_S, _DAY_S = 60, 86_400
_LENGTHS = {
    "idle_after_min": ("idle_after_s", _MINUTE_S),
    "queue_limit_min": ("queue_limit_s", _MINUTE_S),
    "terminate_after_days": ("terminate_after_s", _DAY_S),
    "warn_before_min": ("warn_before_s", _MINUTE_S),
}
"""Inputs that are lengths of time, with the column and the unit of each."""
_BEFORE_IT_RUNS = frozenset({State.SUBMITTING, State.QUEUED, State.STARTING, State.STOPPED})


def _length(least: Decimal, unit_s: int, **words: Any) -> forms.DecimalField:
    """An input of a length of time in a unit of so many seconds, with its label and help; it may be left empty."""
    most = Decimal(LONGEST_S) / unit_s
    return forms.DecimalField(required=False, min_value=least, max_value=most, decimal_places=2, **words)


class GuardsForm(forms.Form):
    """What ends it. Only what was posted is changed, so that a button can post one field; an empty one ends nothing."""

    stop_at_cost = forms.DecimalField(
        label=gettext_lazy("Stop at cost"),
        required=False,
        min_value=Decimal("0.0001"),
        max_value=MOST_COST,
        decimal_places=4,
        help_text=gettext_lazy("We stop it once it has cost so much. Empty: at no cost."),
    )
    idle_after_min = _length(
        Decimal(SHORTEST_IDLE_S) / _MINUTE_S,
        _MINUTE_S,
        label=gettext_lazy("Stop when idle for"),
        help_text=gettext_lazy("No GPU is busier than the limit for so long. Empty: it may idle."),
    )
    idle_percent = forms.IntegerField(
        label=gettext_lazy("Idle means GPU under"),
        min_value=1,
        max_value=99,
        help_text=gettext_lazy("Of the busiest GPU."),
    )
    queue_limit_min = _length(
        Decimal(SHORTEST_S) / _MINUTE_S,
        _MINUTE_S,
        label=gettext_lazy("Queued too long after"),
        help_text=gettext_lazy("Time without hardware. Empty: it may wait."),
    )
    queue_then = forms.ChoiceField(label=gettext_lazy("Queued too long, then"), choices=QueueThen.choices)
    terminate_after_days = _length(
        Decimal("0.05"),
        _DAY_S,
        label=gettext_lazy("Terminate after stop"),
        help_text=gettext_lazy("It has been off for so long; its disks are deleted. Empty: it may rest."),
    )
    warn_before_min = _length(
        Decimal(SHORTEST_S) / _MINUTE_S,
        _MINUTE_S,
        label=gettext_lazy("Warn me before"),
        help_text=gettext_lazy("So long before the latest end, by mail and webhook. Empty: never."),
    )

    tell_me = forms.ChoiceField(
        label=gettext_lazy("Tell me"),
        choices=TellMe.choices,
        help_text=gettext_lazy("By mail to you, and to webhooks. Trouble is always told."),
    )

    def __init__(self, data: Any, *, workload: Workload) -> None:
        super().__init__(data, initial=_initial(workload))
        self.no_idle = guarding.no_idle(registry.get(workload.provider), workload.gpu_count)
        gone = {"idle_after_min", "idle_percent"} if self.no_idle else set()
        gone |= set() if workload.state in _BEFORE_IT_RUNS else {"queue_limit_min", "queue_then"}
        gone |= {"terminate_after_days"} if guarding.no_rest(registry.get(workload.provider)) else set()
        for name in self.fields.keys() - set(data or self.fields) | gone:
            del self.fields[name]

    def said(self) -> dict[str, Any]:
        """What was posted, as the service takes it."""
        given = self.cleaned_data
        found: dict[str, Any] = {}
        for name in ("stop_at_cost", "idle_percent", "queue_then", "tell_me"):
            if name in given:
                found[name] = given[name]
        for name, (key, unit_s) in _LENGTHS.items():
            if name in given:
                found[key] = None if given[name] is None else int(given[name] * unit_s)
        return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def guard(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Show what ends it, and change it."""
    person, now = viewer(request), timezone.now()
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    form = GuardsForm(request.POST if request.method == "POST" else None, workload=workload)
    if request.method == "POST" and form.is_valid():
        try:
            done = services.guard(workload=workload, by=person.user, **form.said())
        except Refused as refused:
            add_refusal(form, _at_its_input(refused))
        else:
            messages.success(request, _("{workload}: what ends it was changed.").format(workload=done.name))
            return redirect(f"{words.url}{workload.public_id}/")
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "workloads/guards.html", _context(workload, words, form, now), status=status)


def _at_its_input(refused: Refused) -> Refused:
    """The same no, beside the input of this form that it is about."""
    field = refused.field.removeprefix("guards.")
    name = next((name for name, (key, _) in _LENGTHS.items() if key == field), field)
    return Refused(refused.message, code=refused.code, field=name, details=refused.details)


def _initial(workload: Workload) -> dict[str, Any]:
    return {
        "stop_at_cost": None if workload.stop_at_cost is None else f"{workload.stop_at_cost.normalize():f}",
        "idle_percent": workload.idle_percent,
        "queue_then": workload.queue_then,
        "tell_me": workload.tell_me,
        **{name: _in_unit(getattr(workload, key), unit_s) for name, (key, unit_s) in _LENGTHS.items()},
    }


def _in_unit(seconds: int | None, unit_s: int) -> str | None:
    return None if seconds is None else f"{seconds / unit_s:g}"


def _context(workload: Workload, words: Words, form: GuardsForm, now: datetime) -> dict[str, Any]:
    spent = guarding.spent(workload, now)
    pairs = [
        {"label": _("Cost so far"), "value": formats.money(spent, workload.currency)},
        {"label": _("Price"), "value": formats.hourly(workload.hourly_price, workload.currency)},
        {"label": _("At most"), "value": formats.money(workload.reserved, workload.currency)},
    ]
    return {
        "workload": workload,
        "words": words,
        "url": f"{words.url}{workload.public_id}/",
        "form": form,
        "pairs": pairs,
        "no_idle": form.no_idle,
        "is_open": workload.state in services.GUARDABLE,
    }
