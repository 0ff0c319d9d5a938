"""Every address of the console."""

from django.contrib import admin
from django.urls import include, path

from gpuconsole import error_pages
from gpuconsole.core.script_words import catalogue
from gpuconsole.csp_report import csp_report
from gpuconsole.health import healthz

urlpatterns = [
    path("", include("gpuconsole.dashboard.urls")),
    path("", include("gpuconsole.accounts.sign_in_urls")),
    path("launch/", include("gpuconsole.workloads.urls")),
    path("catalogue/", include("gpuconsole.catalog.urls")),
    path("jobs/", include("gpuconsole.jobs.urls")),
    path("instances/", include("gpuconsole.instances.urls")),
    path("costs/", include("gpuconsole.spend.urls")),
    path("requests/", include("gpuconsole.workloads.requests.urls")),
    path("reconcile/", include("gpuconsole.inventory.urls")),
    path("stop-everything/", include("gpuconsole.workloads.halts.urls")),
    path("connections/", include("gpuconsole.connections.urls")),
    path("projects/", include("gpuconsole.projects.urls")),
    path("", include("gpuconsole.workloads.limits.urls")),
    path("team/notifications/", include("gpuconsole.notify.urls")),
    path("team/", include("gpuconsole.accounts.team_urls")),
    path("account/tokens/", include("gpuconsole.projects.token_urls")),
    path("account/", include("gpuconsole.accounts.urls")),
    path("costs/invoices/", include("gpuconsole.spend.invoices.urls")),
    path("audit/", include("gpuconsole.audit.urls")),
    path("api/", include("gpuconsole.api")),
    path("admin/", admin.site.urls),
    path("healthz/", healthz, name="healthz"),
    path("csp-report/", csp_report, name="csp-report"),
    path("words/<str:language>/<str:version>.js", catalogue, name="script-words"),
]

handler400, handler403 = error_pages.unreadable, error_pages.not_allowed
handler404, handler500 = error_pages.not_found, error_pages.failed
