"""A team's accounts at providers: sealed credentials, health, and the only opener of adapters."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ConnectionsConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.connections"
    label = "connections"
    verbose_name = gettext_lazy("Connections")
