"""How a launch form is opened: from a draft, a clone, a preset, an offer, or empty; and what is said about that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.catalog import queries as catalog
from gpuconsole.core.spec_forms import Values
from gpuconsole.projects.models import Project
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads import access, drafts, services, since
from gpuconsole.workloads.chosen import CONNECTION, PRESET, PROJECT, REQUEST, is_ours
from gpuconsole.workloads.forms import JSON_TEXT, LaunchForm
from gpuconsole.workloads.models import Draft, Workload
from gpuconsole.workloads.presets import access as presets
from gpuconsole.workloads.requests import access as requests
from gpuconsole.workloads.states import ReasonCode, Verb
from gpuconsole.workloads.unspecified import why_not

STOP_AFTER = "guards.stop_after_s"
JUST_NOW = timedelta(minutes=1)
_INSTANCE_STOP_H = "8"


@dataclass(frozen=True, slots=True)
class Opening:
    """A form as a link opens it, and what is said about that above it."""

    form: LaunchForm
    draft: Draft | None = None
    """The draft that it was filled in from."""
    kept: Draft | None = None
    """A draft that lies by meanwhile, because the link opened something else."""
    source: str = ""
    """What it was filled in from, where that is no draft."""
    raw_answer: str = ""
    """The provider's own answer to what is cloned, where it said no to it."""
    changes: Sequence[str] = ()
    """What is not as it was when that was launched or saved."""

    @property
    def is_draft_old(self) -> bool:
        """Whether the person has to be told that this is what they left, and not what they just sent."""
        return self.draft is not None and timezone.now() - self.draft.saved_at > JUST_NOW


def opened(viewer: Viewer, provider: Provider, project: Project | None, query: QueryDict) -> Opening:
    """The form that a link opens: a clone, a preset, a launch request, an offer, the draft, or an empty one."""
    draft = None if query.get("draft") == "discard" else drafts.find(viewer, provider.slug)
    if "clone" in query:
        return _cloned(viewer, provider, str(query["clone"]), draft)
    if "preset" in query:
        return _from_preset(viewer, provider, project, str(query["preset"]), draft)
    if "request" in query:
        return _trimmed(viewer, provider, str(query["request"]), draft)
    if "offer" in query:
        form = LaunchForm(viewer, provider, Values(), is_new=True)
        _begin(form, project)
        _take_offer(form, str(query["offer"]), str(query.get("connection", "")))
        return Opening(form, kept=draft)
    return Opening(_drafted(viewer, provider, project, draft), draft)


def imported(viewer: Viewer, provider: Provider, project: Project | None, text: str) -> Opening:
    """The form that a pasted text says; the draft that lies by is kept."""
    form = LaunchForm(viewer, provider, Values(), is_new=True)
    _begin(form, project)
    form.take_json(text)
    return Opening(form, kept=drafts.find(viewer, provider.slug), source=_("what you pasted"))


def let_go(form: LaunchForm) -> None:
    """Go on without a preset or launch request that is not there any more, and say so."""
    if form.values.last(REQUEST) and form.request is None:
        form.values.pop(REQUEST)
        text = _("The launch request that was trimmed here is decided. This would be a launch of your own.")
        form.messages.append(text)
    if form.values.last(PRESET) and form.preset is None:
        form.values.pop(PRESET)
        text = _("The preset that this form was opened from is gone. Its values stay; its locks do not.")
        form.messages.append(text)


def _drafted(viewer: Viewer, provider: Provider, project: Project | None, draft: Draft | None) -> LaunchForm:
    """The form as it was left, or an empty one."""
    values = drafts.values(draft) if draft else Values()
    unread = values.pop(JSON_TEXT, [])
    form = LaunchForm(viewer, provider, values, is_new=True)
    _begin(form, project)
    if unread:
        form.take_json(unread[-1])
    let_go(form)
    return form


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


