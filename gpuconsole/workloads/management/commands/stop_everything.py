"""``manage.py stop_everything --scope team --team SLUG``: ends all of it and waits until each provider confirms."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gpuconsole.accounts.models import Team, User
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Project
from gpuconsole.workloads.halts import progress, services, words
from gpuconsole.workloads.halts.outlook import look
from gpuconsole.workloads.halts.progress import Step, Summary
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.models import Halt, HaltEntry, HaltScope, InstanceEnd

LOOK_EVERY_S = 1.0


class Command(BaseCommand):
    """Says what ends, asks, and tells each step as it comes; ends with 0 only if all of it is confirmed."""

    help = "End everything of a person, in a project, on a connection or of a team, and wait until it is confirmed."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The scope, and how."""
        parser.add_argument("--scope", required=True, choices=HaltScope.values)
        parser.add_argument("--team", default="", help="slug; needed where there is more than one team")
        parser.add_argument("--project", default="", help="slug, with --scope project")
        parser.add_argument("--connection", default="", help="id (con_…), with --scope connection")
        parser.add_argument("--person", default="", help="e-mail address of the owner, with --scope mine")
        parser.add_argument("--by", default="", help="e-mail address of whoever presses; it is written down")
        parser.add_argument(
            "--instances",
            default=InstanceEnd.STOP.value,
            choices=InstanceEnd.values,
            help="what becomes of instances that can be put to rest (default: stop)",
        )
        parser.add_argument("--hold-launches", action="store_true", help="refuse launches there until released")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--no-wait", action="store_true", help="do not wait for the providers")
        parser.add_argument("--timeout", type=float, default=900, help="seconds to wait at most (default: 900)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, ask, press, follow."""
        reach = _reach(options)
        seen = look(reach, timezone.now())
        self.stdout.write(f"{reach.row}\n{words.asked(seen)}")
        for line in words.becomes(seen):
            self.stdout.write(f"  {line['word']}: {line['note']}")
        for choice in words.choices(seen):
            if choice["value"] == options["instances"]:
                self.stdout.write(f"  {choice['label']}. {choice['help']}")
        if seen.is_empty and not options["hold_launches"]:
            return
        if not options["yes"] and _typed(f"Type {reach.row.name} to go on: ") != reach.row.name:
            raise CommandError("Nothing was stopped. Where nobody can type, say --yes.")
        halt = self._press(reach, options)
        self.stdout.write(f"{halt.public_id}: written down")
        if options["no_wait"]:
            return
        self._follow(halt, options["timeout"])

    def _press(self, reach: Reach, options: dict[str, Any]) -> Halt:
        by = _person(options["by"]) if options["by"] else None
        try:
            return services.stop_everything(
                reach=reach,
                by=by,
                instances=InstanceEnd(options["instances"]),
                holds_launches=options["hold_launches"],
            )
        except Refused as refused:
            raise CommandError(refused.message) from refused

    def _follow(self, halt: Halt, timeout_s: float) -> None:
        """Print what changes until nothing is left, or the time is over."""
        until, told = time.monotonic() + timeout_s, dict[int, tuple[Step, str]]()
        while True:
            halt.refresh_from_db()
            if halt.asked_at is None:
                services.carry_on(halt)
            entries = list(progress.readable(HaltEntry.objects.filter(halt=halt)).order_by("pk"))
            self._tell(entries, told)
            summary = progress.summary(halt, entries)
            is_done = halt.asked_at is not None and not summary.left
            if is_done or time.monotonic() >= until:
                break
            time.sleep(LOOK_EVERY_S)
        self._report(halt, summary)
        if not is_done:
            raise SystemExit(1)

    def _tell(self, entries: Iterable[HaltEntry], told: dict[int, tuple[Step, str]]) -> None:
        for entry in entries:
            one = progress.of(entry)
            if told.get(entry.pk, (None, ""))[0] is not one.step:
                clock = formats.exact_time(one.confirmed_at or timezone.now())
                self.stdout.write(f"{clock}  {one.step.label:<10} {entry}  {one.text}")
            told[entry.pk] = one.step, one.text

    def _report(self, halt: Halt, summary: Summary) -> None:
        for figure in words.figures(halt, summary):
            self.stdout.write(f"{figure['label']}: {figure['value']} {figure.get('small', '')}".rstrip())
        left = progress.readable(progress.unconfirmed(HaltEntry.objects.filter(halt=halt))).order_by("pk")
        for entry in left:
            one = progress.of(entry)
            self.stdout.write(f"NOT CONFIRMED  {entry}: {one.step.label.lower()}. {one.text}")
        if summary.began_since:
            self.stdout.write(f"{summary.began_since} began since and still run.")
        self.stdout.write(words.not_in_reach())


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _reach(options: dict[str, Any]) -> Reach:
    kind = HaltScope(options["scope"])
    if kind is HaltScope.CONNECTION:
        connection = Connection.objects.kept().select_related("team").filter(public_id=options["connection"]).first()
        if connection is None:
            raise CommandError(f"There is no connection {options['connection']!r}. Name it with --connection.")
        return Reach(kind, connection.team, connection=connection)
    team = _team(options["team"])
    if kind is HaltScope.TEAM:
        return Reach(kind, team)
    if kind is HaltScope.MINE:
        return Reach(kind, team, person=_person(options["person"]))
    project = Project.objects.select_related("team").filter(team=team, slug=options["project"]).first()
    if project is None:
        raise CommandError(f"{team.name} has no project {options['project']!r}. Name it with --project.")
    return Reach(kind, team, project=project)


def _team(slug: str) -> Team:
    found = list(Team.objects.filter(**({"slug": slug} if slug else {})).order_by("slug")[:20])
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"There is no team {slug!r}.")
    raise CommandError(f"Say which team with --team: {', '.join(team.slug for team in found)}.")


def _person(email: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"There is no person {email!r}.")
    return user
