"""``manage.py roll_up_costs``: daily sums of what was spent, made true; with --from-scratch made anew."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gpuconsole.accounts.models import Team
from gpuconsole.spend import rollup


class Command(BaseCommand):
    """Prints one line a team."""

    help = "Add up usage by day. Workers do it by themselves; this is for a look, or after a repair in the database."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which teams, and how thoroughly."""
        parser.add_argument("--team", default="", help="slug of the only team; all teams if not given")
        parser.add_argument("--from-scratch", action="store_true", help="forget the sums and add up every interval")

    def handle(self, *args: Any, **options: Any) -> None:
        """Team by team, each in transactions of its own."""
        teams = Team.objects.order_by("pk")
        if options["team"]:
            teams = teams.filter(slug=options["team"])
            if not teams:
                raise CommandError(f"There is no team {options['team']!r}.")
        for team in teams:
            days = rollup.roll_up(team, from_scratch=options["from_scratch"])
            self.stdout.write(f"{team.slug}: {days} workload days written")
