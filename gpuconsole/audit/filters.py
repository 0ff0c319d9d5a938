"""What the audit log is narrowed to, read from the address; each filter is a chip with a link that clears it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import Team
from gpuconsole.audit.models import Record, Result
from gpuconsole.audit.words import words_for

_MOST_CHOICES = 60
_LOOKS = ("workload.show_way", "connection.test", "inventory.check", "webhook.test")
"""Acts that change nothing."""
_PERIODS = {
    "day": (gettext_noop("last 24 hours"), 1),
    "week": (gettext_noop("last 7 days"), 7),
    "month": (gettext_noop("last 30 days"), 30),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, with the address that sets it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its name, what it is set to in words (empty: not), the address without it, and its values."""

    name: str
    value: str
    clear_url: str
    choices: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """As asked for; what is not known narrows to nothing rather than to everything."""

    text: str = ""
    who: str = ""
    """Key of a user; ``console`` is the console itself."""
    action: str = ""
    """An action, or ``changes`` for all that changed something, or ``refused``."""
    project: str = ""
    """Key of a project."""
    when: str = ""

    NAMES: ClassVar[Mapping[str, str]] = {"text": "q", **{name: name for name in ("who", "action", "project", "when")}}

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        return cls(**{name: query.get(key, "").strip()[:200] for name, key in cls.NAMES.items()})

    @property
    def given(self) -> dict[str, str]:
        """What is set, by its name in the address."""
        return {key: value for name, key in self.NAMES.items() if (value := getattr(self, name))}

    def narrowed(self, records: QuerySet[Record], now: datetime) -> QuerySet[Record]:
        return records.filter(*self._conditions(now))

    def url(self, **changed: str) -> str:
        """The address with some filters set otherwise, and without a page."""
        given = {name: value for name, value in {**self.given, **changed}.items() if value}
        return f"?{urlencode(given)}"

    def _conditions(self, now: datetime) -> Iterator[Q]:
        if self.text:
            of_text = Q(target_name__icontains=self.text) | Q(target_id=self.text) | Q(request_id=self.text)
            yield of_text | Q(ip=self.text) if _is_address(self.text) else of_text
        if self.who:
            yield Q(user=None) if self.who == "console" else Q(user_id=_number(self.who))
        if self.action == "changes":
            yield ~Q(action__in=_LOOKS) & Q(result=Result.OK)
        elif self.action == "refused":
            yield Q(result=Result.REFUSED)
        elif self.action:
            yield Q(action=self.action)
        if self.project:
            yield Q(project_id=_number(self.project))
        if self.when:
            __, days = _PERIODS.get(self.when, ("", 0))
            yield Q(at__gte=now - timedelta(days=days))


def chips(filters: Filters, team: Team) -> list[Chip]:
    """The chips in their order."""
    members = team.memberships.select_related("user").order_by("user__name", "pk")[:_MOST_CHOICES]
    people = [*((str(one.user_id), one.user.display_name) for one in members), ("console", "gpuconsole")]
    projects = team.projects.order_by("name")[:_MOST_CHOICES]
    actions = [("changes", _("changes only")), ("refused", _("refused only"))]
    offered = (
        (_("Who"), "who", people),
        (_("Action"), "action", actions),
        (_("Project"), "project", [(str(one.pk), one.name) for one in projects]),
        (_("When"), "when", [(slug, _(label)) for slug, (label, __) in _PERIODS.items()]),
    )
    return [_chip(filters, name, key, values) for name, key, values in offered]


def _chip(filters: Filters, name: str, key: str, values: Sequence[tuple[str, str]]) -> Chip:
    asked = filters.given.get(key, "")
    shown = dict(values).get(asked, words_for(asked) if key == "action" else _("unknown")) if asked else ""
    choices = [Choice(label, filters.url(**{key: value})) for value, label in values]
    return Chip(name, shown, filters.url(**{key: ""}), choices)


def _number(text: str) -> int:
    """A key; one that is none is nobody's."""
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
