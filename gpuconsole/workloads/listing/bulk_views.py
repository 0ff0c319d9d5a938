"""Acting on many: one address that asks first and, once confirmed, does it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from gpuconsole.accounts.access import Viewer, require_team, viewer
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import render_page
from gpuconsole.core.money import Money
from gpuconsole.projects.access import focused_project
from gpuconsole.workloads import services
from gpuconsole.workloads.listing import asked as addresses
from gpuconsole.workloads.listing import copies, page, picks
from gpuconsole.workloads.listing.picks import LABEL, Picked, Plan, Skip, counted
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.states import Kind, Verb

_SHOWN = 50
"""Lines in a question; the rest is counted."""


@dataclass(frozen=True, slots=True)
class _Press:
    """One press of a button of the band."""

    viewer: Viewer
    words: Words
    data: QueryDict
    chosen: Picked
    plan: Plan
    back: str

    @property
    def kind(self) -> Kind:
        return self.words.kind

    @property
    def name(self) -> str:
        """Which button."""
        return str(self.data.get("act", ""))

    @property
    def is_confirmed(self) -> bool:
        return "confirmed" in self.data


@login_required
@require_POST
def act(request: HttpRequest, words: Words) -> HttpResponse:
    """Ask before many are labelled, cloned, stopped, started or terminated; with ``confirmed`` do it."""
    press = _pressed(request, words)
    if press is None:
        return redirect(words.url)
    if not press.chosen.rows:
        messages.warning(request, _("Tick the {things} first that it is about.").format(things=words.nouns))
        return redirect(press.back)
    if press.plan.verb is None:
        return _label(request, press)
    if press.plan.verb is Verb.CLONE:
        return _clone(request, press)
    return _end(request, press, press.plan.verb)


def _pressed(request: HttpRequest, words: Words) -> _Press | None:
    """None for a button that there is not."""
    person, name = viewer(request), request.POST.get("act", "")
    if name not in {one.name for one in picks.acts(words.kind)}:
        return None
    asked = addresses.Asked(QueryDict(request.POST.get("query", "")[:4000]), words, addresses.own_views(person, words))
    scope = page.scope_of(person, focused_project(request, person), words)
    chosen = picks.picked(scope, asked.filters(person, timezone.now()), request.POST)
    plan = picks.plan(person, chosen, None if name == LABEL else Verb(name))
    return _Press(person, words, request.POST, chosen, plan, asked.url())


def _label(request: HttpRequest, press: _Press) -> HttpResponse:
    error, rows = "", press.plan.rows
    if press.is_confirmed:
        try:
            changed = services.label_many(
                team=require_team(press.viewer),
                pks=[row.pk for row in rows],
                add=press.data.get("labels", "").splitlines(),
                remove=press.data.getlist("remove"),
                by=press.viewer.user,
            )
        except Refused as refused:
            error = refused.message
        else:
            messages.success(request, _("Labelled {count}.").format(count=counted(changed, press.kind)))
            return redirect(press.back)
    there = sorted({label for row in rows for label in row.labels})
    question = _("Label {count}?").format(count=counted(len(rows), press.kind))
    more = {
        "labels_text": press.data.get("labels", ""),
        "labels_error": error,
        "labels_there": there,
        "labels_gone": press.data.getlist("remove"),
        "more_first": "workloads/_labels_many.html",
    }
    skips = press.plan.skips
    return _ask(request, press, question, _("Save labels"), _("Leave them"), skips, more, is_wrong=bool(error))


def _clone(request: HttpRequest, press: _Press) -> HttpResponse:
    if press.is_confirmed:
        made, skips = copies.launch(press.viewer, press.plan.rows, press.data.get("key", "")[:100])
        if made:
            messages.success(request, _("Launched {count}.").format(count=counted(len(made), press.kind)))
        _tell_skips(request, skips)
        return redirect(press.back)
    found = copies.prepare(press.viewer, press.plan)
    count = counted(len(found.copies), press.kind)
    lines = [{"name": one.name, "note": _most(one.upper)} for one in found.copies[:_SHOWN]]
    more = {"lines": lines, "hidden_key": secrets.token_urlsafe(16)}
    act = _("Launch {count} for up to {amount}") if found.upper else _("Launch {count}")
    act = act.format(count=count, amount=found.upper)
    return _ask(request, press, _("{act}?").format(act=act), act, _("Back"), found.skips, more)


def _most(upper: Money | None) -> str:
    return formats.not_priced() if upper is None else _("at most {amount}").format(amount=upper)


_LOSSES = {
    (Kind.JOB, Verb.STOP): gettext_noop("Stopping can't be undone; logs and figures stay."),
    (Kind.INSTANCE, Verb.STOP): gettext_noop("Memory is lost; disks stay, and each can be started again."),
    (Kind.INSTANCE, Verb.START): gettext_noop("Quotas and budgets are asked for each."),
    (Kind.INSTANCE, Verb.TERMINATE): gettext_noop("They are deleted at their providers for good."),
}
_IMPOSSIBLE = {
    "label": gettext_noop("None of {count} can be labelled"),
    "clone": gettext_noop("None of {count} can be cloned"),
    "stop": gettext_noop("None of {count} can be stopped"),
    "start": gettext_noop("None of {count} can be started"),
    "terminate": gettext_noop("None of {count} can be terminated"),
}
_KEEPS = {
    Verb.STOP: gettext_noop("Keep running"),
    Verb.START: gettext_noop("Leave them off"),
    Verb.TERMINATE: gettext_noop("Keep them"),
}


def _end(request: HttpRequest, press: _Press, verb: Verb) -> HttpResponse:
    rows = press.plan.rows
    count = counted(len(rows), press.kind)
    typed = f"{verb.value} {len(rows)}" if verb is Verb.TERMINATE else ""
    is_typed = press.data.get("confirm_name", "").strip() == typed
    if press.is_confirmed and rows and is_typed:
        answers = services.act_on_many(
            team=require_team(press.viewer), pks=[row.pk for row in rows], verb=verb, by=press.viewer.user
        )
        skips = [Skip(answer.workload, answer.refusal) for answer in answers if answer.refusal]
        if len(answers) > len(skips):
            asked = counted(len(answers) - len(skips), press.kind)
            text = _("{act} asked for {count}. The providers have yet to confirm it.")
            messages.success(request, text.format(act=verb.label, count=asked))
        _tell_skips(request, skips)
        return redirect(press.back)
    rates, losses = page.rates(press.plan.hourly), _(_LOSSES[press.kind, verb])
    together = _("Together {rates}.").format(rates=rates) if rates else ""
    more = {
        "lines": [
            {"name": row.name, "note": formats.hourly(row.hourly_now, row.currency) if row.hourly_now else ""}
            for row in rows[:_SHOWN]
        ],
        "kind": "" if verb is Verb.START else "danger",
        "text": f"{together} {losses}" if together else losses,
        "type_name": typed if rows else "",
        "error": _("Type {name} to go on.").format(name=typed) if press.is_confirmed and not is_typed else "",
    }
    wrong, act = press.is_confirmed and not is_typed, f"{verb.label} {count}"
    question = _("{act}?").format(act=act)
    return _ask(request, press, question, act, _(_KEEPS[verb]), press.plan.skips, more, wrong)


def _ask(
    request: HttpRequest,
    press: _Press,
    question: str,
    action: str,
    keep: str,
    skips: Any,
    more: dict[str, Any],
    is_wrong: bool = False,
) -> HttpResponse:
    """The question, with every row that it is about and every one that is left out."""
    lines, key = more.get("lines", []), more.pop("hidden_key", "")
    total, is_empty = len(press.plan.rows), len(press.plan.rows) <= len(skips) - len(press.plan.skips)
    if is_empty:
        question, action = _(_IMPOSSIBLE[press.name]).format(count=counted(len(press.chosen.rows), press.kind)), ""
    context = {
        "question": question,
        "action_url": f"{press.words.url}bulk/",
        "action_label": action,
        "keep_url": press.back,
        "keep_label": keep,
        "more": "workloads/_bulk.html",
        "picks": [row.public_id for row in press.chosen.rows],
        "act": press.data.get("act", ""),
        "query": press.data.get("query", "")[:4000],
        "hidden": {"confirmed": "1", **({"key": key} if key else {})},
        "skips": list(skips)[:_SHOWN],
        "skipped": len(skips),
        "more_lines": max(total - len(lines), 0) if lines else 0,
        "cut": picks.MOST if press.chosen.is_cut else 0,
        "words": press.words,
        "crumbs": [{"label": press.words.nouns.capitalize(), "url": press.back}],
        **more,
    }
    return render_page(
        request,
        "components/confirm_page.html",
        "components/confirm.html",
        context,
        status=422 if is_wrong else 200,
    )


def _tell_skips(request: HttpRequest, skips: list[Skip]) -> None:
    """At most three by name: a notice is short."""
    for skip in skips[:3]:
        messages.error(request, f"{skip.workload.name}: {skip.reason}")
    if len(skips) > 3:
        others = formats.plural(len(skips) - 3, "other", "others")
        messages.error(request, _("{others} were left out too.").format(others=others))
