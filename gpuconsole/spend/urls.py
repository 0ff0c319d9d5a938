"""Addresses of the costs page and its files."""

from django.urls import path

from gpuconsole.spend import files, views

urlpatterns = [
    path("", views.costs, name="costs"),
    path("export.csv", views.export, {"kind": files.CSV}, name="costs-csv"),
    path("focus.csv", views.export, {"kind": files.FOCUS}, name="costs-focus"),
]
