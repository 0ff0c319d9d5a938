"""What the costs page is asked for, read from the query string, and links that change one part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

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
    By.PROJECT: gettext_noop("Project"),
    By.PERSON: gettext_noop("Person"),
    By.PROVIDER: gettext_noop("Provider"),
    By.GPU: gettext_noop("GPU"),
    By.STATE: gettext_noop("State"),
}
_TABLE: dict[str, str] = {
    By.PROJECT: gettext_noop("Project"),
    By.PERSON: gettext_noop("Person"),
    By.PROVIDER: gettext_noop("Provider"),
    WORKLOAD: gettext_noop("Workload"),
    CAUSE: gettext_noop("Cause"),
}
_STEP = {"day": gettext_noop("Day"), "week": gettext_noop("Week")}
_BURN = {"all": gettext_noop("All"), "project": gettext_noop("By project")}
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
            Link(_(label), self.url(**{name: str(value)}), self.values[name] == value)
            for value, label in _CHOICES[name].items()
        ]


def read(query: Mapping[str, str], today: date) -> Asked:
    """What is not there is as usual; what cannot be read is too, and said."""
    refused, values = [], {}
    for name, choices in _CHOICES.items():
        wanted = query.get(name) or next(iter(choices))
        if wanted not in choices:
            refused.append(
                _("“{name}={wanted}” is not known; choose {names}.").format(
                    name=name, wanted=wanted[:40], names=", ".join(choices)
                )
            )
            wanted = next(iter(choices))
        values[name] = str(wanted)
    current, text = Month.of(today), query.get("month", "")
    month = Month.read(text) if text else current
    if month is None:
        refused.append(
            _("“{text}” is no month; write it as {current}. This is {label}.").format(
                text=text[:40], current=current, label=current.label
            )
        )
    elif month > current:
        refused.append(
            _("{label} has not begun. This is {current_label}.").format(label=month.label, current_label=current.label)
        )
    return Asked(min(month or current, current), values, tuple(refused))
