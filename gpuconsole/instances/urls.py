"""Addresses of instances: the list, one instance with its tabs, its files, and what can be done with it."""

from django.urls import path, re_path

from gpuconsole.instances.pages import WORDS
from gpuconsole.workloads import edit_screens, extending, guarding_page, log_screens, screens
from gpuconsole.workloads.decisions import views as decisions

_SHARED = {"words": WORDS}

app_name = "instances"
urlpatterns = [
    path("", screens.listing, _SHARED, name="list"),
    path("<slug:public_id>/", screens.detail, _SHARED, name="detail"),
    path("<slug:public_id>/log/", log_screens.part, _SHARED, name="log"),
    path("<slug:public_id>/log/find/", log_screens.find, _SHARED, name="log-find"),
    path("<slug:public_id>/log.txt", log_screens.file, _SHARED, name="log-file"),
    path("<slug:public_id>/spec.json", screens.spec_file, _SHARED, name="spec-file"),
    path("<slug:public_id>/look/", screens.look, _SHARED, name="look"),
    path("<slug:public_id>/ways/", screens.show_way, _SHARED, name="ways"),
    path("<slug:public_id>/extend/", extending.extend, _SHARED, name="extend"),
    path("<slug:public_id>/guards/", guarding_page.guard, _SHARED, name="guards"),
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
