"""Connections: adding, testing, rotating the key, removing. Providers are called by workers, never from here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BaseModel

from gpuconsole.accounts.models import Team, User
from gpuconsole.audit import services as audit
from gpuconsole.connections import addresses, credentials
from gpuconsole.connections.models import Breaker, CheckState, Connection, Health
from gpuconsole.core import blockers, versions
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.core.wake import wake
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider

OLD_KEPT = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=5)


@transaction.atomic
def add(
    *,
    team: Team,
    provider: Provider,
    name: str,
    credentials_given: BaseModel,
    by: User | None,
    base_url: str = addresses.OWN,
    projects: Sequence[Project] = (),
) -> Connection:
    """A new connection, tested at once. ``base_url`` is a value of ``addresses.choices``; no projects means all."""
    addresses.require_allowed(base_url)
    is_sandbox = base_url == addresses.SANDBOX
    connection = Connection(
        public_id=new_id("con"),
        team=team,
        provider=provider.slug,
        name=name,
        base_url="" if is_sandbox else base_url,
        is_sandbox=is_sandbox,
        hint=credentials.hint(credentials_given),
        by=by,
    )
    credentials.seal_into(connection, credentials_given)
    _save_named(connection, None)
    connection.projects.set(projects)
    after = {"provider": provider.slug, "is_sandbox": is_sandbox, "projects": [project.slug for project in projects]}
    audit.record("connection.add", by=by, team=team, target=connection, after=after)
    _ask(connection, by)
    wake("catalog.refresh", connection.pk)
    return connection


@transaction.atomic
def add_sandbox(*, team: Team, by: User) -> list[Connection]:
    """One at the simulator for each provider of which the team has none yet. Raises Refused without a simulator."""
    addresses.require_allowed(addresses.SANDBOX)
    there = set(Connection.objects.kept().filter(team=team).values_list("provider", flat=True))
    return [
        add(
            team=team,
            provider=provider,
            name=provider.name,
            credentials_given=provider.credentials.model_validate(dict(provider.sandbox_credentials)),
            base_url=addresses.SANDBOX,
            by=by,
        )
        for provider in registry.every()
        if provider.slug not in there
    ]


@transaction.atomic
def update(*, connection: Connection, name: str, projects: Sequence[Project], by: User) -> None:
    """Change the name and which projects may use it; work that runs stays with it."""
    row = _locked(connection)
    before = {"name": row.name, "projects": sorted(row.projects.values_list("slug", flat=True))}
    after = {"name": name, "projects": sorted(project.slug for project in projects)}
    if before == after:
        return
    row.name = name
    _save_named(row, ["name"])
    row.projects.set(projects)
    audit.record("connection.update", by=by, team=row.team, target=row, before=before, after=after)
    versions.bump(*row.topics)


@transaction.atomic
def ask_check(*, connection: Connection, by: User) -> None:
    """Have a worker test the connection; asking again while it waits changes nothing."""
    row = _locked(connection)
    if row.check_state == CheckState.ASKED:
        wake("connections.check", row.pk)
        return
    audit.record("connection.test", by=by, team=row.team, target=row)
    _ask(row, by)


@transaction.atomic
def ask_look(*, connection: Connection) -> None:
    """Have a worker look at everything on the connection at once, which only reads; the row says when it was done.

    Asking again within five seconds changes nothing. Refused while the provider is left alone after trouble.
    """
    row, now = _locked(connection), timezone.now()
    if row.breaker(now) is Breaker.OPEN:
        text = _("{connection} is left alone after trouble, and asked again at {time:%H:%M:%S} UTC.").format(
            connection=row.name, time=row.breaker_until
        )
        raise Refused(text, code="breaker_open")
    if row.look_asked_at is None or now - row.look_asked_at >= LOOK_AGAIN:
        row.look_asked_at = row.due_at = now
        row.save(update_fields=["look_asked_at", "due_at"])
        versions.bump(*row.topics)
    wake("sync.connection", row.pk)


@transaction.atomic
def rotate(*, connection: Connection, credentials_given: BaseModel, by: User) -> None:
    """Put new credentials beside the ones in use; a worker tests them and swaps only where the test passes."""
    row = _locked(connection)
    credentials.seal_into(row, credentials_given, field="new_credentials")
    row.save(update_fields=["new_credentials"])
    audit.record("connection.rotate", by=by, team=row.team, target=row)
    _ask(row, by)


@transaction.atomic
def fall_back(*, connection: Connection, by: User | None, why: str = "") -> bool:
    """Go back to the credentials before the last rotation; false where they are gone (10 minutes after)."""
    row = _locked(connection)
    if not row.old_credentials or row.old_until is None or row.old_until <= timezone.now():
        return False
    credentials.move(row, "old_credentials", "credentials")
    row.credentials_version += 1
    row.hint = credentials.hint(credentials.open_from(row))
    row.old_until = None
    row.health, row.health_text, row.health_at = Health.UNKNOWN, "", timezone.now()
    row.breaker_until = row.due_at = None
    row.save(
        update_fields=[
            *("credentials", "old_credentials", "old_until", "credentials_version", "hint"),
            *("health", "health_text", "health_at", "breaker_until", "due_at"),
        ]
    )
    audit.record("connection.fall_back", by=by, team=row.team, target=row, why=why)
    versions.bump(*row.topics)
    wake("sync.connection", row.pk)
    return True


@transaction.atomic
def remove(*, connection: Connection, by: User) -> None:
    """Erase the credentials and take the connection away; refused, with the list, while work needs it."""
    row = _locked(connection)
    standing = blockers.of(row)
    if standing:
        text = ngettext(
            "{count} workload still needs {connection}. End the work first.",
            "{count} workloads still need {connection}. End the work first.",
            len(standing),
        ).format(count=len(standing), connection=row.name)
        raise Refused(text, code="active_work", details=standing)
    row.credentials = row.new_credentials = row.old_credentials = b""
    row.credentials_version += 1
    row.old_until = row.due_at = None
    row.check_state, row.check_steps = CheckState.NONE, []
    row.removed_at = timezone.now()
    row.save()
    audit.record("connection.remove", by=by, team=row.team, target=row)
    versions.bump(*row.topics)


def _ask(row: Connection, by: User | None) -> None:
    row.check_state, row.check_by, row.check_asked_at = CheckState.ASKED, by, timezone.now()
    row.save(update_fields=["check_state", "check_by", "check_asked_at"])
    versions.bump(*row.topics)
    wake("connections.check", row.pk)


def _locked(connection: Connection) -> Connection:
    row = (
        Connection.objects.kept()
        .select_for_update(of=("self",))
        .select_related("team")
        .filter(pk=connection.pk)
        .first()
    )
    if row is None:
        raise Refused(_("This connection was removed."), code="removed")
    return row


def _save_named(connection: Connection, fields: Sequence[str] | None) -> None:
    try:
        with transaction.atomic():
            connection.save(update_fields=fields)
    except IntegrityError as error:
        text = _("The team has a connection named {connection} already.").format(connection=connection.name)
        raise Refused(text, code="name_taken", field="name") from error
