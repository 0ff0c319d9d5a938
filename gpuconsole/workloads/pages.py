"""What the launch pages show: how a form is opened, what was posted, and the context of its templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse

from gpuconsole.accounts.access import Viewer
from gpuconsole.catalog import queries as catalog
from gpuconsole.core.spec_forms import Values
from gpuconsole.core.spec_forms.bind import BoundPairs
from gpuconsole.core.spec_forms.bound import Bound
from gpuconsole.core.spec_forms.field import BoundField
from gpuconsole.core.spec_forms.layout import Layout
from gpuconsole.core.spec_forms.nodes import Control
from gpuconsole.projects.models import Project
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads import access, drafts, rail, services
from gpuconsole.workloads.forms import CONNECTION, JSON_TEXT, PROJECT, LaunchForm, is_ours

STOP_AFTER = "guards.stop_after_s"
_INSTANCE_STOP_H = "8"
_KEY_LENGTHS = range(16, 65)


def opened(
    viewer: Viewer, provider: Provider, project: Project | None, query: QueryDict
) -> tuple[LaunchForm, datetime | None]:
    """The form that a link opens, and when its draft was saved: a clone, an offer, the draft, or an empty one."""
    if "clone" in query:
        return _cloned(viewer, provider, str(query["clone"])), None
    draft = None if query.get("draft") == "discard" or "offer" in query else drafts.find(viewer, provider.slug)
    values = Values.of(draft.fields) if draft else Values()
    form = LaunchForm(viewer, provider, values, is_new=True)
    _begin(form, project)
    if "offer" in query:
        _take_offer(form, str(query["offer"]), str(query.get("connection", "")))
    return form, draft.saved_at if draft else None


def posted(viewer: Viewer, provider: Provider, data: QueryDict, *, is_try: bool = False) -> LaunchForm:
    """The form as it was sent; a text of the JSON view says the spec in place of the fields.

    With ``is_try`` the person wants to hear of all that is wrong; it stays so until the form is opened anew.
    """
    values = Values.of(data)
    for name in ("csrfmiddlewaretoken", "key", "tried", "left", "confirmed", JSON_TEXT):
        values.pop(name, None)
    form = LaunchForm(viewer, provider, values, is_new="tried" not in data and not is_try)
    if len(data.get("key", "")) in _KEY_LENGTHS:
        form.key = str(data["key"])
    if JSON_TEXT in data:
        form.take_json(str(data[JSON_TEXT]))
    return form


def context(form: LaunchForm, saved_at: datetime | None, *, view: str = "") -> dict[str, Any]:
    """What the templates of the form read."""
    layout, guards_layout = form.layouts
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
        "is_json": view == "json",
        "json_text": json.dumps(form.spec_form.wire, indent=2, ensure_ascii=False) if view == "json" else "",
    }


def left(form: LaunchForm, name: str) -> dict[str, Any]:
    """The field that was left, so that its note is drawn anew; nothing for a name that is no field."""
    items = [item for layout in form.layouts for item in _items(layout)]
    found = next((item for item in items if item.name == name), None)
    maps = [item for item in items if isinstance(item, BoundPairs) and name.startswith(f"{item.name}.")]
    rows = [row for one in maps for row in one.rows if name.startswith(f"{row.name}.")]
    is_cell = found is not None and any(part.isdecimal() for part in name.split("."))
    notes = form.spec_form.around.notes
    return {
        "left": found,
        "is_cell": is_cell,
        "left_pair": rows[0] if rows else None,
        "noted": [item for item in items if item is not found and (item.path in notes or _is_converted(item))],
        "tables": [item for item in items if isinstance(item, BoundField) and item.control == Control.TABLE],
    }


def _is_converted(item: Bound) -> bool:
    """Whether the note says what is sent for a value in another unit; its unit may be what was left."""
    return isinstance(item, BoundField) and item.control == Control.QUANTITY and item.is_set


def question(form: LaunchForm) -> dict[str, Any]:
    """The confirmation page; it carries the whole form along."""
    url = reverse("launch:form", args=(form.provider.slug, form.provider.kind))
    crumbs = [{"label": "Launch", "url": reverse("launch:choose")}, {"label": form.provider.name, "url": url}]
    hidden = _Inputs(form.values, {"key": form.key, "confirmed": "1", "tried": "1"})
    return rail.question(form) | {"action_url": f"{url}launch/", "keep_url": url, "crumbs": crumbs, "hidden": hidden}


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


def _begin(form: LaunchForm, project: Project | None) -> None:
    """Fill in what every launch needs and the person need not think about."""
    if not form.values.last(PROJECT):
        slugs = [one.slug for one in form.projects]
        wanted = project.slug if project is not None and project.slug in slugs else (slugs[0] if slugs else "")
        form.values[PROJECT] = [wanted]
    if form.provider.kind == "instance" and STOP_AFTER not in form.values:
        default_s = form.project.default_stop_after_s if form.project else None
        form.values[STOP_AFTER] = [f"{default_s / 3600:g}" if default_s else _INSTANCE_STOP_H]
        form.values[f"{STOP_AFTER}.unit"] = ["h"]


def _cloned(viewer: Viewer, provider: Provider, public_id: str) -> LaunchForm:
    workload = access.find_workload(viewer, public_id)
    if workload.provider != provider.slug:
        raise Http404
    like = services.clone(workload)
    form = LaunchForm(viewer, provider, Values({CONNECTION: [like.connection.public_id]}), is_new=True)
    form.values[PROJECT] = [workload.project.slug]
    if like.stop_after_s:
        form.guards_form.put(STOP_AFTER, like.stop_after_s)
    if like.labels:
        form.guards_form.put("guards.labels", list(like.labels))
    if not provider.name_path:
        form.values["guards.name"] = [like.name]
    form.take_spec(_named(like.spec, provider.name_path, like.name))
    return LaunchForm(viewer, provider, form.values, is_new=True)


def _named(spec: Mapping[str, Any], path: str, name: str) -> dict[str, Any]:
    """The spec with its own name field set, where it has one."""
    named = json.loads(json.dumps(dict(spec)))
    *parents, last = path.split(".")
    place = named
    for key in parents:
        place = place.setdefault(key, {})
    if path:
        place[last] = name
    return dict(named)


def _take_offer(form: LaunchForm, hardware_id: str, connection: str) -> None:
    if connection:
        form.values[CONNECTION] = [connection]
    if form.connection is None:
        return
    offer = next((row for row in catalog.offers(form.connection) if row.hardware_id == hardware_id), None)
    if offer is not None:
        kept = Values({name: value for name, value in form.values.items() if is_ours(name)})
        form.take_spec(form.provider.adapter.asks_for(offer))
        form.values.update(kept)
