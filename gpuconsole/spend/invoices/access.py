"""Who sees invoices: the admins of the team that owns the connection."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.http import Http404

from gpuconsole.accounts.access import Viewer, require_team, require_team_admin
from gpuconsole.connections.models import Connection
from gpuconsole.spend.models import Invoice


def invoices(viewer: Viewer) -> models.QuerySet[Invoice]:
    """All of the team. Raises Http404 without a team, PermissionDenied without the role."""
    return Invoice.objects.filter(team=require_team_admin(viewer)).select_related("connection", "by", "team")


def find_invoice(viewer: Viewer, public_id: str) -> Invoice:
    """One of the team. Raises Http404 for another team's, whatever the role; PermissionDenied as ``invoices``."""
    found = Invoice.objects.filter(team=require_team(viewer), public_id=public_id).first()
    if found is None:
        raise Http404
    return invoices(viewer).get(pk=found.pk)


def connections(viewer: Viewer) -> models.QuerySet[Connection]:
    """Those that an invoice can be for, removed ones too: their last bill comes later."""
    team = require_team_admin(viewer)
    return (
        Connection.objects.filter(team=team)
        .select_related("team")
        .order_by(F("removed_at").asc(nulls_first=True), "provider", "name")
    )
