"""A team's accounts at providers: sealed credentials, health, and the only opener of adapters."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.connections"
    label = "connections"
    verbose_name = "Connections"
