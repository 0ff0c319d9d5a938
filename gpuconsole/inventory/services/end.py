"""Ends of strays: the wish is written down, and asked for until the provider's inventory says that it is gone."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.inventory.models import Finding, FindingKind, FindingState
from gpuconsole.inventory.services.asking import wake_inventory
from gpuconsole.inventory.services.holding import held, refuse_closed, require_kind


def terminate(*, finding: Finding, by: User) -> Finding:
    """Have a stray ended for good. Pressing again while it is pending asks at once and changes nothing else."""
    with held(finding) as row:
        require_kind(
            row, FindingKind.STRAY, _("Only a stray is ended here. What is on record is ended on its own page.")
        )
        refuse_closed(row)
        now = timezone.now()
        wake_inventory(row.connection_id, now)
        if row.state == FindingState.ENDING:
            row.end_due_at = now
            row.save(update_fields=["end_due_at"])
            return row
        before = row.state
        row.state, row.asked_by, row.end_asked_at, row.end_due_at = FindingState.ENDING, by, now, now
        row.end_tries, row.end_error, row.escalated = 0, "", 0
        row.ignored_until = row.ignored_price = None
        row.tell(now, _("Terminate asked"), by=by)
        row.save()
        audit.record(
            "finding.terminate",
            by=by,
            team=row.team,
            target=row,
            project=row.workload.project if row.workload else None,
            before={"state": before},
            after={"state": row.state, "connection": row.connection.public_id, "remote_id": row.remote_id},
        )
    return row
