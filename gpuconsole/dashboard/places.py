"""Pages that one can go to, and things that can be begun from anywhere, as the person's role has them."""

from __future__ import annotations

from dataclasses import dataclass

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
    Place("Overview", "/", "layout-dashboard", "G O"),
    Place("Jobs", "/jobs/", "list-video", "G J"),
    Place("Instances", "/instances/", "server", "G I"),
    Place("Catalogue", "/catalogue/", "table-2", "G C"),
    Place("Costs", "/costs/", "chart-column", "G S"),
    Place("Requests", "/requests/", "hand"),
    Place("Presets", "/launch/presets/", "rocket"),
    Place("Projects", "/projects/", "folder"),
    Place("Connections", "/connections/", "plug"),
    Place("Reconcile", "/reconcile/", "scale"),
    Place("API tokens", "/account/tokens/", "key-round"),
    Place("API reference", "/api/docs/", "book-open"),
    Place("Your account", "/account/", "circle-user"),
)
_ADMIN_PAGES = (
    Place("People", "/team/", "users"),
    Place("Team quotas and budgets", "/team/quotas/", "gauge"),
    Place("Notifications", "/team/notifications/", "bell"),
    Place("Audit log", "/audit/", "scroll-text"),
    Place("Invoices", "/costs/invoices/", "receipt"),
)
_BEGUN = (
    Place("Launch a workload", "/launch/", "rocket", "N"),
    Place("Stop everything…", "/stop-everything/", "octagon-x"),
    Place("Make an API token", "/account/tokens/new/", "key-round"),
)
_ADMINS_BEGIN = (
    Place("Add a connection", "/connections/new/", "plug"),
    Place("Make a project", "/projects/new/", "folder-plus"),
)


def places(viewer: Viewer) -> list[Place]:
    """Pages, and the launch form of each provider."""
    pages = [*_PAGES, *(_ADMIN_PAGES if viewer.may_administer else ())]
    return [*pages, *_launches()] if viewer.team is not None else [page for page in pages if page.url == "/account/"]


def commands(viewer: Viewer) -> list[Place]:
    """What can be begun."""
    begun = [*_BEGUN, *(_ADMINS_BEGIN if viewer.may_administer else ())]
    return [*begun, *_launches()] if viewer.team is not None else []


def _launches() -> list[Place]:
    return [Place(f"Launch on {one.name}", f"/launch/{one.slug}/{one.kind}/", "rocket") for one in registry.every()]
