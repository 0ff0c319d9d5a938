"""Messages to people: what is to be said is handed in, who wants it and whether it was said already is known here."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class NotifyConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.notify"
    label = "notify"
    verbose_name = gettext_lazy("Notifications")

    def ready(self) -> None:
        """Hear of moves that somebody asked to be told of."""
        from gpuconsole.notify import asked  # noqa: PLC0415 (models can be imported only now)
        from gpuconsole.workloads.moves import moved  # noqa: PLC0415

        moved.connect(asked.hear, dispatch_uid="notify")
