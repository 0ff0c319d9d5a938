"""The card of quotas: each limit with its use, its number and its consequence, saved together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects import quota_words, quotas
from gpuconsole.projects.models import Consequence, Held, Measure, Quota
from gpuconsole.workloads.limits import bars, services, use
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.limits.page import full, numbers
from gpuconsole.workloads.limits.page.confirming import ConfirmingForm
from gpuconsole.workloads.limits.page.full import Full
from gpuconsole.workloads.limits.page.place import Place
from gpuconsole.workloads.limits.terms import LimitTerms, checked


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; a limit of the whole team, seen from a project, has no fields."""

    quota: Quota
    label: str
    scope: str
    covers: str
    bar: Bar
    used: str
    limit: str
    consequence: str
    limit_field: Any = None
    consequence_field: Any = None


class RowsForm(ConfirmingForm):
    """The number and the consequence of each limit of the place. Rows that were not sent stay as they are."""

    def __init__(
        self, data: Any = None, *, rows: Sequence[Quota], uses: Mapping[int, quotas.Use], currency: str
    ) -> None:
        super().__init__(data, auto_id="quota_%s")
        self.rows, self._uses, self._currency = rows, uses, currency
        self.wanted: list[tuple[Quota, LimitTerms]] = []
        for row in rows:
            words = f"{numbers.label(row)}, {covers(row)}"
            if not row.is_list:
                self.fields[f"limit_{row.public_id}"] = numbers.NumberField(
                    required=False, label=words, initial=numbers.shown(row.measure, row.limit)
                )
                self.fields[f"limit_{row.public_id}"].widget.attrs |= {"class": "input", "aria-label": words}
            reached = _("{limit}, when reached").format(limit=words)
            choice = forms.ChoiceField(
                required=False, label=reached, choices=Consequence.choices, initial=row.consequence
            )
            choice.widget.attrs |= {"class": "select-small", "aria-label": reached}
            self.fields[f"consequence_{row.public_id}"] = choice

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for row in self.rows:
            self._clean_row(row, given)
        if not self.errors and not self.is_confirmed:
            for text in self._below_use():
                self.ask(text)
        return given

    @transaction.atomic
    def save(self, by: User) -> bool:
        """Write what differs."""
        for row, terms in self.wanted:
            services.change_quota(quota=row, terms=terms, by=by)
        return True

    def _clean_row(self, row: Quota, given: Mapping[str, Any]) -> None:
        terms, name = LimitTerms.of(row), f"limit_{row.public_id}"
        if name in self.errors:
            return
        if name in self.data:
            terms = replace(terms, limit=numbers.kept(row.measure, given.get(name)))
            if given.get(name) is None:
                self.add_error(name, _("Say how much, or remove the quota."))
                return
        terms = replace(terms, consequence=given.get(f"consequence_{row.public_id}") or row.consequence)
        if terms == LimitTerms.of(row):
            return
        try:
            self.wanted.append((row, checked(terms)))
        except Refused as refused:
            add_refusal(self, Refused(refused.message, field=f"{refused.field}_{row.public_id}"))

    def _below_use(self) -> list[str]:
        found = []
        for row, terms in self.wanted:
            used = self._uses.get(row.pk, quotas.Use(None)).amount
            if used is not None and terms.limit is not None and terms.limit < used and terms.limit < row.number:
                said = quota_words.amount(row, used, self._currency)
                wanted = quota_words.amount(row, terms.limit, self._currency)
                text = _("{what}: {used} in use, and {wanted} would be the limit. Nothing that runs ends.").format(
                    what=quota_words.label(row), used=said, wanted=wanted
                )
                found.append(f"{text} {_until(terms.consequence)}")
        return found


def covers(quota: Quota, found: quotas.Use | None = None) -> str:
    """What of it is limited and for whom, in a few words under the label; with its use also who uses most."""
    if quota.member is not None:
        return quota.member.display_name
    if quota.each_member:
        who = "" if found is None else found.who
        return _("per person; most: {who}").format(who=who) if who else _("per person")
    if quota.measure == Measure.RUN_S:
        return _("at launch")
    return _("any provider") if quota.gpu_model else _("whole project") if quota.project_id else _("whole team")


def context(place: Place, now: datetime, form: RowsForm | None = None) -> dict[str, Any]:
    """What the card shows: rows, form, which limits are full and who holds them."""
    own, wide = _own(place), [row for row in place.inherited() if not _is_in_other_card(row)]
    uses = use.used([*own, *wide], now)
    form = form or RowsForm(rows=own, uses=uses, currency=place.team.currency)
    rows = [_row(row, uses, place, form) for row in form.rows]
    found: list[Full] = full.of(place, [*own, *wide], uses, now)
    return {"quota_form": form, "rows": rows, "inherited": [_row(row, uses, place) for row in wide], "full": found}


def bound(place: Place, data: Any, now: datetime) -> RowsForm:
    """The form as it was sent."""
    own = _own(place)
    return RowsForm(data, rows=own, uses=use.used(own, now), currency=place.team.currency)


def _own(place: Place) -> list[Quota]:
    return [row for row in place.quotas() if not _is_in_other_card(row)]


def _is_in_other_card(row: Quota) -> bool:
    """Plain lists have a card of their own."""
    return row.is_list and quotas.is_plain(row, Measure(row.measure)) and row.kind == Held.ALL


def _row(row: Quota, uses: Mapping[int, quotas.Use], place: Place, form: RowsForm | None = None) -> Row:
    currency, found = place.team.currency, uses.get(row.pk)
    bar = bars.of_quota(row, found, currency)
    fields: dict[str, Any] = {}
    if form is not None and place.may_edit:
        name = f"limit_{row.public_id}"
        fields = {"consequence_field": form[f"consequence_{row.public_id}"]}
        fields |= {"limit_field": form[name]} if name in form.fields else {}
    return Row(
        row,
        label=numbers.label(row),
        scope=covers(row),
        covers=covers(row, found),
        bar=bar,
        used="" if found is None else numbers.used(row, found.amount, currency),
        limit=bars.limit_words(row, currency),
        consequence=bars.consequence_words(row),
        **fields,
    )


def _until(consequence: str) -> str:
    if consequence == Consequence.WARN:
        return _("Launches get a warning until it is less.")
    if consequence == Consequence.ASK:
        return _("Launches wait for an admin until it is less.")
    return _("Launches are refused until it is less.")
