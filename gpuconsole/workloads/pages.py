"""What the launch pages show: what was posted, and the context of their templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.core.spec_forms import Values
from gpuconsole.core.spec_forms.bound import Bound
from gpuconsole.core.spec_forms.field import BoundField
from gpuconsole.core.spec_forms.layout import Layout
from gpuconsole.core.spec_forms.nodes import Control
from gpuconsole.core.spec_forms.pairs import BoundPairs
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads import rail
from gpuconsole.workloads.forms import JSON_TEXT, LaunchForm
from gpuconsole.workloads.models import Draft
from gpuconsole.workloads.openings import Opening, let_go
from gpuconsole.workloads.presets import access as presets

NO_FIELDS = frozenset(
    {"csrfmiddlewaretoken", "key", "tried", "left", "confirmed", "asks", "why", "allows", "save", JSON_TEXT}
)
"""Inputs beside the form's own fields; those of the question about a preset begin with ``preset-``."""
MOST_LEFT = 100
_KEY_LENGTHS = range(16, 65)


def posted(viewer: Viewer, provider: Provider, data: QueryDict, *, is_try: bool = False) -> LaunchForm:
    """The form as it was sent; a text of the JSON view says the spec in place of the fields.

    With ``is_try`` the person wants to hear of all that is wrong; it stays so until the form is opened anew.
    """
    values = Values.of(data)
    for name in [name for name in values if name in NO_FIELDS or name.startswith("preset-")]:
        del values[name]
    is_new = "tried" not in data and not is_try
    form = LaunchForm(viewer, provider, values, is_new=is_new, left=frozenset(data.get("left", "").split()[:MOST_LEFT]))
    if len(data.get("key", "")) in _KEY_LENGTHS:
        form.key = str(data["key"])
    if JSON_TEXT in data:
        form.take_json(str(data[JSON_TEXT]))
    let_go(form)
    return form


def context(
    form: LaunchForm, saved_at: datetime | None, *, view: str = "", opening: Opening | None = None
) -> dict[str, Any]:
    """What the templates of the form read; ``opening`` where a link opened it."""
    layout, guards_layout = form.layouts
    view = "json" if form.json_error else view
    return {
        "form": form,
        "provider": form.provider,
        "form_url": reverse("launch:form", args=(form.provider.slug, form.provider.kind)),
        "layout": layout,
        "guards_layout": guards_layout,
        "required_count": layout.required_count,
        "optional_count": layout.optional_count,
        "errors": [] if form.is_new else [*layout.errors, *guards_layout.errors],
        "rail": rail.rail(form),
        "preview": form.preview,
        "saved_at": saved_at,
        "opening": opening,
        "presets": presets.visible(form.viewer).filter(provider=form.provider.slug),
        "may_keep_preset": form.viewer.team is not None,
        "is_json": view == "json",
        "json_text": json.dumps(form.spec_form.wire, indent=2, ensure_ascii=False) if view == "json" else "",
    }


def checked(form: LaunchForm) -> dict[str, Any]:
    """The fields that were left since the last answer, so that their notes are drawn anew, and what hangs on them."""
    items = [item for layout in form.layouts for item in _items(layout)]
    left = [item for item in items if item.name in form.left]
    rows = [row for item in items if isinstance(item, BoundPairs) for row in item.rows]
    notes = form.spec_form.around.notes
    return {
        "left": [item for item in left if not _is_cell(item)],
        "left_cells": [item for item in left if _is_cell(item)],
        "left_pairs": [row for row in rows if any(name.startswith(f"{row.name}.") for name in form.left)],
        "noted": [item for item in items if item not in left and (item.path in notes or _tells_more(item))],
        "matched": [item for item in items if isinstance(item, BoundField) and item.matches],
        "tables": [item for item in items if isinstance(item, BoundField) and item.control == Control.TABLE],
    }


def _is_cell(item: Bound) -> bool:
    """Whether it stands in a row, where it has no help."""
    return any(part.isdecimal() for part in item.name.split("."))


def _tells_more(item: Bound) -> bool:
    """Whether the note hangs on another input too: the unit of a value, or the way that was picked."""
    return item.node.stays or (isinstance(item, BoundField) and item.control == Control.QUANTITY and item.is_set)


def discarding(draft: Draft, provider: Provider) -> dict[str, Any]:
    """The question before a draft is forgotten."""
    url = reverse("launch:form", args=(provider.slug, provider.kind))
    saved = _("It was saved {ago}. What was typed goes with it.")
    return {
        "question": _("Discard your {provider} draft?").format(provider=f"{provider.name} {_(provider.product)}"),
        "text": saved.format(ago=formats.ago(timezone.now() - draft.saved_at)),
        "keep_url": url,
        "keep_label": _("Keep the draft"),
        "action_url": f"{url}draft/",
        "action_label": _("Discard draft"),
        "kind": "danger",
        "hidden": {"discard": "1"},
        "crumbs": [{"label": _("Launch"), "url": reverse("launch:choose")}, {"label": provider.name, "url": url}],
    }


def question(form: LaunchForm) -> dict[str, Any]:
    """The confirmation page; it carries the whole form along."""
    carried_along = carried(form, {"confirmed": "1", "tried": "1"})
    return rail.question(form) | carried_along | {"action_url": f"{carried_along['keep_url']}launch/"}


def asking(form: LaunchForm) -> dict[str, Any]:
    """The page that says why an admin must decide, what it costs and what is left; it carries the whole form along."""
    carried_along = carried(form, {"asks": "1", "tried": "1"})
    return rail.asking(form) | carried_along | {"action_url": f"{carried_along['keep_url']}launch/"}


def carried(form: LaunchForm, own: Mapping[str, str]) -> dict[str, Any]:
    """Context of a page that asks something and sends the whole launch form along, with inputs of its own."""
    url = reverse("launch:form", args=(form.provider.slug, form.provider.kind))
    crumbs = [{"label": _("Launch"), "url": reverse("launch:choose")}, {"label": form.provider.name, "url": url}]
    hidden = _Inputs(form.values, {"key": form.key, **own})
    return {"keep_url": url, "crumbs": crumbs, "hidden": hidden, "provider": form.provider}


class _Inputs:
    """Hidden inputs as the confirmation template reads them; a name may come more than once."""

    def __init__(self, values: Values, own: Mapping[str, str]) -> None:
        self._pairs = [(name, value) for name, listed in values.items() for value in listed]
        self._pairs += own.items()

    def items(self) -> list[tuple[str, str]]:
        """Name and value of each."""
        return self._pairs


def _items(layout: Layout) -> Iterator[Bound]:
    for section in layout.sections:
        yield from section.every_item
