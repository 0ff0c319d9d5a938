"""Addresses below ``account/``: profile and theme, and allauth's pages for password, second factor and sessions."""

from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from gpuconsole.accounts import account_views

urlpatterns = [
    path("", account_views.profile, name="profile"),
    path("theme/", account_views.theme, name="theme"),
    path("sessions/", include("allauth.usersessions.urls")),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sign-up/", allauth_views.signup, name="account_signup"),  # shut; allauth's pages link it by name
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("confirm/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/set/", allauth_views.password_set, name="account_set_password"),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("password/reset/sent/", allauth_views.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
