"""Addresses below ``projects/``."""

from django.urls import path

from gpuconsole.projects import people_views, views

_SETTINGS = "<slug:slug>/settings/"

urlpatterns = [
    path("", views.projects, name="projects"),
    path("new/", views.new, name="project-new"),
    path("switch/", views.switch, name="project-switch"),
    path(_SETTINGS, views.general, name="project"),
    path(f"{_SETTINGS}archive/", views.archive, name="project-archive"),
    path(f"{_SETTINGS}unarchive/", views.unarchive, name="project-unarchive"),
    path(f"{_SETTINGS}members/", people_views.members, name="project-members"),
    path(f"{_SETTINGS}members/<int:pk>/role/", people_views.change_role, name="project-member-role"),
    path(f"{_SETTINGS}members/<int:pk>/remove/", people_views.remove_member, name="project-member-remove"),
    path(f"{_SETTINGS}secrets/", people_views.secrets, name="project-secrets"),
    path(f"{_SETTINGS}secrets/<str:public_id>/remove/", people_views.remove_secret, name="project-secret-remove"),
]
