"""Words of the database that are shown as badges, each with an icon and a kind of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models


class BadgeChoices(models.TextChoices):
    """Choices that say in ``looks`` how each is shown; the rest is the same for all of them."""

    @classmethod
    def looks(cls) -> Mapping[Any, tuple[str, ...]]:
        """For each choice its icon and the kind of its badge, as ``ui.badge`` calls it."""
        raise NotImplementedError

    @property
    def icon(self) -> str:
        """As its badge shows it."""
        return self.looks()[self][0]

    @property
    def look(self) -> str:
        """Kind of its badge."""
        return self.looks()[self][1]
