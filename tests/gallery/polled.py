"""A server side for the polling protocol, with a counter in the process that tests turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from gpuconsole.core.htmx import stop_polling, unchanged
from gpuconsole.workloads.states import State
from tests.gallery.samples import Shell
from tests.gallery.views import render_source


@dataclass
class Subject:
    version: int = 1
    state: State = State.QUEUED
    is_final: bool = False
    answer: str = ""  # "", "broken" or "signed-out"
    asked: int = 0
    log_lines: int = 2
    log_is_final: bool = False
    rows: int = 3
    gone: int = 0
    links: tuple[str, ...] = ("first", "second")


SUBJECT = Subject()


def page(request: HttpRequest) -> HttpResponse:
    context = {"shell": Shell(), "subject": SUBJECT}
    if request.headers.get("HX-Request") != "true":
        return render_source(request, "polled.html", context | log_context(0, SUBJECT.log_lines))
    SUBJECT.asked += 1
    if SUBJECT.answer == "broken":
        return HttpResponse("broken", status=503)
    if SUBJECT.answer == "signed-out":
        return HttpResponseRedirect("/sign-in/")
    if request.GET.get("v") == str(SUBJECT.version) and not SUBJECT.is_final:
        return unchanged()
    response = render_source(request, "_region.html", context)
    return stop_polling(response) if SUBJECT.is_final else response


def log(request: HttpRequest) -> HttpResponse:
    """Every line is 20 bytes long, so that bytes and numbers lead to each other."""
    lines, asked = SUBJECT.log_lines, request.GET
    first, last = max(0, lines - 500), lines
    if "line" in asked:
        first = max(0, int(asked["line"]) - 101)
        last = min(lines, first + 500)
    elif "from" in asked:
        first = int(asked["from"]) // 20
        last = min(lines, first + 500)
    elif "before" in asked:
        last = int(asked["before"]) // 20
        first = max(0, last - 500)
    elif "count" in asked:
        first = last = lines
    if asked.get("v") == f"{lines}-{SUBJECT.log_is_final}":
        return unchanged()
    return render_source(request, "_log.html", log_context(first, last))


def log_context(first: int, last: int) -> dict[str, Any]:
    return {
        "numbers": range(first + 1, last + 1),
        "start": first * 20,
        "next": last * 20,
        "subject": SUBJECT,
        "v": f"{SUBJECT.log_lines}-{SUBJECT.log_is_final}" if last == SUBJECT.log_lines else "",
        "over": SUBJECT.log_is_final and last == SUBJECT.log_lines,
    }


def find(request: HttpRequest) -> JsonResponse:
    """Each hundredth line has the word."""
    return JsonResponse({"lines": list(range(100, SUBJECT.log_lines + 1, 100))[:1000], "next": None})


def rows(request: HttpRequest) -> HttpResponse:
    numbers = [number for number in range(SUBJECT.rows, 0, -1) if number != SUBJECT.gone]
    context = {"shell": Shell(), "subject": SUBJECT, "numbers": numbers}
    if request.headers.get("HX-Request") != "true":
        return render_source(request, "rows.html", context)
    if request.GET.get("v") == f"{SUBJECT.rows}-{SUBJECT.gone}":
        return unchanged()
    return render_source(request, "_rows.html", context)


def dialog(request: HttpRequest) -> HttpResponse:
    context = {
        "shell": Shell(),
        "question": "Terminate notebook-vision-3?",
        "text": "The machine and its disk are deleted.",
        "keep_url": "/poll/",
        "keep_label": "Keep it",
        "action_url": "/dialog/",
        "action_label": "Terminate",
        "kind": "danger",
        "type_name": "notebook-vision-3",
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render_source(request, "dialog_fragment.html" if is_fragment else "dialog.html", context)


def sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>Sign in</h1>")
