"""Users, teams, memberships, invitations, API tokens and signing in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.accounts"
    label = "accounts"
    verbose_name = "Accounts"
