"""Lists that launch forms offer: the provider's choices with prices and age, the project's secrets, our projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.core.spec_forms import SECRETS, Cell, Column, Option, OptionList
from gpuconsole.projects import rates
from gpuconsole.projects.models import Project
from gpuconsole.providers.remote import Choice


def sources(
    choices: Mapping[str, Sequence[Choice]],
    ages: Mapping[str, datetime],
    wire: Mapping[str, Any],
    currency: str,
    hidden: frozenset[str] = frozenset({SECRETS}),
) -> dict[str, OptionList]:
    """All sets of choices of a connection; those whose choices have prices, or cells of their own, as tables."""
    found = {}
    for name, listed in choices.items():
        if name in hidden:
            continue
        has_prices = any("price_per_hour" in choice.facts for choice in listed)
        note = _("Seen {ago}.").format(ago=formats.ago(timezone.now() - ages[name])) if name in ages else ""
        if has_prices:
            found[name] = hardware_table(listed, longest_contexts(choices, wire), currency, note)
        elif any("cells" in choice.facts for choice in listed):
            found[name] = facts_table(listed, note)
        else:
            found[name] = OptionList(tuple(_option(choice) for choice in listed), note=note)
    return found


def facts_table(listed: Sequence[Choice], note: str) -> OptionList:
    """Choices with the facts that their provider puts into words, as pairs of a title and a text."""
    titles = list(dict.fromkeys(title for choice in listed for title, _ in choice.facts.get("cells", ())))
    options = []
    for choice in listed:
        told, plain = dict(choice.facts.get("cells", ())), _option(choice)
        cells = [Cell(choice.value), *(Cell(_(str(told.get(title, "–")))) for title in titles)]
        if plain.refusal:
            cells[-1] = Cell(plain.refusal, is_refusal=True)
        options.append(replace(plain, cells=tuple(cells)))
    return OptionList(tuple(options), (Column(_("Id")), *(Column(_(title)) for title in titles)), note)


def longest_contexts(choices: Mapping[str, Sequence[Choice]], wire: Mapping[str, Any]) -> Mapping[str, int | None]:
    """What the chosen model says of each hardware type: its longest context in tokens; empty where it says nothing."""
    chosen = {value for value in wire.values() if isinstance(value, str)}
    for listed in choices.values():
        for choice in listed:
            if choice.value in chosen and choice.facts.get("contexts"):
                found: Mapping[str, int | None] = choice.facts["contexts"]
                return found
    return {}


def hardware_table(
    listed: Sequence[Choice], contexts: Mapping[str, int | None], currency: str, note: str
) -> OptionList:
    """Hardware types as rows with what fits and what they cost, in the provider's money and in the team's."""
    native = {str(choice.facts.get("currency") or currency) for choice in listed}
    rate = {code: rates.convert(Money(Decimal(1), code), currency) for code in native}
    columns = [Column(_("Type")), Column(_("GPUs each"))]
    columns += [Column(_("Fits up to"))] if contexts else []
    columns += [Column(_("Native"), is_number=True)] if native != {currency} else []
    columns.append(Column(_("In {currency}").format(currency=currency), is_number=True))
    options = tuple(_row(choice, contexts, currency, rate) for choice in listed)
    return OptionList(options, tuple(columns), note)


def secrets(names: Sequence[str]) -> OptionList:
    """The project's secrets by name."""
    return OptionList(tuple(Option(name, name) for name in names))


def projects(listed: Sequence[Project]) -> OptionList:
    """The projects that the person may launch in."""
    return OptionList(tuple(Option(project.slug, project.name) for project in listed))


def _option(choice: Choice) -> Option:
    """A choice that its provider says cannot be taken just now is listed with the reason."""
    refusal = str(choice.facts.get("refusal") or "")
    return Option(choice.value, choice.label, choice.help, choice.group, refusal=refusal)


def _row(choice: Choice, contexts: Mapping[str, int | None], currency: str, rate: Mapping[str, Money | None]) -> Option:
    facts = choice.facts
    native = str(facts.get("currency") or currency)
    price = Decimal(facts["price_per_hour"]) if facts.get("price_per_hour") else None
    fits = not contexts or choice.value in contexts
    cells = [Cell(choice.value), Cell(choice.label)]
    if contexts:
        cells.append(_fit(contexts.get(choice.value)) if fits else Cell(_("cannot serve this model"), is_refusal=True))
    if native != currency:
        cells.append(Cell(formats.hourly(price, native, tight=True), is_number=True))
    worth = rate[native]
    in_team = price * worth.amount if price is not None and worth is not None else None
    cells.append(Cell(formats.hourly(in_team, currency, tight=True), is_number=True))
    refusal = "" if fits else _("cannot serve the chosen model")
    return Option(choice.value, choice.label, cells=tuple(cells), refusal=refusal)


def _fit(tokens: int | None) -> Cell:
    return Cell(_("{number} tokens").format(number=formats.technical(tokens)) if tokens else "–")
