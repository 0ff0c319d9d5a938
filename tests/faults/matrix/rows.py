"""The matrix: scenarios times providers, played one after the other, each judged by what both sides hold afterwards."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpuconsole.workloads.states import State
from tests.faults.matrix import agreement, killing, scenes, troubles
from tests.faults.matrix.agreement import Verdict
from tests.faults.matrix.ground import Ground


@dataclass(frozen=True)
class Row:
    """One scenario: what happens, and in which state all must come out unless a flag says why not."""

    name: str
    tells: str
    play: Callable[[Ground], Mapping[str, str]]
    ends_in: State
    may_be: Collection[str] = ()


@dataclass
class Played:
    """What came of a row: by provider, the proof that it happened and the verdict."""

    row: Row
    took_s: float
    proof: Mapping[str, str]
    cells: dict[str, Verdict]
    broken: list[str]
    """Calls that got no answer from the provider's side."""
    restarted: list[str]
    """Processes that ended by themselves."""


def _rows() -> tuple[Row, ...]:
    kills = (
        Row(
            f"kill -9 at {point.name}",
            point.tells,
            lambda ground, point=point: killing.play(ground, point),
            point.ends_in,
            point.may_be,
        )
        for point in killing.POINTS
    )
    others = (Row(one.name, one.tells, one.play, one.ends_in, one.may_be) for one in troubles.TROUBLES)
    return (*kills, *others)


ROWS = _rows()


@dataclass
class Matrix:
    """Plays rows and remembers what came of each."""

    ground: Ground
    played: dict[str, Played] = field(default_factory=dict)

    def of(self, row: Row) -> Played:
        """What came of it; played at the first question."""
        if row.name not in self.played:
            self.played[row.name] = self._play(row)
        return self.played[row.name]

    def _play(self, row: Row) -> Played:
        began = time.monotonic()
        self.ground.clear()
        proof: Mapping[str, str] = {}
        try:
            proof = row.play(self.ground)
            cells = settled(self.ground, row)
        except AssertionError as failure:
            cells = {slug: Verdict(complaints=[f"not played: {failure}"]) for slug in self.ground.connections}
        finally:
            self.ground.crew.kill_all()
        broken, restarted = list(self.ground.gateway.broken), list(self.ground.crew.restarted)
        return Played(row, time.monotonic() - began, proof, cells, broken, restarted)

    def table(self) -> str:
        """For people."""
        slugs = list(self.ground.connections)
        lines = [f"{'':34}" + "".join(f"{slug:>12}" for slug in slugs) + "       s"]
        for name, one in self.played.items():
            cells = "".join(f"{_cell(one.cells[slug]):>12}" for slug in slugs)
            lines.append(f"{name:34}{cells}{one.took_s:8.1f}")
        wrong = sum(bool(cell.complaints) for one in self.played.values() for cell in one.cells.values())
        count, took_s = len(self.played) * len(slugs), sum(one.took_s for one in self.played.values())
        return "\n".join([*lines, f"{count} cells, {wrong} wrong, {took_s:.0f} s"])

    def write(self) -> Path:
        """Leave all of it as JSON; gives the file."""
        folder = Path(os.environ.get("GPUCONSOLE_REPORTS") or tempfile.gettempdir())
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "faults-matrix.json"
        file.write_text(json.dumps({name: _as_json(one) for name, one in self.played.items()}, indent=1))
        return file


def settled(ground: Ground, row: Row, *, within_s: float = 25) -> dict[str, Verdict]:
    """The verdicts once both sides agree, and still do after another round; or those of the end of the time."""
    until = time.monotonic() + within_s
    while True:
        verdicts = _verdicts(ground, row)
        is_late = time.monotonic() > until
        if is_late:
            return verdicts
        if _are_well(verdicts):
            scenes.another_round(ground)
            if _are_well(verdicts := _verdicts(ground, row)):
                return verdicts
        ground.pass_time_there(60)
        ground.pass_time_here(60)
        ground.nudge()
        ground.pause()


def _are_well(verdicts: Mapping[str, Verdict]) -> bool:
    return not any(one.complaints for one in verdicts.values())


def _verdicts(ground: Ground, row: Row) -> dict[str, Verdict]:
    found = {}
    for slug, connection in ground.connections.items():
        verdict = agreement.compare(connection, ground.engine.far, allowed=row.may_be)
        odd = [one for one in ground.fresh(slug) if one.state != row.ends_in and one.reason_code not in row.may_be]
        verdict.complaints += [f"{one.public_id} came out as {one.state} {one.reason_code}" for one in odd]
        found[slug] = verdict
    return found


def _cell(verdict: Verdict) -> str:
    if verdict.complaints:
        return "WRONG"
    flags = sum(verdict.flagged.values())
    return f"{verdict.agreed} + {flags}" if flags else str(verdict.agreed)


def _as_json(one: Played) -> dict[str, Any]:
    return {
        "tells": one.row.tells,
        "took_s": round(one.took_s, 2),
        "unanswered": one.broken,
        "restarted": one.restarted,
        "cells": {
            slug: {
                "proof": one.proof.get(slug, ""),
                "agreed": verdict.agreed,
                "flagged": dict(verdict.flagged),
                "complaints": verdict.complaints,
            }
            for slug, verdict in one.cells.items()
        },
    }
