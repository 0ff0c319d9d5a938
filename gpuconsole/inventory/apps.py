"""Where a provider's account and this console's record differ."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.inventory"
    label = "inventory"
    verbose_name = "Inventory"
