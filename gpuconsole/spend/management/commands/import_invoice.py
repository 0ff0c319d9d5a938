"""``manage.py import_invoice FILE --connection con_…``: keeps a provider's invoice, whole or not at all."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import services
from gpuconsole.spend.invoices.columns import COLUMNS
from gpuconsole.spend.invoices.reading import BadFile
from gpuconsole.spend.models import InvoiceSource


class Command(BaseCommand):
    """Prints what was kept, or every broken row with its column."""

    help = "Import a provider's invoice from a CSV or JSON file. Columns: " + ", ".join(
        f"{column.name}{'*' if column.is_required else ''}" for column in COLUMNS
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file and whose invoice it is."""
        parser.add_argument("file", type=Path, help="CSV or JSON in UTF-8")
        parser.add_argument("--connection", required=True, help="id of the connection (con_…)")
        parser.add_argument("--number", default="", help="the provider's invoice number; the file's name if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """All lines or none."""
        file: Path = options["file"]
        connection = Connection.objects.select_related("team").filter(public_id=options["connection"]).first()
        if connection is None:
            raise CommandError(f"There is no connection {options['connection']!r}.")
        try:
            invoice = services.import_file(
                connection=connection,
                content=file.read_bytes(),
                source=InvoiceSource.FILE,
                by=None,
                number=options["number"] or file.name,
            )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except BadFile as bad:
            more = "\n… and more" if bad.has_more else ""
            raise CommandError("Nothing was imported.\n" + "\n".join(map(str, bad.problems)) + more) from bad
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(f"{invoice.public_id}: {invoice.line_count} lines of {connection.name} imported")
