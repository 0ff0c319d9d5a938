"""Notices of what was just done, with a second line and at most one action, on top of Django's messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do about it: a link, or with ``inputs`` a press that posts them."""

    label: str
    url: str
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class More:
    """What a notice has beside its text."""

    detail: str = ""
    action: Action | None = None


def done(request: HttpRequest, text: str, *, detail: str = "", action: Action | None = None) -> None:
    """Say that something worked; with an Undo it may have been done without a question."""
    messages.success(request, text, extra_tags=_tags(detail, action))


def failed(request: HttpRequest, text: str, *, detail: str = "", action: Action | None = None) -> None:
    """Say that something did not; the notice stays until it is closed."""
    messages.error(request, text, extra_tags=_tags(detail, action))


def more(message: Message) -> More:
    """What was put beside a message's text; nothing for one that somebody else wrote."""
    try:
        found = json.loads(message.extra_tags or "{}")
        action = found.get("action")
        return More(str(found.get("detail", "")), Action(**action) if action else None)
    except (ValueError, TypeError, AttributeError):
        return More()


def _tags(detail: str, action: Action | None) -> str:
    return json.dumps({"detail": detail, "action": asdict(action) if action else None})
