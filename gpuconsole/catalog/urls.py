"""Addresses of the catalogue."""

from django.urls import path

from gpuconsole.catalog import views

app_name = "catalogue"
urlpatterns = [
    path("", views.listing, name="list"),
    path("compare/", views.compare, name="compare"),
    path("export.csv", views.export, name="export"),
    path("<slug:public_id>/", views.offer, name="offer"),
]
