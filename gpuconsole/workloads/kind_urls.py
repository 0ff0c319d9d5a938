"""The addresses of each kind of workload: the list, one of them with its tabs, its files, and what can be done."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

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
from gpuconsole.workloads.lists import Words


def urls(words: Words) -> list[URLPattern]:
    """Those of one kind, below its own prefix and name; ``words`` say which kind it is."""
    shared = {"words": words}
    return [
        path("", listing.listing, shared, name="list"),
        path("export.csv", listing.export, shared, name="export"),
        path("filter/", listing.narrow, shared, name="filter"),
        path("columns/", listing.choose_columns, shared, name="columns"),
        path("views/", listing.keep_view, shared, name="views"),
        path("views/<slug:slug>/rename/", listing.rename_view, shared, name="rename-view"),
        path("views/<slug:slug>/remove/", listing.remove_view, shared, name="remove-view"),
        path("bulk/", bulk_views.act, shared, name="bulk"),
        path("<slug:public_id>/", screens.detail, shared, name="detail"),
        path("<slug:public_id>/menu/", listing.menu, shared, name="menu"),
        path("<slug:public_id>/log/", log_screens.part, shared, name="log"),
        path("<slug:public_id>/log/find/", log_screens.find, shared, name="log-find"),
        path("<slug:public_id>/log.txt", log_screens.file, shared, name="log-file"),
        path("<slug:public_id>/spec.json", screens.spec_file, shared, name="spec-file"),
        path("<slug:public_id>/look/", screens.look, shared, name="look"),
        path("<slug:public_id>/ways/", screens.show_way, shared, name="ways"),
        path("<slug:public_id>/extend/", extending.extend, shared, name="extend"),
        path("<slug:public_id>/guards/", guarding_page.guard, shared, name="guards"),
        path("<slug:public_id>/labels/", labels_page.edit, shared, name="labels"),
        path("<slug:public_id>/rename/", record_pages.rename, shared, name="rename"),
        path("<slug:public_id>/project/", record_pages.change_project, shared, name="project"),
        path("<slug:public_id>/record.json", record_pages.download, shared, name="record"),
        path("<slug:public_id>/delete-record/", record_pages.delete_record, shared, name="delete-record"),
        path("<slug:public_id>/scale/", screens.scale, shared, name="scale"),
        path("<slug:public_id>/edit/", edit_screens.edit, shared, name="edit"),
        path("<slug:public_id>/decide/", decisions.decide, shared, name="decide"),
        path("<slug:public_id>/decide/check/", decisions.check, shared, name="decide-check"),
        re_path(
            r"^(?P<public_id>[\w-]+)/decide/(?P<settlement>adopt|send_again|give_up)/$",
            decisions.settle,
            shared,
            name="decide-settle",
        ),
        re_path(
            r"^(?P<public_id>[\w-]+)/(?P<verb>stop|start|restart|terminate|retry|delete)/$",
            screens.act,
            shared,
            name="act",
        ),
        path("<slug:public_id>/<slug:tab>/", screens.detail, shared, name="tab"),
    ]
