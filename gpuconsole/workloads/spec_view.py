"""The Spec tab: what was sent beside what came back or beside another run, as cURL and as Python."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import json_markup
from gpuconsole.providers import preview, registry
from gpuconsole.providers.contract import WireRequest
from gpuconsole.providers.masking import MASK
from gpuconsole.workloads import access, acts
from gpuconsole.workloads.detail_page import Page
from gpuconsole.workloads.lists import Link
from gpuconsole.workloads.models import Workload, WorkloadQuerySet

MOST_DEPTH = 12
MOST_OTHERS = 20
VIEWS = {"": gettext_noop("Sent and returned"), "curl": gettext_noop("cURL"), "python": gettext_noop("Python")}
VIEW, WITH = "view", "with"
"""Choices of the address."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the provider gave back otherwise than it was asked for."""

    path: str
    asked: Any
    given: Any


@dataclass(frozen=True, slots=True)
class Sides:
    """Two texts line by line; what the other has not got is marked."""

    here: Sequence[SafeString]
    there: Sequence[SafeString]
    different: int
    """Lines of either side that are not the same."""


def context(page: Page) -> dict[str, Any]:
    workload, view = page.workload, page.asked(VIEW)
    sent, view = sent_body(workload), view if view in VIEWS else ""
    others = _others(page)
    other = others.filter(public_id=page.asked(WITH)).first() if page.asked(WITH) else None
    return {
        "workload": workload,
        "was_sent": bool(workload.request),
        "sent": sent,
        "returned": workload.remote,
        "differences": list(differences(sent, workload.remote)),
        "clone_url": acts.clone_url(workload),
        "json_url": f"{page.url}spec.json",
        "views": [Link(_(label), page.link(view=slug, **{WITH: ""}), slug == view) for slug, label in VIEWS.items()],
        "view": view,
        "code": _code(workload, view),
        "others": others.only("public_id", "name").order_by("-pk")[:MOST_OTHERS],
        "other": other,
        "sides": None if other is None else sides(sent, sent_body(other)),
        "spec_url": page.request.path,
    }


def sent_body(workload: Workload) -> Any:
    """What was sent, secrets masked; before it was, the spec."""
    return workload.request.get("body", workload.spec) if workload.request else workload.spec


def differences(sent: Any, returned: Any) -> Iterator[Difference]:
    """Values under the same name at the same place that are not the same; what one side lacks or hides is none."""
    yield from _compare(_unwrapped(sent), _unwrapped(returned), "", 0)


def sides(here: Any, there: Any) -> Sides:
    """Both as indented JSON with the lines marked that differ."""
    plain = [json.dumps(one, indent=2, ensure_ascii=False, default=str).split("\n") for one in (here, there)]
    drawn = [json_markup.json_html(one).split("\n") for one in (here, there)]
    same: tuple[set[int], set[int]] = (set(), set())
    for block in SequenceMatcher(None, plain[0], plain[1], autojunk=False).get_matching_blocks():
        same[0].update(range(block.a, block.a + block.size))
        same[1].update(range(block.b, block.b + block.size))
    marked = [
        [_marked(line, is_same=index in own) for index, line in enumerate(lines)]
        for lines, own in zip(drawn, same, strict=True)
    ]
    return Sides(marked[0], marked[1], sum(len(lines) - len(own) for lines, own in zip(drawn, same, strict=True)))


def _marked(line: str, *, is_same: bool) -> SafeString:
    # the line is escaped and coloured already, and holds whole tags
    return mark_safe(line if is_same else f'<mark class="line">{line}</mark>')  # noqa: S308


def _others(page: Page) -> WorkloadQuerySet:
    """Runs to compare with: those it retries or that retry it, and the last of the same project and provider."""
    workload = page.workload
    kin = Q(pk=workload.retry_of_id) | Q(retry_of=workload.pk)
    alike = Q(project=workload.project_id, provider=workload.provider, kind=workload.kind)
    return access.visible_workloads(page.viewer).filter(kin | alike).exclude(pk=workload.pk)


def _code(workload: Workload, view: str) -> str:
    """The request as a program would make it, secrets by name; empty where it is not known or not asked for."""
    if view not in ("curl", "python") or not (workload.request or workload.spec):
        return ""
    provider = registry.get(workload.provider)
    base = (workload.connection.base_url or provider.base_url).rstrip("/")
    sign = provider.signing or provider.header
    if workload.request:
        sent = workload.request
        request = WireRequest(method=sent["method"], path=sent["path"], body=sent.get("body"))
        if view == "curl":
            return preview.as_curl(request, base, sign)
        return preview.as_python([request], base, sign)
    shown = preview.preview(provider, provider.spec.read(workload.spec), base_url=base)
    return shown.curl if view == "curl" else shown.python


def _compare(sent: Any, returned: Any, path: str, depth: int) -> Iterator[Difference]:
    if depth > MOST_DEPTH or not isinstance(sent, Mapping) or not isinstance(returned, Mapping):
        return
    for key, asked in sent.items():
        if key not in returned or asked is None or returned[key] == MASK:
            continue
        given, here = returned[key], f"{path}.{key}" if path else str(key)
        if isinstance(asked, Mapping):
            yield from _compare(asked, given, here, depth + 1)
        elif asked != given and not isinstance(given, (Mapping, list)) and str(asked) != given:  # 2 comes back as "2"
            yield Difference(here, asked, given)


def _unwrapped(body: Any) -> Any:
    """Providers wrap what they take and give: {"training_job": {…}}, {"instance": {"instance_args": {…}}}."""
    if isinstance(body, Mapping) and len(body) == 1 and isinstance(next(iter(body.values())), Mapping):
        body = next(iter(body.values()))
    if isinstance(body, Mapping) and isinstance(body.get("instance_args"), Mapping):
        return {**body, **body["instance_args"]}
    return body
