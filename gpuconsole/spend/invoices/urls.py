"""Addresses below ``costs/invoices/``."""

from django.urls import path

from gpuconsole.spend.invoices import views

urlpatterns = [
    path("", views.invoices, name="invoices"),
    path("reconciliation.csv", views.export, name="invoices-export"),
    path("import/", views.import_file, name="invoice-import"),
    path("read/", views.read, name="invoices-read"),
    path("<str:public_id>/remove/", views.remove, name="invoice-remove"),
]
