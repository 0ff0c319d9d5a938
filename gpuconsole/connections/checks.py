"""The read-only test of a connection, run by a worker: for the key in use, or for a new one before it is swapped in."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.audit import services as audit
from gpuconsole.audit.models import Result
from gpuconsole.connections import credentials, health
from gpuconsole.connections.models import CheckState, Connection, Health
from gpuconsole.connections.opening import fresh_adapter
from gpuconsole.connections.services import OLD_KEPT
from gpuconsole.core import versions
from gpuconsole.core.crypto import SealBroken
from gpuconsole.core.errors import Refused
from gpuconsole.core.wake import wake
from gpuconsole.providers.errors import NotAuthorized, ProviderError
from gpuconsole.providers.remote import Step

logger = logging.getLogger(__name__)


def run(pk: int) -> None:
    """Test the connection if somebody asked for it, and write down the result; running it twice does no harm."""
    connection = Connection.objects.kept().filter(pk=pk, check_state=CheckState.ASKED).first()
    if connection is None:
        return
    asked_at = connection.check_asked_at
    is_rotation = bool(connection.new_credentials)
    steps, error = _steps(connection, field="new_credentials" if is_rotation else "credentials")
    _finish(pk, asked_at, steps, error)


def _steps(connection: Connection, *, field: str) -> tuple[list[Step], ProviderError | None]:
    """The steps up to the first that failed; trouble that an adapter lets through counts as a failed step."""
    found: list[Step] = []
    try:
        adapter = fresh_adapter(connection, field=field)
    except (Refused, SealBroken, ValueError) as error:
        logger.warning("a connection cannot be opened", extra={"connection": connection.pk, "error": str(error)})
        return [Step(gettext_noop("Open the credentials"), False, _plain_words(error), 0)], None
    try:
        for step in adapter.check():
            found.append(step)
            if not step.is_ok:
                break
    except ProviderError as error:
        return [*found, Step(gettext_noop("Call the provider"), False, error.message, 0)], error
    finally:
        adapter.close()
    return found, None


@transaction.atomic
def _finish(pk: int, asked_at: datetime | None, steps: list[Step], error: ProviderError | None) -> None:
    """Write the result, unless the test was asked for anew or the connection was removed meanwhile."""
    row = (
        Connection.objects.kept()
        .select_for_update(of=("self",))
        .select_related("team", "check_by")
        .filter(pk=pk)
        .first()
    )
    if row is None or row.check_asked_at != asked_at or row.check_state != CheckState.ASKED:
        return
    passed = bool(steps) and all(step.is_ok for step in steps)
    row.check_state = CheckState.PASSED if passed else CheckState.FAILED
    row.check_steps = [asdict(step) for step in steps]
    row.checked_at = timezone.now()
    if row.new_credentials:
        _end_rotation(row, passed)
    else:
        _judge(row, passed, steps, error)
    row.save()
    versions.bump(*row.topics)
    if passed:
        wake("sync.connection", row.pk)


def _end_rotation(row: Connection, passed: bool) -> None:
    if not passed:
        row.new_credentials = b""
        audit.record("connection.rotate_failed", by=row.check_by, team=row.team, target=row, result=Result.REFUSED)
        return
    credentials.move(row, "credentials", "old_credentials")
    credentials.move(row, "new_credentials", "credentials")
    row.hint = credentials.hint(credentials.open_from(row))
    row.credentials_version += 1
    row.rotated_at = timezone.now()
    row.old_until = row.rotated_at + OLD_KEPT
    row.breaker_until = row.due_at = None
    _judge(row, True, [], None)
    audit.record("connection.rotated", by=row.check_by, team=row.team, target=row)


def _judge(row: Connection, passed: bool, steps: list[Step], error: ProviderError | None) -> None:
    """A test is made of real calls, so it says something about health too."""
    if passed:
        row.last_success_at = timezone.now()
        health.write(row, Health.HEALTHY, "")
    elif isinstance(error, NotAuthorized) or _looks_refused(steps):
        health.write(row, Health.REFUSED, steps[-1].detail)
    else:
        health.write(row, Health.FAILING, steps[-1].detail)


def _looks_refused(steps: list[Step]) -> bool:
    return bool(steps) and steps[-1].is_refused


def _plain_words(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.message
    return _("The stored key does not open with this installation's sealing keys. Enter it anew by rotating it.")
