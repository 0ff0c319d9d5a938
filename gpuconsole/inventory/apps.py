"""Where a provider's account and this console's record differ."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class InventoryConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.inventory"
    label = "inventory"
    verbose_name = gettext_lazy("Inventory")

    def ready(self) -> None:
        """Say what stands in the way of removing connections."""
        from gpuconsole.inventory import blocking  # noqa: PLC0415 (models can be imported only now)

        blocking.register()
