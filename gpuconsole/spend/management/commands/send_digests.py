"""``manage.py send_digests``: the weekly digests and daily notes that are due, sent or only shown."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from gpuconsole.accounts.models import Team
from gpuconsole.notify import services
from gpuconsole.spend import digests


class Command(BaseCommand):
    """Sends what a worker would send now; nobody gets one twice."""

    help = "Send the weekly digests and daily notes that are due. Workers do it by themselves; this is for a look."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Whether to send, and whether to wait for the hour."""
        parser.add_argument("--dry-run", action="store_true", help="print the mails, send none and write nothing down")
        parser.add_argument("--now", action="store_true", help="do not wait for Monday morning or the evening")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a mail, or the whole mails."""
        now = timezone.now()
        if not options["dry_run"]:
            self.stdout.write(f"{digests.send(now, regardless=options['now'])} sent")
            return
        count = 0
        for team in Team.objects.order_by("pk"):
            for message, user in digests.due(team, now, regardless=options["now"]):
                letter = services.letter(message, user)
                self.stdout.write(f"To: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}\n---")
                count += 1
        self.stdout.write(f"{count} would be sent")
