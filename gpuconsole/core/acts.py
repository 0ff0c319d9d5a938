"""Acts that are worth an audit record, told from floors below the audit app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.dispatch import Signal

told = Signal()
"""Sent with ``act``; the audit app writes the record in the same transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done (``team.invite``), by whom to what, with the values that it changed."""

    action: str
    by: models.Model | None
    team: models.Model | None
    target: models.Model | None
    project: models.Model | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    is_refused: bool = False


def tell(act: Act) -> None:
    """Have the act recorded; a record that cannot be written undoes the act."""
    told.send(sender=Act, act=act)
