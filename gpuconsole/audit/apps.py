"""The append-only record: who did what to which target, from where, and how it ended."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.audit"
    label = "audit"
    verbose_name = "Audit"
