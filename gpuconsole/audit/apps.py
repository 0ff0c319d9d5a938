"""The append-only record: who did what to which target, from where, and how it ended."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        """Listen to the floors below."""
        from gpuconsole.audit.services import record_act  # noqa: PLC0415 (models can be imported only now)
        from gpuconsole.core.acts import told  # noqa: PLC0415

        told.connect(record_act, dispatch_uid="audit")
