"""The page of limits and the acts on it; each card is a form of its own and answers with the page."""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gpuconsole.accounts.access import viewer
from gpuconsole.accounts.models import User
from gpuconsole.projects.models import AlertAbout, AlertRule
from gpuconsole.workloads.limits import alert_rules, services
from gpuconsole.workloads.limits.page import alert_card, budget_card, numbers, people, provider_card, quota_card
from gpuconsole.workloads.limits.page.adding import AddForm
from gpuconsole.workloads.limits.page.place import Place, find


class _Card(Protocol):
    """A form that saves itself; False where the services refused."""

    def is_valid(self) -> bool: ...

    def save(self, by: User) -> bool: ...


@login_required
@require_GET
def page(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Limits with their use, the budget with its outlook; ``?add=quota`` or ``?add=alert`` opens a form."""
    place = find(viewer(request), slug)
    forms: dict[str, Any] = {}
    if place.may_edit and request.GET.get("add") == "quota":
        forms["adding"] = AddForm(place=place)
    if place.may_edit and request.GET.get("add") == "alert":
        forms["adding_alert"] = alert_card.AddAlertForm(place=place)
    return _shown(request, place, **forms)


@login_required
@require_POST
def save_quotas(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Numbers and consequences of all limits together."""
    place = find(viewer(request), slug, settles=True)
    form = quota_card.bound(place, request.POST, timezone.now())
    return _answer(request, place, form, "rows", _("The quotas were saved. They hold from the next launch on."))


@login_required
@require_POST
def add_quota(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """One more limit."""
    place = find(viewer(request), slug, settles=True)
    text = _("The quota was added. It holds from the next launch on.")
    return _answer(request, place, AddForm(request.POST, place=place), "adding", text)


@login_required
@require_POST
def remove_quota(request: HttpRequest, public_id: str, slug: str | None = None) -> HttpResponse:
    """Lift a limit; adding it again is one step, so nothing is asked."""
    place = find(viewer(request), slug, settles=True)
    row = place.quota(public_id)
    services.remove_quota(quota=row, by=place.viewer.user)
    messages.success(
        request,
        _("{limit}, {covers}: no longer limited here.").format(limit=numbers.label(row), covers=quota_card.covers(row)),
    )
    return redirect(place.url)


@login_required
@require_POST
def save_budget(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The month's money."""
    place = find(viewer(request), slug, settles=True)
    form = budget_card.bound(place, request.POST, timezone.now())
    return _answer(request, place, form, "budget", _("The budget was saved."))


@login_required
@require_POST
def remove_budget(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Lift the budget."""
    place = find(viewer(request), slug, settles=True)
    budget = place.budget()
    if budget is None:
        raise Http404
    services.remove_budget(budget=budget, by=place.viewer.user)
    messages.success(request, _("{name} has no budget of its own any more.").format(name=place.name))
    return redirect(place.url)


@login_required
@require_POST
def save_alerts(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """What is told, and to whom."""
    place = find(viewer(request), slug, settles=True)
    return _answer(request, place, alert_card.bound(place, request.POST), "alerts", _("The alerts were saved."))


@login_required
@require_POST
def add_alert(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """One more amount at which a workload is told."""
    place = find(viewer(request), slug, settles=True)
    form = alert_card.AddAlertForm(request.POST, place=place)
    return _answer(request, place, form, "adding_alert", _("The alert was added."))


@login_required
@require_POST
def remove_alert(request: HttpRequest, pk: int, slug: str | None = None) -> HttpResponse:
    """Take away an alert about workloads."""
    place = find(viewer(request), slug, settles=True)
    own = AlertRule.objects.select_related("team", "project").filter(team=place.team, project=place.project)
    rule = own.filter(pk=pk, about=AlertAbout.WORKLOAD).first()
    if rule is None:
        raise Http404
    alert_rules.remove(rule=rule, by=place.viewer.user)
    messages.success(request, _("The alert was removed."))
    return redirect(place.url)


@login_required
@require_POST
def save_providers(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Which providers and hardware may be used."""
    place = find(viewer(request), slug, settles=True)
    form = provider_card.ProvidersForm(request.POST, place=place)
    return _answer(request, place, form, "providers", _("What may be used was saved."))


@login_required
@require_POST
def save_members(request: HttpRequest, slug: str) -> HttpResponse:
    """Roles in the project."""
    place = find(viewer(request), slug, settles=True)
    return _answer(request, place, people.bound(place, request.POST), "roles", _("The roles were saved."))


def _answer(request: HttpRequest, place: Place, form: _Card, card: str, text: str) -> HttpResponse:
    if form.is_valid() and form.save(place.viewer.user):
        messages.success(request, text)
        return redirect(place.url)
    return _shown(request, place, status=422, **{card: form})


def _shown(request: HttpRequest, place: Place, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The whole page; each card with its own form, or with the one that was sent."""
    now = timezone.now()
    context = {
        "place": place,
        "adding": forms.get("adding"),
        "adding_alert": forms.get("adding_alert"),
        **quota_card.context(place, now, forms.get("rows")),
        **budget_card.context(place, now, forms.get("budget")),
        **alert_card.context(place, forms.get("alerts")),
        **provider_card.context(place, forms.get("providers")),
        **people.context(place, now, forms.get("roles")),
        **place.frame,
    }
    template = "limits/project.html" if place.project else "limits/team.html"
    return render(request, template, context, status=status)
