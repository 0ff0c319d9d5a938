"""Addresses below ``team/``."""

from django.urls import path

from gpuconsole.accounts import team_views

urlpatterns = [
    path("", team_views.people, name="people"),
    path("switch/", team_views.switch, name="team-switch"),
    path("settings/", team_views.settings, name="team-settings"),
    path("invite/", team_views.invite, name="team-invite"),
    path("invitations/<str:public_id>/revoke/", team_views.revoke_invitation, name="team-invitation-revoke"),
    path("members/<int:pk>/role/", team_views.change_role, name="team-member-role"),
    path("members/<int:pk>/remove/", team_views.remove_member, name="team-member-remove"),
]
