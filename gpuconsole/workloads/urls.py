"""Addresses of launching: the chooser, presets, and per provider the form with what can be done to it."""

from django.urls import path

from gpuconsole.workloads import views
from gpuconsole.workloads.presets import views as presets

_FORM = "<slug:slug>/<slug:kind>/"

app_name = "launch"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("import/", views.import_json, name="import"),
    path("presets/", presets.listing, name="presets"),
    path("presets/<slug:public_id>/", presets.detail, name="preset"),
    path("presets/<slug:public_id>/remove/", presets.remove, name="preset-remove"),
    path(_FORM, views.form, name="form"),
    path(f"{_FORM}check/", views.check, name="check"),
    path(f"{_FORM}edit/", views.edit, name="edit"),
    path(f"{_FORM}draft/", views.draft, name="draft"),
    path(f"{_FORM}preset/", presets.save, name="preset-save"),
    path(f"{_FORM}launch/", views.launch, name="launch"),
]
