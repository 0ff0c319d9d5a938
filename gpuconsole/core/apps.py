"""What every app needs and that knows no app: sealing, ids, money, paging, formats."""

from django.apps import AppConfig

from gpuconsole.core import lookups


class CoreConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        """Have every query understand our lookups."""
        lookups.register()
