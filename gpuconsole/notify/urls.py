"""Addresses of webhooks, the team's (below ``team/``) and those of projects (below ``projects/``)."""

from django.urls import URLPattern, path

from gpuconsole.notify import views


def _of(start: str, name: str, page: str) -> list[URLPattern]:
    """The page and its acts below ``start``."""
    return [
        path(start, views.page, name=page),
        path(f"{start}webhook/", views.save, name=f"{name}-save"),
        path(f"{start}webhook/secret/", views.renew_secret, name=f"{name}-secret"),
        path(f"{start}webhook/test/", views.send_test, name=f"{name}-test"),
        path(f"{start}webhook/remove/", views.remove, name=f"{name}-remove"),
    ]


urlpatterns = [
    *_of("team/notifications/", "webhook", "notifications"),
    *_of("projects/<slug:slug>/settings/webhooks/", "project-webhook", "project-webhooks"),
]
