"""Addresses below ``team/notifications/``."""

from django.urls import path

from gpuconsole.notify import views

urlpatterns = [
    path("", views.page, name="notifications"),
    path("webhook/", views.save, name="webhook-save"),
    path("webhook/secret/", views.renew_secret, name="webhook-secret"),
    path("webhook/test/", views.test, name="webhook-test"),
    path("webhook/remove/", views.remove, name="webhook-remove"),
]
