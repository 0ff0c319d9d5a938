"""The card of what may be used: a switch for each provider, and the hardware, where it is limited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import User
from gpuconsole.connections.access import visible_connections
from gpuconsole.core import formats
from gpuconsole.projects import quota_words, quotas
from gpuconsole.projects.models import Consequence, Measure, Quota
from gpuconsole.providers import registry
from gpuconsole.workloads.limits import services
from gpuconsole.workloads.limits.page.place import Place
from gpuconsole.workloads.limits.terms import LimitTerms, known_models


@dataclass(frozen=True, slots=True)
class Line:
    """One provider."""

    slug: str
    name: str
    is_allowed: bool
    note: str
    field: Any = None


class ProvidersForm(forms.Form):
    """Which providers and which hardware are allowed; hardware that nobody picked is all of it."""

    hardware = forms.MultipleChoiceField(required=False, label=gettext_lazy("Only this hardware"))
    consequence = forms.ChoiceField(
        label=gettext_lazy("When something else is asked for"),
        choices=Consequence.choices,
        initial=Consequence.BLOCK.value,
    )

    def __init__(self, data: Any = None, *, place: Place) -> None:
        self.place = place
        self.lists = {Measure(row.measure): row for row in place.quotas() if _is_plain_list(row)}
        providers, hardware = (self.lists.get(one) for one in (Measure.PROVIDERS, Measure.HARDWARE))
        either = providers or hardware
        super().__init__(
            data,
            auto_id="allow_%s",
            initial={
                "hardware": list(hardware.allowed) if hardware else [],
                "consequence": either.consequence if either else Consequence.BLOCK.value,
            },
        )
        self.fields["consequence"].widget.attrs |= {"class": "select-small"}
        models = sorted({*known_models(), *(hardware.allowed if hardware else ())})
        self.fields["hardware"].choices = [(model, model) for model in models]  # type: ignore[attr-defined]
        self.fields["hardware"].widget = forms.CheckboxSelectMultiple(choices=[(model, model) for model in models])
        for provider in registry.every():
            is_allowed = providers is None or provider.slug in providers.allowed
            box = forms.BooleanField(required=False, label=provider.name, initial=is_allowed)
            box.widget.attrs |= {"class": "switch", "role": "switch"}
            self.fields[f"allow_{provider.slug}"] = box

    @transaction.atomic
    def save(self, by: User) -> bool:
        """Set the lists that leave something out, and lift those that leave out nothing."""
        slugs = [slug for slug in registry.SLUGS if self.cleaned_data[f"allow_{slug}"]]
        self._put(Measure.PROVIDERS, slugs, is_limited=len(slugs) < len(registry.SLUGS), by=by)
        models = self.cleaned_data["hardware"]
        self._put(Measure.HARDWARE, models, is_limited=bool(models), by=by)
        return True

    def _put(self, measure: Measure, allowed: Sequence[str], *, is_limited: bool, by: User) -> None:
        place, row = self.place, self.lists.get(measure)
        if not is_limited:
            if row is not None:
                services.remove_quota(quota=row, by=by)
            return
        terms = LimitTerms(measure=measure, allowed=allowed, consequence=self.cleaned_data["consequence"])
        services.put_quota(team=place.team, project=place.project, terms=terms, by=by)


def context(place: Place, form: ProvidersForm | None = None) -> dict[str, Any]:
    """What the card shows."""
    form = form or ProvidersForm(place=place)
    wide = {Measure(row.measure): row for row in place.inherited() if _is_plain_list(row)}
    connected = Counter(visible_connections(place.viewer).values_list("provider", flat=True))
    return {
        "provider_form": form,
        "providers": [_line(provider.slug, form, wide, connected) for provider in registry.every()],
        "hardware_words": _hardware(form.lists.get(Measure.HARDWARE)),
        "team_hardware": _hardware(wide.get(Measure.HARDWARE)),
    }


def _line(slug: str, form: ProvidersForm, wide: dict[Measure, Quota], connected: Counter[str]) -> Line:
    provider, own = registry.get(slug), form.lists.get(Measure.PROVIDERS)
    is_allowed = own is None or slug in own.allowed
    of_team = wide.get(Measure.PROVIDERS)
    notes = [_(provider.products) if is_allowed else _("not allowed")]
    if is_allowed and form.lists.get(Measure.HARDWARE):
        notes.append(_("{hardware} only").format(hardware=_hardware(form.lists[Measure.HARDWARE])))
    if is_allowed and not connected[slug]:
        notes.append(_("not connected yet"))
    elif is_allowed and connected[slug] > 1:
        notes.append(formats.plural(connected[slug], "connection", "connections"))
    if of_team is not None and slug not in of_team.allowed:
        notes = [_("not allowed in the team")]
    note = ", ".join(notes)
    return Line(slug, provider.name, is_allowed, note, form[f"allow_{slug}"] if form.place.may_edit else None)


def _hardware(row: Quota | None) -> str:
    return "" if row is None else quota_words.allowed_words(row)


def _is_plain_list(row: Quota) -> bool:
    return row.is_list and quotas.is_plain(row, Measure(row.measure))
