"""One finding held for an act, so that of two admins at once one acts and the other is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from gpuconsole.core import versions
from gpuconsole.core.errors import Refused
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed


@contextmanager
def held(finding: Finding) -> Iterator[Finding]:
    """The finding as it is now, locked in a transaction; those who look at it are told of the change."""
    with transaction.atomic():
        rows = Finding.objects.select_related("connection", "team", "workload", "workload__project", "asked_by")
        row = rows.select_for_update(of=("self",), no_key=True).get(pk=finding.pk)
        yield row
        versions.bump(*row.topics)


def refuse_closed(row: Finding) -> None:
    """Raises Refused where nothing is left to do about it."""
    if row.is_closed:
        how = HowClosed(row.how_closed).label if row.how_closed else _("Settled")
        proof = row.proof or _("nothing is left to do")
        text = _("{how} already: {proof}.").format(how=how, proof=proof)
        if row.asked_by and row.how_closed == HowClosed.ADOPTED:
            text = _("{how} by {person} already: {proof}.")
            text = text.format(how=how, person=row.asked_by.display_name, proof=proof)
        raise Refused(text, code="closed")


def require_kind(row: Finding, kind: FindingKind, why: str) -> None:
    """Raises Refused where the act is for findings of another kind."""
    if row.kind != kind:
        raise Refused(why, code="wrong_kind")


def refuse_ending(row: Finding) -> None:
    """Raises Refused where its end is asked for already."""
    if row.state == FindingState.ENDING:
        raise Refused(
            _("{finding} is being ended: wait until the provider has confirmed it.").format(finding=row), code="busy"
        )
