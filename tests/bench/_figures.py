"""Measured numbers beside what they may be at most: a table for people, and one JSON line for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gpuconsole.core import garbage


@dataclass(frozen=True)
class Figure:
    """One measured number and the most it may be."""

    name: str
    value: float
    target: float

    @property
    def is_met(self) -> bool:
        """Whether the target holds."""
        return self.value <= self.target


def report(figures: Sequence[Figure]) -> int:
    """Print the table and, as the last line, one JSON object; 1 for a missed target."""
    for figure in figures:
        print(f"{figure.name:34}{figure.value:10.2f}  at most {figure.target:g}{'' if figure.is_met else '  MISSED'}")
    print(json.dumps({f.name: {"value": f.value, "target": f.target, "met": f.is_met} for f in figures}))
    return 0 if all(figure.is_met for figure in figures) else 1


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the others lies, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def as_in_a_web_worker() -> None:
    """Before anything is timed: the collector passes by what is there already, as it does once gunicorn has forked."""
    garbage.settle()
