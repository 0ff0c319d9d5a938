"""What the costs page is asked for, read from the query string, and links that change one part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from gpuconsole.core.days import Month
from gpuconsole.spend.axes import By

WORKLOAD, CAUSE = "workload", "cause"


@dataclass(frozen=True, slots=True)
class Link:
    """A choice: a word, where it leads, whether it is chosen."""

    label: str
    url: str
    current: bool


_CHART: dict[str, str] = {
    By.PROJECT: "Project",
    By.PERSON: "Person",
    By.PROVIDER: "Provider",
    By.GPU: "GPU",
    By.STATE: "State",
}
_TABLE: dict[str, str] = {
    By.PROJECT: "Project",
    By.PERSON: "Person",
    By.PROVIDER: "Provider",
    WORKLOAD: "Workload",
    CAUSE: "Cause",
}
_STEP = {"day": "Day", "week": "Week"}
_BURN = {"all": "All", "project": "By project"}
_CHOICES: dict[str, Mapping[str, str]] = {"by": _CHART, "table": _TABLE, "step": _STEP, "burn": _BURN}


@dataclass(frozen=True, slots=True)
class Asked:
    """The month and how it is shown. ``refused`` says what could not be read."""

    month: Month
    values: Mapping[str, str]
    refused: Sequence[str] = ()

    @property
    def by(self) -> By:
        """What the bars are told apart by."""
        return By(self.values["by"])

    @property
    def table(self) -> By | None:
        """What the lines of the table are; None: workloads, or causes of failures."""
        return None if self.values["table"] in (WORKLOAD, CAUSE) else By(self.values["table"])

    @property
    def is_by_cause(self) -> bool:
        """Whether the lines are what failed runs failed of."""
        return self.values["table"] == CAUSE

    @property
    def is_by_week(self) -> bool:
        return self.values["step"] == "week"

    @property
    def is_burn_by_project(self) -> bool:
        return self.values["burn"] == "project"

    def url(self, **changed: str) -> str:
        """The same page with something else chosen; what is usual is left out."""
        values = {"month": str(self.month), **self.values, **changed}
        usual = {name: next(iter(choices)) for name, choices in _CHOICES.items()}
        return "?" + urlencode({name: value for name, value in values.items() if usual.get(name) != value})

    def links(self, name: str) -> list[Link]:
        """Every choice of one kind."""
        return [
            Link(label, self.url(**{name: str(value)}), self.values[name] == value)
            for value, label in _CHOICES[name].items()
        ]


def read(query: Mapping[str, str], today: date) -> Asked:
    """What is not there is as usual; what cannot be read is too, and said."""
    refused, values = [], {}
    for name, choices in _CHOICES.items():
        wanted = query.get(name) or next(iter(choices))
        if wanted not in choices:
            refused.append(f"“{name}={wanted[:40]}” is not known; choose {', '.join(choices)}.")
            wanted = next(iter(choices))
        values[name] = str(wanted)
    current, text = Month.of(today), query.get("month", "")
    month = Month.read(text) if text else current
    if month is None:
        refused.append(f"“{text[:40]}” is no month; write it as {current}. This is {current.label}.")
    elif month > current:
        refused.append(f"{month.label} has not begun. This is {current.label}.")
    return Asked(min(month or current, current), values, tuple(refused))
