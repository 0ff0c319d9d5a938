"""Addresses of instances: the list, one instance with its tabs, its files, and what can be done with it."""

from django.urls import path, re_path

from gpuconsole.instances.pages import WORDS
from gpuconsole.workloads import (
    edit_screens,
    extending,
    guarding_page,
    labels_page,
    log_screens,
    record_pages,
    screens,
)
from gpuconsole.workloads.decisions import views as decisions
from gpuconsole.workloads.listing import bulk_views
from gpuconsole.workloads.listing import views as listing

_SHARED = {"words": WORDS}

app_name = "instances"
urlpatterns = [
    path("", listing.listing, _SHARED, name="list"),
    path("export.csv", listing.export, _SHARED, name="export"),
    path("filter/", listing.narrow, _SHARED, name="filter"),
    path("columns/", listing.choose_columns, _SHARED, name="columns"),
    path("views/", listing.keep_view, _SHARED, name="views"),
    path("views/<slug:slug>/rename/", listing.rename_view, _SHARED, name="rename-view"),
    path("views/<slug:slug>/remove/", listing.remove_view, _SHARED, name="remove-view"),
    path("bulk/", bulk_views.act, _SHARED, name="bulk"),
    path("<slug:public_id>/", screens.detail, _SHARED, name="detail"),
    path("<slug:public_id>/menu/", listing.menu, _SHARED, name="menu"),
    path("<slug:public_id>/log/", log_screens.part, _SHARED, name="log"),
    path("<slug:public_id>/log/find/", log_screens.find, _SHARED, name="log-find"),
    path("<slug:public_id>/log.txt", log_screens.file, _SHARED, name="log-file"),
    path("<slug:public_id>/spec.json", screens.spec_file, _SHARED, name="spec-file"),
    path("<slug:public_id>/look/", screens.look, _SHARED, name="look"),
    path("<slug:public_id>/ways/", screens.show_way, _SHARED, name="ways"),
    path("<slug:public_id>/extend/", extending.extend, _SHARED, name="extend"),
    path("<slug:public_id>/guards/", guarding_page.guard, _SHARED, name="guards"),
    path("<slug:public_id>/labels/", labels_page.edit, _SHARED, name="labels"),
    path("<slug:public_id>/rename/", record_pages.rename, _SHARED, name="rename"),
    path("<slug:public_id>/project/", record_pages.change_project, _SHARED, name="project"),
    path("<slug:public_id>/record.json", record_pages.download, _SHARED, name="record"),
    path("<slug:public_id>/delete-record/", record_pages.delete_record, _SHARED, name="delete-record"),
    path("<slug:public_id>/scale/", screens.scale, _SHARED, name="scale"),
    path("<slug:public_id>/edit/", edit_screens.edit, _SHARED, name="edit"),
    path("<slug:public_id>/decide/", decisions.decide, _SHARED, name="decide"),
    path("<slug:public_id>/decide/check/", decisions.check, _SHARED, name="decide-check"),
    re_path(
        r"^(?P<public_id>[\w-]+)/decide/(?P<settlement>adopt|send_again|give_up)/$",
        decisions.settle,
        _SHARED,
        name="decide-settle",
    ),
    re_path(
        r"^(?P<public_id>[\w-]+)/(?P<verb>stop|start|restart|terminate|retry|delete)/$",
        screens.act,
        _SHARED,
        name="act",
    ),
    path("<slug:public_id>/<slug:tab>/", screens.detail, _SHARED, name="tab"),
]
