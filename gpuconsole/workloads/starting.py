"""How nodes and workers come up: since when each stands as it does, when each step of its start began, how long usual.

Kept with the parts of a row: ``since`` in epoch seconds (null: not seen) and ``trace``, ``[[step, text, since], …]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.providers.remote import Part, PartState
from gpuconsole.workloads.phases import epoch

MOST_STEPS = 20
USUAL_AT_LEAST = 5
_TOLD = ("name", "state", "step", "steps", "text")


@dataclass(frozen=True, slots=True)
class Usual:
    """A step as it went before: the provider's words for it, and its median length in seconds where that is known."""

    text: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a start: ``css`` is done, now or empty; ``note`` is its length, and what is usual."""

    number: int
    text: str
    css: str
    note: str


def traced(before: Sequence[Mapping[str, Any]], told: Iterable[Part], now: datetime) -> list[dict[str, Any]]:
    """What a provider told of the parts, with the times that we saw; the same again for what has not changed."""
    known = {part["name"]: part for part in before}
    return [_traced(known.get(part.name, {}), part, now) for part in told]


def _traced(before: Mapping[str, Any], part: Part, now: datetime) -> dict[str, Any]:
    found = {"name": part.name, "state": part.state.value, "step": part.step, "steps": part.steps, "text": part.text}
    if before and all(before.get(name) == found[name] for name in _TOLD):
        return dict(before)
    is_same = before.get("state") == found["state"]
    is_new_start = part.state is PartState.STARTING and not is_same
    trace = [] if is_new_start else list(before.get("trace", []))
    if part.step is not None and (not trace or trace[-1][0] != part.step):
        trace = [*trace, [part.step, part.text, epoch(now)]][-MOST_STEPS:]
    return {**found, "since": before.get("since") if is_same else epoch(now), "trace": trace}


def usual(many: Iterable[Sequence[Mapping[str, Any]]]) -> dict[int, Usual]:
    """Steps by number, from the parts of work that came up before; lengths that fewer than five had are left out."""
    texts: dict[int, str] = {}
    lengths: dict[int, list[float]] = {}
    for trace in (part.get("trace", []) for parts in many for part in parts):
        texts.update({number: text for number, text, _began in trace})
        for (number, _text, began), (_next, _its, ended) in pairwise(trace):
            lengths.setdefault(number, []).append(ended - began)
    return {
        number: Usual(text, median(seconds) if len(seconds := lengths.get(number, [])) >= USUAL_AT_LEAST else None)
        for number, text in texts.items()
    }


def steps(part: Mapping[str, Any], known: Mapping[int, Usual], now: datetime) -> list[Step]:
    """The steps of a part that is starting; none where its provider tells of none."""
    current, count = part.get("step"), part.get("steps")
    if part["state"] != PartState.STARTING.value or not current or not count:
        return []
    return [_step(number, current, part, known, now) for number in range(1, min(count, MOST_STEPS) + 1)]


def _step(number: int, current: int, part: Mapping[str, Any], known: Mapping[int, Usual], now: datetime) -> Step:
    trace = {step: (text, began) for step, text, began in part.get("trace", [])}
    before = known.get(number, Usual("", None))
    text = trace.get(number, (before.text,))[0]
    css = "done" if number < current else "now" if number == current else ""
    words = []
    if number in trace and css:
        later = [began for step, (_text, began) in trace.items() if step > number]
        length = timedelta(seconds=max(0.0, min(later, default=epoch(now)) - trace[number][1]))
        shown = formats.duration(length)
        words.append(_("{time} so far").format(time=shown) if css == "now" else shown)
    if css != "done" and before.seconds is not None:
        words.append(_("usual {time}").format(time=formats.duration(before.seconds)))
    return Step(number, text, css, ", ".join(words))


def story(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A part as an attempt of a timeline: how it came up, and since when it stands as it does."""
    since, trace, state = part.get("since"), part.get("trace", []), part["state"]
    if since is None:
        return []
    first = trace[0][2] if trace else since
    spans: list[list[Any]] = [["preparing", first, since]] if first < since and state == PartState.RUNNING.value else []
    word = {PartState.STARTING.value: "preparing", PartState.RUNNING.value: "running"}.get(state, "stopped")
    spans.append([word, first if state == PartState.STARTING.value else since, None])
    return [{"attempt": 1, "spans": spans, "end": None, "note": ""}]