def _from_preset(
    viewer: Viewer, provider: Provider, project: Project | None, public_id: str, draft: Draft | None
) -> Opening:
    preset = presets.find(viewer, public_id)
    if preset.provider != provider.slug:
        raise Http404
    form = LaunchForm(viewer, provider, Values({PRESET: [preset.public_id]}), is_new=True)
    if preset.connection:
        form.values[CONNECTION] = [preset.connection.public_id]
    _begin(form, preset.project or project)
    if preset.project:
        form.values[PROJECT] = [preset.project.slug]
    for key, value in preset.guards.items():
        form.values.clear(f"guards.{key}")
        form.guards_form.put(f"guards.{key}", value)
    form.take_spec(preset.spec)
    form = LaunchForm(viewer, provider, form.values, is_new=True)
    source = _("your preset {name}").format(name=preset.name)
    if preset.project:
        source = _("{project}'s preset {name}").format(project=preset.project.name, name=preset.name)
    return Opening(form, None, draft, source, "", since.changes(form, since.Then.of_preset(preset)))


def _cloned(viewer: Viewer, provider: Provider, public_id: str, draft: Draft | None) -> Opening:
    workload = access.find_workload(viewer, public_id)
    if workload.provider != provider.slug:
        raise Http404
    if unknown := why_not(workload, Verb.CLONE):
        empty = LaunchForm(viewer, provider, Values({CONNECTION: [workload.connection.public_id]}), is_new=True)
        empty.messages.append(unknown)
        return Opening(empty, None, draft)
    like = services.clone(workload)
    form = LaunchForm(viewer, provider, Values({CONNECTION: [like.connection.public_id]}), is_new=True)
    form.values[PROJECT] = [workload.project.slug]
    if like.stop_after_s:
        form.guards_form.put(STOP_AFTER, like.stop_after_s)
    for key, value in like.guards.said.items():
        form.guards_form.put(f"guards.{key}", value)
    if like.labels:
        form.guards_form.put("guards.labels", list(like.labels))
    if not provider.name_path:
        form.values["guards.name"] = [like.name]
    form.take_spec(_named(like.spec, provider.name_path, like.name))
    form = LaunchForm(viewer, provider, form.values, is_new=True)
    _say_refusal(form, workload)
    raw = str(workload.evidence.get("raw", "")) if _was_refused(workload) else ""
    return Opening(form, None, draft, workload.name, raw, since.changes(form, since.Then.of_work(workload)))


def _was_refused(workload: Workload) -> bool:
    return workload.reason_code == ReasonCode.REJECTED or bool(workload.reason_field)


def _say_refusal(form: LaunchForm, workload: Workload) -> None:
    """The provider's no to what is cloned, beside its field; sending it all the same asks the provider again."""
    if not _was_refused(workload):
        return
    path, said = workload.reason_field, workload.reason_text
    if path and form.spec_form.has_input(path):
        form.spec_form.add_errors({path: said.removeprefix(f"{path}: ")})
    else:
        form.messages.append(said)


def _trimmed(viewer: Viewer, provider: Provider, public_id: str, draft: Draft | None) -> Opening:
    """The form with a launch request in it, for an admin to take away from."""
    request = requests.find(viewer, public_id)
    if request.provider != provider.slug or not requests.may_approve(viewer, request):
        raise Http404
    kept = Values({CONNECTION: [request.connection.public_id], REQUEST: [request.public_id]})
    kept[PROJECT] = [request.project.slug]
    if request.preset:
        kept[PRESET] = [request.preset.public_id]
    form = LaunchForm(viewer, provider, kept, is_new=True)
    if request.stop_after_s:
        form.guards_form.put(STOP_AFTER, request.stop_after_s)
    for key, value in request.guards.items():
        form.guards_form.put(f"guards.{key}", value)
    if request.labels:
        form.guards_form.put("guards.labels", request.labels)
    if not provider.name_path:
        form.values["guards.name"] = [request.name]
    form.take_spec(request.spec)
    form = LaunchForm(viewer, provider, form.values, is_new=True)
    let_go(form)
    return Opening(form, None, draft)


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


def _take_offer(form: LaunchForm, wanted: str, connection: str) -> None:
    """Fill in the hardware of an offer, by its id in the catalogue or by the provider's own id of the hardware."""
    if connection:
        form.values[CONNECTION] = [connection]
    if form.connection is None:
        return
    offer = catalog.offer(form.connection, wanted)
    if offer is None:
        form.messages.append(_("That offer is not there any more. Pick the hardware below."))
        return
    kept = Values({name: value for name, value in form.values.items() if is_ours(name)})
    form.take_spec(form.provider.adapter.asks_for(offer))
    form.values.update(kept)
