"""Pages that one can go to, and things that can be begun from anywhere, as the person's role has them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.providers import registry


@dataclass(frozen=True, slots=True)
class Place:
    """A page by its name; ``key`` is the shortcut that leads there."""

    label: str
    url: str
    icon: str
    key: str = ""


_PAGES = (
    Place(gettext_noop("Overview"), "/", "layout-dashboard", "G O"),
    Place(gettext_noop("Jobs"), "/jobs/", "list-video", "G J"),
    Place(gettext_noop("Instances"), "/instances/", "server", "G I"),
    Place(gettext_noop("Catalogue"), "/catalogue/", "table-2", "G C"),
    Place(gettext_noop("Costs"), "/costs/", "chart-column", "G S"),
    Place(gettext_noop("Requests"), "/requests/", "hand"),
    Place(gettext_noop("Presets"), "/launch/presets/", "rocket"),
    Place(gettext_noop("Projects"), "/projects/", "folder"),
    Place(gettext_noop("Connections"), "/connections/", "plug"),
    Place(gettext_noop("Reconcile"), "/reconcile/", "scale"),
    Place(gettext_noop("API tokens"), "/account/tokens/", "key-round"),
    Place(gettext_noop("API reference"), "/api/docs/", "book-open"),
    Place(gettext_noop("Your account"), "/account/", "circle-user"),
)
_ADMIN_PAGES = (
    Place(gettext_noop("People"), "/team/", "users"),
    Place(gettext_noop("Team quotas and budgets"), "/team/quotas/", "gauge"),
    Place(gettext_noop("Notifications"), "/team/notifications/", "bell"),
    Place(gettext_noop("Audit log"), "/audit/", "scroll-text"),
    Place(gettext_noop("Invoices"), "/costs/invoices/", "receipt"),
)
_BEGUN = (
    Place(gettext_noop("Launch a workload"), "/launch/", "rocket", "N"),
    Place(gettext_noop("Stop everything…"), "/stop-everything/", "octagon-x"),
    Place(gettext_noop("Make an API token"), "/account/tokens/new/", "key-round"),
)
_ADMINS_BEGIN = (
    Place(gettext_noop("Add a connection"), "/connections/new/", "plug"),
    Place(gettext_noop("Make a project"), "/projects/new/", "folder-plus"),
)


def places(viewer: Viewer) -> list[Place]:
    """Pages, and the launch form of each provider."""
    pages = _named(*_PAGES, *(_ADMIN_PAGES if viewer.may_administer else ()))
    return [*pages, *_launches()] if viewer.team is not None else [page for page in pages if page.url == "/account/"]


def commands(viewer: Viewer) -> list[Place]:
    """What can be begun."""
    begun = _named(*_BEGUN, *(_ADMINS_BEGIN if viewer.may_administer else ()))
    return [*begun, *_launches()] if viewer.team is not None else []


def _named(*places: Place) -> list[Place]:
    """As the reader's language calls them."""
    return [replace(place, label=_(place.label)) for place in places]


def _launches() -> list[Place]:
    return [
        Place(_("Launch on {provider}").format(provider=one.name), f"/launch/{one.slug}/{one.kind}/", "rocket")
        for one in registry.every()
    ]
