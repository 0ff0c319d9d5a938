"""The page that moves a workload's latest end: how much longer, what it can cost, and the button that says so."""

from __future__ import annotations

from datetime import datetime, timedelta
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
from gpuconsole.workloads import access, services
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import Workload

_HOURS = (1, 4, 24)
_LONGEST_H = 366 * 24


class ExtendForm(forms.Form):
    """How much later it is to end."""

    hours = forms.DecimalField(
        min_value=Decimal("0.1"), max_value=_LONGEST_H, decimal_places=2, initial=1, label=gettext_lazy("Run longer by")
    )

    def ends_by(self, workload: Workload, now: datetime) -> datetime:
        """The new end: later than the one it has, or than now."""
        since = max(now, workload.ends_by or now)
        return since + timedelta(hours=float(self.cleaned_data["hours"]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Show what more time can cost (GET, ``?hours=``), and give it (POST)."""
    person, now = viewer(request), timezone.now()
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    given = request.POST or request.GET
    form = ExtendForm(given if "hours" in given else {"hours": "1"})
    if request.method == "POST" and form.is_valid():
        try:
            done = services.extend(workload=workload, by=person.user, ends_by=form.ends_by(workload, now))
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request,
                _("{workload} ends at {ends_by:%F %H:%M} UTC at the latest.").format(
                    workload=done.name, ends_by=done.ends_by
                ),
            )
            return redirect(f"{words.url}{workload.public_id}/")
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "workloads/extend.html", _context(workload, words, form, now), status=status)


def _context(workload: Workload, words: Words, form: ExtendForm, now: datetime) -> dict[str, Any]:
    url = f"{words.url}{workload.public_id}/"
    context = {"workload": workload, "words": words, "url": url, "form": form, "hours": _HOURS, "is_ready": False}
    if not form.is_valid() or workload.state not in services.EXTENDABLE:
        return context
    ends_by = form.ends_by(workload, now)
    found = services.extension(workload, ends_by, now, stop_at_cost=workload.stop_at_cost)
    pairs = [
        {"label": _("Latest end now"), "value": _moment(workload.ends_by)},
        {"label": _("Latest end then"), "value": _moment(ends_by)},
        {"label": _("Price"), "value": formats.hourly(workload.hourly_price, workload.currency)},
        {"label": _("From now on at most"), "value": str(found.more) if found.more else formats.not_priced()},
    ]
    if found.verdict.budget_after is not None:
        pairs.append({"label": _("Budget left then"), "value": str(found.verdict.budget_after)})
    label = _("Extend for an unknown amount")
    if found.more:
        label = _("Extend for up to {amount}").format(amount=found.more)
    return {
        **context,
        "pairs": pairs,
        "checks": found.verdict.checks,
        "is_ready": not found.blocking,
        "action_label": label,
    }


def _moment(moment: datetime | None) -> str:
    return _("none") if moment is None else f"{moment:%F %H:%M} UTC"
