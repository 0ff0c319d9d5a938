"""Addresses below ``audit/``."""

from django.urls import path

from gpuconsole.audit import views

urlpatterns = [
    path("", views.audit_log, name="audit"),
    path("export.csv", views.export, name="audit-export"),
]
