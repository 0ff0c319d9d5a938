"""Addresses below ``account/tokens/``."""

from django.urls import path

from gpuconsole.projects import token_views

urlpatterns = [
    path("", token_views.listing, name="tokens"),
    path("new/", token_views.new, name="token-new"),
    path("done/", token_views.done, name="token-done"),
    path("<str:public_id>/revoke/", token_views.revoke, name="token-revoke"),
]
