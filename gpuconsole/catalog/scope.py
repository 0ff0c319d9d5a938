"""Which offers a viewer sees: those of the connections they see, and published ones of all other providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from django.db.models import Q
from django.http import Http404

from gpuconsole.accounts.access import Viewer
from gpuconsole.catalog import contents, published
from gpuconsole.catalog.models import Offer, OfferQuerySet
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import Connection
from gpuconsole.projects import rates
from gpuconsole.projects.rates import Quote

_HEAVY = ("credentials", "new_credentials", "old_credentials", "check_steps")


@dataclass(frozen=True, slots=True)
class Scope:
    """A viewer's part of the catalogue; two queries, however many offers there are."""

    connections: Mapping[int, Connection]
    currency: str
    """The team's: prices are compared in it."""
    worth: Mapping[str, Quote]
    contents: contents.Contents

    def offers(self) -> OfferQuerySet:
        """All rows, those that are gone too."""
        connected = {connection.provider for connection in self.connections.values()}
        listed = Q(connection=None) & ~Q(provider__in=connected)
        return Offer.objects.filter(Q(connection__in=list(self.connections)) | listed)

    def seen_at(self, offer: Offer) -> datetime | None:
        """When the price was looked at last; of a published one, its day."""
        if offer.connection_id is None:
            return offer.seen_at
        return looked_at(self.connections[offer.connection_id]) or offer.seen_at

    @property
    def read_at(self) -> datetime | None:
        """When the list that was read longest ago was read."""
        return min(filter(None, map(looked_at, self.connections.values())), default=None)


def of(viewer: Viewer) -> Scope:
    """What the viewer sees; nobody's team sees the published lists alone."""
    rows = visible_connections(viewer).select_related("offer_list").defer(*_HEAVY).order_by("name")
    connections = {row.pk: row for row in rows}
    currency = viewer.team.currency if viewer.team else "USD"
    counted = [contents.read(row.offer_list.contents) for row in connections.values() if hasattr(row, "offer_list")]
    listed = published.contents_of(frozenset(row.provider for row in connections.values()))
    return Scope(connections, currency, rates.into(currency), reduce(contents.Contents.__or__, counted, listed))


def find(scope: Scope, public_id: str) -> Offer:
    """One offer of the scope, even one that is gone. Raises Http404."""
    offer = scope.offers().filter(public_id=public_id).first()
    if offer is None:
        raise Http404
    return offer


def looked_at(connection: Connection) -> datetime | None:
    """When the offers of the connection were looked at last; None: never."""
    return connection.offer_list.seen_at if hasattr(connection, "offer_list") else None
