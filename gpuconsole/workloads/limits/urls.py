"""Addresses of limits, of projects (below ``projects/``) and of teams (below ``team/``), and of the other pages of a
project's settings that stand on this floor: its connections and its presets."""

from django.urls import URLPattern, path

from gpuconsole.workloads.limits.page import connections_page, views
from gpuconsole.workloads.presets import views as presets


def _of(start: str, name: str) -> list[URLPattern]:
    """The page and its acts below ``start``."""
    return [
        path(start, views.page, name=f"{name}-quotas"),
        path(f"{start}save/", views.save_quotas, name=f"{name}-quotas-save"),
        path(f"{start}add/", views.add_quota, name=f"{name}-quota-add"),
        path(f"{start}budget/", views.save_budget, name=f"{name}-budget-save"),
        path(f"{start}budget/remove/", views.remove_budget, name=f"{name}-budget-remove"),
        path(f"{start}alerts/", views.save_alerts, name=f"{name}-alerts-save"),
        path(f"{start}alerts/add/", views.add_alert, name=f"{name}-alert-add"),
        path(f"{start}alerts/<int:pk>/remove/", views.remove_alert, name=f"{name}-alert-remove"),
        path(f"{start}providers/", views.save_providers, name=f"{name}-providers-save"),
        path(f"{start}<str:public_id>/remove/", views.remove_quota, name=f"{name}-quota-remove"),
    ]


_PROJECT = "projects/<slug:slug>/settings/"
_SETTINGS = f"{_PROJECT}quotas/"

urlpatterns = [
    *_of(_SETTINGS, "project"),
    path(f"{_SETTINGS}members/", views.save_members, name="project-roles-save"),
    path(f"{_PROJECT}providers/", connections_page.providers, name="project-providers"),
    path(f"{_PROJECT}presets/", presets.of_project, name="project-presets"),
    *_of("team/quotas/", "team"),
]
