"""``manage.py provider_fields SLUG``: the tables of a provider's create fields, and of what can be edited later."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gpuconsole.providers import field_table, registry
from gpuconsole.providers.specs import SpecPart

HEAD = ("WIRE PATH", "TYPE", "REQUIRED", "LIMITS", "DEFAULT", "UNIT", "TITLE")
GAP = "  "


class Command(BaseCommand):
    """Prints one line a field, from the same declaration that the form and the API are made of."""

    help = "Print the create fields of a provider, and those that can be edited later, each in a table."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Whose fields."""
        parser.add_argument("slug", help=", ".join(registry.SLUGS))

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        """Print the table. Raises CommandError for a provider that is not there."""
        if slug not in registry.SLUGS:
            raise CommandError(f"There is no provider {slug!r}. Known are: {', '.join(registry.SLUGS)}.")
        provider = registry.get(slug)
        self._print(provider.spec)
        if provider.edits is not None:
            self.stdout.write("\nCan be edited later:")
            self._print(provider.edits)

    def _print(self, declared: type[SpecPart]) -> None:
        rows = [astuple(row) for row in field_table.rows(declared)]
        for line in laid_out([HEAD, *rows]):
            self.stdout.write(line)


def laid_out(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with every column as wide as its widest cell; an empty cell is a dash."""
    cells = [[cell or "-" for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return [GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
