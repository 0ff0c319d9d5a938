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
from django.views.decorators.http import require_POST

from gpuconsole.accounts.access import Viewer, require_team, viewer
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import render_page
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
        messages.warning(request, f"Tick the {words.nouns} first that it is about.")
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
            messages.success(request, f"Labelled {counted(changed, press.kind)}.")
            return redirect(press.back)
    there = sorted({label for row in rows for label in row.labels})
    question = f"Label {counted(len(rows), press.kind)}?"
    more = {
        "labels_text": press.data.get("labels", ""),
        "labels_error": error,
        "labels_there": there,
        "labels_gone": press.data.getlist("remove"),
        "more_first": "workloads/_labels_many.html",
    }
    return _ask(request, press, question, "Save labels", "Leave them", press.plan.skips, more, is_wrong=bool(error))


def _clone(request: HttpRequest, press: _Press) -> HttpResponse:
    if press.is_confirmed:
        made, skips = copies.launch(press.viewer, press.plan.rows, press.data.get("key", "")[:100])
        if made:
            messages.success(request, f"Launched {counted(len(made), press.kind)}.")
        _tell_skips(request, skips)
        return redirect(press.back)
    found = copies.prepare(press.viewer, press.plan)
    count = counted(len(found.copies), press.kind)
    cost = f" for up to {found.upper}" if found.upper else ""
    lines = [
        {"name": one.name, "note": "not priced by us" if one.upper is None else f"at most {one.upper}"}
        for one in found.copies
    ]
    more = {"lines": lines[:_SHOWN], "hidden_key": secrets.token_urlsafe(16)}
    return _ask(request, press, f"Launch {count}{cost}?", f"Launch {count}{cost}", "Back", found.skips, more)


_LOSSES = {
    (Kind.JOB, Verb.STOP): "Stopping can't be undone; logs and figures stay.",
    (Kind.INSTANCE, Verb.STOP): "Memory is lost; disks stay, and each can be started again.",
    (Kind.INSTANCE, Verb.START): "Quotas and budgets are asked for each.",
    (Kind.INSTANCE, Verb.TERMINATE): "They are deleted at their providers for good.",
}
_DONE = {"label": "labelled", "clone": "cloned", "stop": "stopped", "start": "started", "terminate": "terminated"}
_KEEPS = {Verb.STOP: "Keep running", Verb.START: "Leave them off", Verb.TERMINATE: "Keep them"}


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
            messages.success(request, f"{verb.label} asked for {asked}. The providers have yet to confirm it.")
        _tell_skips(request, skips)
        return redirect(press.back)
    rates = page.rates(press.plan.hourly)
    more = {
        "lines": [
            {"name": row.name, "note": formats.hourly(row.hourly_now, row.currency) if row.hourly_now else ""}
            for row in rows[:_SHOWN]
        ],
        "kind": "" if verb is Verb.START else "danger",
        "text": " ".join(part for part in (rates and f"Together {rates}.", _LOSSES[press.kind, verb]) if part),
        "type_name": typed if rows else "",
        "error": f"Type {typed} to go on." if press.is_confirmed and not is_typed else "",
    }
    wrong = press.is_confirmed and not is_typed
    return _ask(
        request, press, f"{verb.label} {count}?", f"{verb.label} {count}", _KEEPS[verb], press.plan.skips, more, wrong
    )


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
        question, action = (
            f"None of {counted(len(press.chosen.rows), press.kind)} can be {_DONE[press.name]}",
            "",
        )
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
        messages.error(request, f"{formats.plural(len(skips) - 3, 'other', 'others')} were left out too.")
