"""``manage.py first_start``: the first owner, team, project and sandbox connections; for ``manage.py up``."""

from __future__ import annotations

import argparse
import json
import secrets
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from gpuconsole.accounts import services as teams
from gpuconsole.accounts import tokens
from gpuconsole.accounts.models import Scope, Team, User
from gpuconsole.connections import services as connections
from gpuconsole.projects import services as projects
from gpuconsole.projects.models import ExchangeRate

_LOCK = 0x6770_6331  # any number of our own: two first starts at once make one owner
_DEFAULT_EMAIL = "admin@example.org"


class Command(BaseCommand):
    """Prints one JSON line: {"email", "password" or null, "token" or null, "created"}."""

    help = "Make the first owner, team, project and sandbox connections unless there is a user already."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Presets for what is otherwise made up."""
        parser.add_argument("--empty", action="store_true", help="no sandbox connections and no example rate")
        parser.add_argument("--email", default="", help=f"of the owner; {_DEFAULT_EMAIL} if not given")
        parser.add_argument("--password", default="", help="of the owner; a random one if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and say how to sign in."""
        email = options["email"] or _DEFAULT_EMAIL
        with transaction.atomic():
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            first = User.objects.order_by("pk").first()
            found = _seen(first) if first else _made(email, options["password"], is_empty=options["empty"])
        self.stdout.write(json.dumps(found))


def _seen(first: User) -> dict[str, Any]:
    return {"email": first.email, "password": None, "token": None, "created": False}


def _made(email: str, password: str, *, is_empty: bool) -> dict[str, Any]:
    chosen = password or secrets.token_urlsafe(15)
    try:
        validate_password(chosen, User(email=email))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    owner = User.objects.create_superuser(email, chosen, name=email.partition("@")[0].capitalize())
    team = teams.create_team(name="Research lab", owner=owner)
    projects.create(team=team, name="first-project", by=owner)
    if not is_empty:
        _add_sandbox(team, owner)
    _, text = tokens.make(team=team, user=owner, name="first start", scopes=list(Scope))
    return {"email": owner.email, "password": chosen, "token": text, "created": True}


def _add_sandbox(team: Team, owner: User) -> None:
    ExchangeRate.objects.get_or_create(
        currency="EUR",
        to_currency="USD",
        on=timezone.now().date(),
        defaults={"rate": Decimal("1.10"), "source": "sandbox example"},
    )
    if settings.SIMULATOR_URL:
        connections.add_sandbox(team=team, by=owner)
