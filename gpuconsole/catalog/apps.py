"""What providers offer: hardware with prices, and the choices for form fields."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.catalog"
    label = "catalog"
    verbose_name = "Catalog"
