"""Addresses below ``stop-everything/``."""

from django.urls import path

from gpuconsole.workloads.halts import views

urlpatterns = [
    path("", views.stop_everything, name="stop-everything"),
    path("reports/", views.listing, name="halts"),
    path("<slug:public_id>/", views.report, name="halt"),
    path("<slug:public_id>/again/", views.again, name="halt-again"),
    path("<slug:public_id>/release/", views.release, name="halt-release"),
]
