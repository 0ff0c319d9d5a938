"""Puts findings aside until a day, with a reason, and takes that back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.inventory.models import Finding, FindingState
from gpuconsole.inventory.services.holding import held, refuse_closed, refuse_ending

LONGEST = timedelta(days=366)


def ignore(*, finding: Finding, by: User, reason: str, until: datetime) -> Finding:
    """Nobody is reminded of it until then, or until its price changes. Raises Refused for a day that is none."""
    reason, now = reason.strip(), timezone.now()
    if not reason:
        raise Refused(_("Say why it may stay as it is."), code="invalid", field="reason")
    if until <= now:
        raise Refused(_("The day on which it comes back lies ahead."), code="invalid", field="until")
    if until > now + LONGEST:
        raise Refused(_("It comes back after 366 days at the latest."), code="invalid", field="until")
    with held(finding) as row:
        refuse_closed(row)
        refuse_ending(row)
        before = {"state": row.state, "reason": row.ignore_reason}
        row.state, row.asked_by, row.ignore_reason = FindingState.IGNORED, by, reason[:300]
        row.ignored_until, row.ignored_price = until, row.hourly_price
        row.tell(now, _("Ignored until {until:%F %H:%M} UTC").format(until=until), detail=row.ignore_reason, by=by)
        row.save()
        after = {"state": row.state, "until": until.isoformat()}
        audit.record("finding.ignore", by=by, team=row.team, target=row, before=before, after=after, why=reason)
    return row


def take_back(*, finding: Finding, by: User) -> Finding:
    """Have it need somebody again; what is not ignored stays as it is."""
    with held(finding) as row:
        refuse_closed(row)
        if row.state != FindingState.IGNORED:
            return row
        row.state, row.asked_by = FindingState.OPEN, by
        row.ignored_until = row.ignored_price = None
        row.tell(timezone.now(), _("No longer ignored"), by=by)
        row.save()
        audit.record("finding.take_back", by=by, team=row.team, target=row)
    return row
