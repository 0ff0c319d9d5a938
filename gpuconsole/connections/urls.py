"""Addresses below ``connections/``."""

from django.urls import path

from gpuconsole.connections import views

urlpatterns = [
    path("", views.connections, name="connections"),
    path("new/", views.new, name="connection-new"),
    path("sandbox/", views.use_sandbox, name="connections-sandbox"),
    path("look/", views.look_at_all, name="connections-look"),
    path("<str:public_id>/", views.connection, name="connection"),
    path("<str:public_id>/settings/", views.settings, name="connection-settings"),
    path("<str:public_id>/test/", views.test, name="connection-test"),
    path("<str:public_id>/look/", views.look, name="connection-look"),
    path("<str:public_id>/rotate/", views.rotate, name="connection-rotate"),
    path("<str:public_id>/fall-back/", views.fall_back, name="connection-fall-back"),
    path("<str:public_id>/remove/", views.remove, name="connection-remove"),
]
