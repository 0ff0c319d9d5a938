"""Addresses below ``requests/``."""

from django.urls import path

from gpuconsole.workloads.requests import link_views, views

urlpatterns = [
    path("", views.listing, name="requests"),
    path("by-link/<str:token>/", link_views.link, name="request-link"),
    path("<slug:public_id>/", views.detail, name="request"),
    path("<slug:public_id>/approve/", views.approve, name="request-approve"),
    path("<slug:public_id>/decline/", views.decline, name="request-decline"),
    path("<slug:public_id>/withdraw/", views.withdraw, name="request-withdraw"),
]
