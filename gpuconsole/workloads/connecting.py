"""The connect box: ways into what runs, whether its ports answer, and how its nodes or workers came up."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core import formats
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import PartState
from gpuconsole.workloads import phases, starting, timeline
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.starting import Step
from gpuconsole.workloads.states import Kind, State
from gpuconsole.workloads.timeline import Timeline

ENDPOINT, MODEL = "Base URL", "Model"
"""Ways in of what answers requests and is no page to look at."""
_MASK = "•" * 16
_SHOWN = {
    PartState.STARTING.value: State.STARTING,
    PartState.RUNNING.value: State.RUNNING,
    PartState.STOPPED.value: State.STOPPED,
}


@dataclass(frozen=True, slots=True)
class PartWords:
    """What the parts of a workload are called above their list, and what is said while none is known."""

    title: str
    untold: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way in as the page shows it; without a value it is hidden until somebody asks. ``key`` is its element's id."""

    label: str
    value: str | None
    key: str = ""
    is_page: bool = False
    """It can be opened in a browser."""
    mask: str = _MASK

    @property
    def title(self) -> str:
        """The label as it is shown: the words of providers are declared in English."""
        return _(self.label)


@dataclass(frozen=True, slots=True)
class Answers:
    """How many ports answer, of those whose provider tells; ``kind`` is ok or warning."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Worker:
    """One node or worker: ``up_at`` is since when it runs, ``note`` what it is made of."""

    name: str
    state: State
    text: str
    note: str
    steps: Sequence[Step]
    up_at: datetime | None
    begun_at: datetime | None
    """Since when it is starting."""


def part_words(kind: Kind) -> PartWords:
    """Of a job or of an instance."""
    if kind is Kind.JOB:
        return PartWords(_("Nodes"), _("The provider has not told about nodes yet."))
    return PartWords(_("Workers"), _("The provider has not told about workers yet."))


def ways(workload: Workload) -> Sequence[Way]:
    """A hidden one that is shown stays so while its page is polled, until another value is sealed."""
    if workload.state != State.RUNNING:
        return []
    sealed = crc32(workload.hidden_ways)
    in_table = {port["way"] for port in workload.ports if port["way"] != port["use"]}
    shown = [(label, value) for label, value in workload.connect.items() if label not in in_table]
    found = (_way(number, label, value, sealed) for number, (label, value) in enumerate(shown, start=1))
    return sorted(found, key=lambda way: (not way.is_page and way.label != ENDPOINT, way.value is None))


def ports(workload: Workload) -> Sequence[dict[str, Any]]:
    """The published ports with their addresses, which stand in a table of their own."""
    if workload.state != State.RUNNING:
        return []
    return [{**port, "address": workload.connect.get(port["way"])} for port in workload.ports]


def answers(found: Sequence[Mapping[str, Any]]) -> Answers | None:
    """``3 of 3 ports answer``; None where no provider tells of any."""
    told = [port["answers"] for port in found if port["answers"] is not None]
    if not told:
        return None
    number = len(told)
    text = ngettext("{up} of {number} port answers", "{up} of {number} ports answer", number)
    text = text.format(up=sum(told), number=number)
    return Answers(text, "ok" if all(told) else "warning")


def count_parts(workload: Workload) -> str:
    """``3 workers``, ``1 node``."""
    number = len(workload.parts)
    if workload.kind == Kind.JOB:
        return formats.plural(number, "node", "nodes")
    return formats.plural(number, "worker", "workers")


def try_it(workload: Workload, provider: Provider) -> str:
    """A command that asks an endpoint for something; empty where it is none."""
    shown = workload.connect if workload.state == State.RUNNING else {}
    url, model = shown.get(ENDPOINT), shown.get(MODEL)
    if not url or not model:
        return ""
    name, value = provider.header
    body = {"model": model, "messages": [{"role": "user", "content": "ping"}]}
    lines = (
        f"curl {shlex.quote(url.rstrip('/') + '/chat/completions')}",
        f'-H "{name}: {value}"',
        '-H "Content-Type: application/json"',
        f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
    )
    return " \\\n  ".join(lines)


def workers(workload: Workload, usual: Mapping[int, starting.Usual], now: datetime) -> list[Worker]:
    """Its parts, with how far those are that still start."""
    each = _each(workload)
    return [_worker(part, starting.steps(part, usual, now), each) for part in workload.parts]


def is_starting(workload: Workload) -> bool:
    """Whether steps of a start are to be shown, for which what is usual has to be looked up."""
    return any(part["state"] == PartState.STARTING.value and part.get("step") for part in workload.parts)


def strips(workload: Workload, now: datetime) -> tuple[timeline.Clock, Sequence[Timeline]] | None:
    """The parts on one clock; None where there is but one, or nobody saw how long they are there."""
    stories = [story for part in workload.parts if (story := starting.story(part))]
    if len(stories) < 2 or workload.is_final:
        return None
    first = min(story[0]["spans"][0][1] for story in stories)
    clock = timeline.clock(phases.moment(first), now)
    return clock, [timeline.geometry(story, now=now, size="strip", window=clock) for story in stories]


def badge(workload: Workload) -> dict[str, str] | None:
    """``2 of 3 workers up``, beside the state; None where all of it is one part that is up."""
    parts = workload.parts
    if not parts or workload.state not in (State.STARTING, State.RUNNING):
        return None
    up = sum(part["state"] == PartState.RUNNING.value for part in parts)
    if len(parts) == 1 and up == 1:
        return None
    text = _("{up} of {parts} up").format(up=up, parts=count_parts(workload))
    return {"text": text, "kind": "ok" if up == len(parts) else "warning"}


def _way(number: int, label: str, value: str | None, sealed: int) -> Way:
    if not value:
        return Way(label, None, f"way-{number}-{sealed:08x}")
    return Way(label, value, is_page=label != ENDPOINT and value.startswith(("https://", "http://")))


def _worker(part: Mapping[str, Any], steps: Sequence[Step], each: str) -> Worker:
    state, since, trace = _SHOWN[part["state"]], part.get("since"), part.get("trace", [])
    text = part["text"]
    if part.get("step"):
        step = _("Step {number} of {count}, “{text}”")
        step = step.format(number=part["step"], count=part["steps"], text=part["text"])
        text = step if state == State.STARTING else ""
    began = trace[0][2] if trace and state == State.STARTING else since
    at = None if began is None else phases.moment(began)
    up_at, begun_at = (at if state == one else None for one in (State.RUNNING, State.STARTING))
    return Worker(part["name"], state, text, each, steps, up_at, begun_at)


def _each(workload: Workload) -> str:
    """The hardware of one part, where all are alike."""
    number = len(workload.parts)
    if not workload.gpu_model or number < 2 or workload.gpu_count % number:
        return ""
    return formats.gpus(workload.gpu_count // number, workload.gpu_model)
