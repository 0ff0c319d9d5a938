"""What changed since earlier work was launched, or a preset saved, that a launch form is opened from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.catalog import queries as catalog
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.core.spec_forms import SECRETS
from gpuconsole.core.spec_forms.codecs import same
from gpuconsole.core.spec_forms.defaults import unsaid
from gpuconsole.core.spec_forms.nodes import AnyNode, Leaf
from gpuconsole.core.spec_forms.said import ABSENT, said, value_at
from gpuconsole.projects.models import Project
from gpuconsole.providers.remote import Offer
from gpuconsole.workloads import unstored
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.models import Preset, Workload


@dataclass(frozen=True, slots=True)
class Then:
    """How it was: what was chosen, its hardware and price as far as they were known, and the provider's defaults."""

    connection: Connection | None = None
    project: Project | None = None
    hardware_id: str = ""
    hourly_price: Decimal | None = None
    currency: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_work(cls, workload: Workload) -> Then:
        return cls(workload.connection, workload.project, *_priced(workload))

    @classmethod
    def of_preset(cls, preset: Preset) -> Then:
        return cls(preset.connection, preset.project, *_priced(preset))


def _priced(row: Workload | Preset) -> tuple[str, Decimal | None, str, Mapping[str, Any]]:
    return row.hardware_id, row.hourly_price, row.currency, row.defaults


def changes(form: LaunchForm, then: Then) -> list[str]:
    """One sentence for each thing that is not as it was; nothing is changed for it in the form."""
    return [
        *_place(form, then),
        *_unknown_fields(form),
        *_gone_choices(form),
        *_gone_secrets(form),
        *_hardware(form, then),
        *_price(form, then),
        *_defaults(form, then),
    ]


def _place(form: LaunchForm, then: Then) -> Iterator[str]:
    """Where it runs and who pays, as far as that is not open to the person any more."""
    if then.project is not None and then.project not in form.projects:
        archived = _("{project} is archived: pick another project to charge.")
        closed = _("{project} is not one that you may launch in: pick another project to charge.")
        yield (archived if then.project.archived_at else closed).format(project=then.project.name)
    if then.connection is not None and then.connection not in form.connections and form.project is not None:
        other = form.connection.name if form.connection else ""
        if then.connection.removed_at and other:
            text = _("The connection {connection} was removed: {other} is used instead.")
        elif then.connection.removed_at:
            text = _("The connection {connection} was removed: there is no other for this project.")
        elif other:
            text = _("The connection {connection} is not open to {project}: {other} is used instead.")
        else:
            text = _("The connection {connection} is not open to {project}: there is no other for this project.")
        yield text.format(connection=then.connection.name, project=form.project.name, other=other)


def _unknown_fields(form: LaunchForm) -> Iterator[str]:
    """Keys that the form has no field for; they may never have had one."""
    for path, _value in form.layouts[0].extras:
        plain = ".".join(part for part in path.split(".") if not part.isdecimal())
        inside = plain.rpartition(".")[0]
        if plain not in form.spec_form.nodes and not _is_free(form, inside):
            text = _("The form has no field {path}: it is kept as an extra field and sent as it is.")
            yield text.format(path=path)


def _is_free(form: LaunchForm, path: str) -> bool:
    """Whether the keys of an object are anybody's own."""
    node = form.spec_form.nodes.get(path)
    return type(node).__name__ in ("Pairs", "Leaf")


def _gone_choices(form: LaunchForm) -> Iterator[str]:
    """Values that the provider's lists, where there are any, do not hold any more."""
    for one in said(form.spec_form.root, form.spec_form.wire):
        source = one.node.ui.choices
        listed = form.choices.get(source, ()) if source and source != SECRETS else ()
        if not listed or not isinstance(one.node, Leaf):
            continue
        known = {choice.value for choice in listed}
        values = one.value if isinstance(one.value, list) else [one.value]
        for value in values:
            if value not in (None, "") and str(value) not in known:
                yield _("{field}: {value} is not offered any more.").format(field=_(one.node.title), value=value)


def _gone_secrets(form: LaunchForm) -> Iterator[str]:
    if form.project is None:
        return
    gone = {str(one.value) for one in unstored.places(form.spec_form.wire, form.secret_names)}
    for name in sorted(gone):  # of work that was launched and of presets, which hold names alone
        yield _("{project} has no secret named {name}.").format(project=form.project.name, name=name)


def _hardware(form: LaunchForm, then: Then) -> Iterator[str]:
    now = form.estimate.pricing.hardware_id if form.estimate else ""
    wanted = now or then.hardware_id
    if form.connection is None or not wanted:
        return
    if now and then.hardware_id and now != then.hardware_id:
        yield _("It took {before} and takes {after} now.").format(before=then.hardware_id, after=now)
    offers: Sequence[Offer] = catalog.offers(form.connection)
    alike = [offer for offer in offers if offer.hardware_id == wanted]
    if offers and not alike:
        yield _("{hardware} is not on offer any more.").format(hardware=wanted)
    elif alike and all(offer.is_available is False for offer in alike):
        yield _("{hardware} is out of stock just now.").format(hardware=wanted)


def _price(form: LaunchForm, then: Then) -> Iterator[str]:
    if then.hourly_price is None or form.estimate is None:
        return
    now, before = form.estimate.pricing, formats.hourly(then.hourly_price, then.currency)
    after = formats.hourly(now.hourly_price, now.currency)
    if now.hourly_price is None:
        yield _("The price was {before} and is not known now.").format(before=before)
    elif after != before:  # a frozen price was rounded, so figures that read the same are the same
        yield _("The price was {before} and is {after} now.").format(before=before, after=after)


def _defaults(form: LaunchForm, then: Then) -> Iterator[str]:
    """Fields that were left out, and are left to another default now."""
    wire = form.spec_form.wire
    now = unsaid(form.spec_form.root, wire)
    for path, before in then.defaults.items():
        node = form.spec_form.nodes.get(path)
        if node is None or value_at(wire, path) is not ABSENT or same(before, now.get(path)):
            continue
        if path in now:
            text = _("{field}, left out: the default was {before} and is {after} now.")
        else:
            text = _("{field}, left out: the default was {before} and is not known now.")
        yield text.format(
            field=_(node.title), before=_worded(node, before), after=_worded(node, now[path]) if path in now else ""
        )


def _worded(node: AnyNode, default: Any) -> str:
    text = default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)
    is_number = isinstance(default, int | float) and not isinstance(default, bool)
    return f"{text} {node.ui.unit}" if is_number and node.ui.units else text
