"""A server side for the polling protocol, with a counter in the process that tests turn."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

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
    log: str = "line 1\nline 2\n"
    log_is_final: bool = False
    rows: int = 3


SUBJECT = Subject()


def page(request: HttpRequest) -> HttpResponse:
    context = {"shell": Shell(), "subject": SUBJECT}
    if request.headers.get("HX-Request") != "true":
        return render_source(request, "polled.html", context)
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
    after = int(request.GET.get("after", "0"))
    text = SUBJECT.log.encode()[after:].decode()
    rows = "".join(f'<div class="log-row"><span>{line}</span></div>' for line in text.splitlines())
    response = HttpResponse(rows) if rows else HttpResponse(status=204)
    response["X-Log-Offset"] = str(len(SUBJECT.log.encode()))
    if SUBJECT.log_is_final:
        response["X-Log-End"] = "1"
    return response


def rows(request: HttpRequest) -> HttpResponse:
    context = {"shell": Shell(), "subject": SUBJECT, "numbers": range(SUBJECT.rows, 0, -1)}
    if request.headers.get("HX-Request") != "true":
        return render_source(request, "rows.html", context)
    if request.GET.get("v") == str(SUBJECT.rows):
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
