"""How nodes and workers come up: what is kept of it, the steps that are shown, and what is usual."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gpuconsole.providers.remote import Part, PartState
from gpuconsole.workloads import starting
from gpuconsole.workloads.phases import epoch
from gpuconsole.workloads.starting import Usual
from tests.factories_workloads import START, later

WORDS = ("Allocating hardware", "Starting machine", "Downloading model", "Loading model", "Running")


def part(step: int | None, state: PartState = PartState.STARTING) -> Part:
    return Part("Worker 1", state, step, step and 5, WORDS[step - 1] if step else "")


def came_up(*told: tuple[float, Part]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for at, one in told:
        kept = starting.traced(kept, [one], later(at))
    return kept


def test_each_step_keeps_the_moment_at_which_it_was_seen_first() -> None:
    [kept] = came_up(
        (0, part(1)), (9, part(1)), (20, part(2)), (60, part(5, PartState.RUNNING)), (99, part(5, PartState.RUNNING))
    )
    assert [(number, at - epoch(START)) for number, _, at in kept["trace"]] == [(1, 0), (2, 20), (5, 60)]
    assert (kept["state"], kept["since"]) == ("running", epoch(later(60)))


def test_what_has_not_changed_is_the_same_and_another_start_begins_anew() -> None:
    kept = came_up((0, part(1)), (20, part(5, PartState.RUNNING)))
    assert starting.traced(kept, [part(5, PartState.RUNNING)], later(500)) == kept
    [again] = starting.traced(came_up((0, part(3)), (5, part(None, PartState.STOPPED))), [part(1)], later(600))
    assert [number for number, *_ in again["trace"]] == [1]


def test_steps_are_named_and_measured_as_far_as_they_were_seen() -> None:
    [kept] = came_up((0, part(1)), (22, part(2)), (130, part(3)))
    known = {3: Usual("Downloading model", 300.0), 4: Usual("Loading model", None)}
    found = starting.steps(kept, known, later(252))
    assert [(step.css, step.text, step.note) for step in found] == [
        ("done", "Allocating hardware", "22 s"),
        ("done", "Starting machine", "1 m 48 s"),
        ("now", "Downloading model", "2 m 2 s so far, usual 5 m"),
        ("", "Loading model", ""),
        ("", "", ""),
    ]
    assert starting.steps({**kept, "state": "running"}, known, later(252)) == []


def test_usual_lengths_need_five_that_were_seen() -> None:
    each = came_up((0, part(1)), (10, part(2)), (40, part(5, PartState.RUNNING)))
    assert starting.usual([each] * 4)[1] == Usual("Allocating hardware", None)
    assert starting.usual([each] * 5)[2] == Usual("Starting machine", 30)


def test_a_part_is_a_story_of_its_start_and_of_how_it_stands() -> None:
    [kept] = came_up((0, part(1)), (60, part(5, PartState.RUNNING)))
    [attempt] = starting.story(kept)
    at = epoch(START)
    assert attempt["spans"] == [["preparing", at, at + 60], ["running", at + 60, None]]
    assert starting.story({"state": "running", "since": None}) == []
    assert starting.story(came_up((0, part(2)))[0])[0]["spans"] == [["preparing", at, None]]
    assert timedelta(seconds=60) == later(60) - START
