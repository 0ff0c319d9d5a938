"""Addresses of launching: the chooser, and per provider the form with what can be done to it."""

from django.urls import path

from gpuconsole.workloads import views

_FORM = "<slug:slug>/<slug:kind>/"

app_name = "launch"
urlpatterns = [
    path("", views.choose, name="choose"),
    path(_FORM, views.form, name="form"),
    path(f"{_FORM}check/", views.check, name="check"),
    path(f"{_FORM}edit/", views.edit, name="edit"),
    path(f"{_FORM}draft/", views.draft, name="draft"),
    path(f"{_FORM}launch/", views.launch, name="launch"),
]
