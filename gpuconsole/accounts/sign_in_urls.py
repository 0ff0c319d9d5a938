"""Addresses for people who are not signed in yet, at the root: sign-in, sign-out, invitations."""

from allauth.account import views as allauth_views
from django.urls import path

from gpuconsole.accounts import join_views

urlpatterns = [
    path("sign-in/", allauth_views.login, name="account_login"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("join/<str:token>/", join_views.join, name="join"),
]
