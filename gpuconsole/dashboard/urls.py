"""Addresses of the overview and the first steps."""

from django.urls import path

from gpuconsole.dashboard import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("search/", views.search, name="search"),
    path("setup/", views.setup, name="setup"),
]
