"""``manage.py provider_fields SLUG``: the table of a provider's create fields."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gpuconsole.providers import field_table, registry

HEAD = ("WIRE PATH", "TYPE", "REQUIRED", "LIMITS", "DEFAULT", "UNIT", "TITLE")
GAP = "  "


class Command(BaseCommand):
    """Prints one line a field, from the same declaration that the form and the API are made of."""

    help = "Print the create fields of a provider: wire path, type, required, limits, default, unit, title."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Whose fields."""
        parser.add_argument("slug", help=", ".join(registry.SLUGS))

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        """Print the table. Raises CommandError for a provider that is not there."""
        if slug not in registry.SLUGS:
            raise CommandError(f"There is no provider {slug!r}. Known are: {', '.join(registry.SLUGS)}.")
        rows = [astuple(row) for row in field_table.rows(registry.get(slug).spec)]
        for line in laid_out([HEAD, *rows]):
            self.stdout.write(line)


def laid_out(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with every column as wide as its widest cell; an empty cell is a dash."""
    cells = [[cell or "-" for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return [GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
