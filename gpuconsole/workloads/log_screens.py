"""What a log's page asks for: parts of it, where words stand, and all of it as a file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gpuconsole.accounts.access import viewer
from gpuconsole.core import polling
from gpuconsole.core.htmx import unchanged
from gpuconsole.workloads import access, log_parts, log_search, log_view, logs
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.watching import watched

MOST_FOUND = 1000


@login_required
@require_GET
def part(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """The rows around a ``line``, ``from`` or ``before`` a byte, else the newest; 204 where nothing is new.

    ``count``: only how long the log is by now.
    """
    stamp = polling.read(request)
    if stamp is not None and stamp.watches is not None:
        watched(*stamp.watches)
    if polling.is_unchanged(stamp):
        return unchanged()
    workload = access.find_workload(viewer(request), public_id, words.kind)
    fresh = log_view.fresh_stamp(request, workload)
    if stamp is None and not workload.is_final:
        watched(workload.connection_id, workload.pk)
    end = workload.log_size
    found = log_parts.Part((), end, end) if "count" in request.GET else log_view.part_of(workload, request.GET)
    context = {**log_view.facts(workload, found, fresh), "at_line": log_view.number(request.GET, "line")}
    return render(request, "workloads/_log_part.html", context)


@login_required
@require_GET
def find(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """The numbers of the lines that have the words ``q``, from byte ``on`` on; ``next`` is where to go on, or null."""
    workload = access.find_workload(viewer(request), public_id, words.kind)
    sought, source = log_view.words_of(request.GET), log_view.source_of(request.GET)
    if not sought:
        return JsonResponse({"lines": [], "next": None})
    after = log_view.number(request.GET, "on") or 0
    found = log_search.search(workload, sought, after=after, source=source, most=MOST_FOUND)
    return JsonResponse({"lines": [match.line.number for match in found.matches], "next": found.next})


@login_required
@require_GET
def file(request: HttpRequest, public_id: str, words: Words) -> HttpResponseBase:
    """The whole log as a text file, read piece by piece."""
    workload = access.find_workload(viewer(request), public_id, words.kind)
    answer = StreamingHttpResponse(logs.stream_text(workload), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{workload.public_id}.log"'
    return answer
