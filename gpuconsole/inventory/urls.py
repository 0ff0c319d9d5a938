"""Addresses below ``reconcile/``."""

from django.urls import path

from gpuconsole.inventory import views

urlpatterns = [
    path("", views.listing, name="reconcile"),
    path("check/", views.check, name="reconcile-check"),
    path("<slug:public_id>/", views.detail, name="finding"),
    path("<slug:public_id>/adopt/", views.adopt, name="finding-adopt"),
    path("<slug:public_id>/terminate/", views.terminate, name="finding-terminate"),
    path("<slug:public_id>/ignore/", views.ignore, name="finding-ignore"),
    path("<slug:public_id>/take-back/", views.take_back, name="finding-take-back"),
    path("<slug:public_id>/ended/", views.ended, name="finding-ended"),
]
